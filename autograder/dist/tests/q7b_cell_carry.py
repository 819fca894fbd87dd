from otter.test_files import test_case

OK_FORMAT = False

name = "q7b_cell_carry"
points = 1

@test_case(points=0.5, hidden=False)
def test_q7b_five_steps(cell_carry):
    from checks import public
    public('q7b_cell_carry/five steps').grade(cell_carry, 'cell_carry')

@test_case(points=0.5, hidden=True)
def test_q7b_other_sizes(cell_carry):
    import numpy as np
    import reference
    from checks import GRADIENT, hidden
    fs = np.random.default_rng(12).uniform(0.2, 0.95, size=(7, 4))
    hidden('seven steps', {'fs': fs}, reference.cell_carry(fs), GRADIENT).grade(cell_carry, 'cell_carry')

