from otter.test_files import test_case

OK_FORMAT = False

name = "q7b_cell_carry"
points = 1

@test_case(points=0.5, hidden=False)
def test_q7b_seven_steps(cell_carry):
    from checks import public
    public('q7b_cell_carry/seven steps').check(cell_carry, 'cell_carry')

@test_case(points=0.5, hidden=True)
def test_q7b_other_sizes(cell_carry):
    from checks import hidden
    hidden('q7b_cell_carry/nine steps').check(cell_carry, 'cell_carry')

