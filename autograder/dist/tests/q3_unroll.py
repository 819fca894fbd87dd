from otter.test_files import test_case

OK_FORMAT = False

name = "q3_unroll"
points = 4

@test_case(points=3, hidden=False)
def test_q3_collects_every_step(unroll, RunningAverage):
    from checks import public, unroller
    public('q3_unroll/five steps').grade(unroller(unroll, RunningAverage), 'unroll')

@test_case(points=1, hidden=True)
def test_q3_other_lengths(unroll, RunningAverage):
    import numpy as np
    from checks import hidden, unroller
    from given import RunningAverage as Average
    rng = np.random.default_rng(3)
    start, xs = (rng.normal(size=6), rng.normal(size=(8, 6)))
    cell, hs, ys = (Average(start), [], [])
    for x in xs:
        ys.append(cell.forward(x))
        hs.append(cell.hidden_state)
    want = (np.array(hs), np.array(ys))
    hidden('eight steps', {'start': start, 'xs': xs}, want).grade(unroller(unroll, RunningAverage), 'unroll')

