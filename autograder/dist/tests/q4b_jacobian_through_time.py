from otter.test_files import test_case

OK_FORMAT = False

name = "q4b_jacobian_through_time"
points = 2

@test_case(points=1, hidden=False)
def test_q4b_five_steps(jacobian_through_time):
    from checks import public
    public('q4b_jacobian_through_time/five steps').grade(jacobian_through_time, 'jacobian_through_time')

@test_case(points=1, hidden=True)
def test_q4b_other_sizes(jacobian_through_time):
    import reference
    from checks import GRADIENT, hidden
    d = reference.random_rnn(seed=5, T=8, k=2, n=4, m=3)
    hs = reference.rnn_forward(d['xs'], d['h0'], *(d[w] for w in ('W_xh', 'W_hh', 'W_hy', 'Bh', 'By')))[0]
    want = reference.jacobian_through_time(hs, d['W_hh'])
    case = hidden('eight steps', {'hs': hs, 'W_hh': d['W_hh']}, want, GRADIENT)
    case.grade(jacobian_through_time, 'jacobian_through_time')

