from otter.test_files import test_case

OK_FORMAT = False

name = "q4a_state_jacobian"
points = 2

@test_case(points=1, hidden=False)
def test_q4a_one_step(state_jacobian):
    from checks import public
    public('q4a_state_jacobian/one step').grade(state_jacobian, 'state_jacobian')

@test_case(points=1, hidden=True)
def test_q4a_other_sizes(state_jacobian):
    import reference
    from checks import GRADIENT, hidden
    d = reference.random_rnn(seed=4, T=1, k=2, n=5, m=3)
    h = reference.rnn_step(d['xs'][0], d['h0'], *(d[w] for w in ('W_xh', 'W_hh', 'W_hy', 'Bh', 'By')))[0]
    want = reference.state_jacobian(h, d['W_hh'])
    hidden('five units', {'h': h, 'W_hh': d['W_hh']}, want, GRADIENT).grade(state_jacobian, 'state_jacobian')

