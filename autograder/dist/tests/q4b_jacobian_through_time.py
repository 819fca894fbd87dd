from otter.test_files import test_case

OK_FORMAT = False

name = "q4b_jacobian_through_time"
points = 2

@test_case(points=1, hidden=False)
def test_q4b_seven_steps(jacobian_through_time):
    from checks import public
    public('q4b_jacobian_through_time/seven steps').check(jacobian_through_time, 'jacobian_through_time')

@test_case(points=1, hidden=True)
def test_q4b_other_sizes(jacobian_through_time):
    from checks import hidden
    hidden('q4b_jacobian_through_time/nine steps').check(jacobian_through_time, 'jacobian_through_time')

