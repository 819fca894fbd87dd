from otter.test_files import test_case

OK_FORMAT = False

name = "q4a_state_jacobian"
points = 2

@test_case(points=1, hidden=False)
def test_q4a_one_step(state_jacobian):
    from checks import public
    public('q4a_state_jacobian/one step').check(state_jacobian, 'state_jacobian')

@test_case(points=1, hidden=True)
def test_q4a_other_sizes(state_jacobian):
    from checks import hidden
    hidden('q4a_state_jacobian/four units').check(state_jacobian, 'state_jacobian')

