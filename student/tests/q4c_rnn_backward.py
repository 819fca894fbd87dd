from otter.test_files import test_case

OK_FORMAT = False

name = "q4c_rnn_backward"
points = 6

@test_case(points=1, hidden=False)
def test_q4c_one_step_back(rnn_backward):
    from checks import public
    public('q4c_rnn_backward/one step back').check(rnn_backward, 'rnn_backward')

@test_case(points=1, hidden=False)
def test_q4c_output_weights(rnn_backward):
    from checks import public
    public('q4c_rnn_backward/output weights').check(rnn_backward, 'rnn_backward')

@test_case(points=1, hidden=False)
def test_q4c_recurrent_weights(rnn_backward):
    from checks import public
    public('q4c_rnn_backward/recurrent weights').check(rnn_backward, 'rnn_backward')

@test_case(points=1, hidden=False)
def test_q4c_initial_state(rnn_backward):
    from checks import public
    public('q4c_rnn_backward/initial state').check(rnn_backward, 'rnn_backward')

