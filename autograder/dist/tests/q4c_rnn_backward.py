from otter.test_files import test_case

OK_FORMAT = False

name = "q4c_rnn_backward"
points = 6

@test_case(points=1, hidden=False)
def test_q4c_output_weights(rnn_backward):
    from checks import public
    public('q4c_rnn_backward/output weights').grade(rnn_backward, 'rnn_backward')

@test_case(points=2, hidden=False)
def test_q4c_recurrent_weights(rnn_backward):
    from checks import public
    public('q4c_rnn_backward/recurrent weights').grade(rnn_backward, 'rnn_backward')

@test_case(points=1, hidden=False)
def test_q4c_initial_state(rnn_backward):
    from checks import public
    public('q4c_rnn_backward/initial state').grade(rnn_backward, 'rnn_backward')

@test_case(points=2, hidden=True)
def test_q4c_other_sizes(rnn_backward):
    from checks import GRADIENT, hidden
    from reference import random_rnn, rnn_gradients
    d = random_rnn(seed=6, T=7, k=2, n=4, m=3)
    want = rnn_gradients(**d)
    want = {name: want[name] for name in ('W_xh', 'W_hh', 'W_hy', 'Bh', 'By', 'h0')}
    hidden('seven steps at other sizes', d, want, GRADIENT).grade(rnn_backward, 'rnn_backward')

