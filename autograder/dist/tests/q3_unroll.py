from otter.test_files import test_case

OK_FORMAT = False

name = "q3_unroll"
points = 3

@test_case(points=2, hidden=False)
def test_q3_collects_every_step(unroll, RunningAverage):
    from cell_checks import unroller
    from checks import public
    public('q3_unroll/seven steps').check(unroller(unroll, RunningAverage), 'unroll')

@test_case(points=1, hidden=True)
def test_q3_other_lengths(unroll, RunningAverage):
    from cell_checks import unroller
    from checks import hidden
    hidden('q3_unroll/nine steps').check(unroller(unroll, RunningAverage), 'unroll')

