from otter.test_files import test_case

OK_FORMAT = False

name = "q6d_lstm_backward"
points = 4

@test_case(points=2, hidden=False)
def test_q6d_weights(lstm_backward):
    from checks import public
    public('q6d_lstm_backward/weights').check(lstm_backward, 'lstm_backward')

@test_case(points=1, hidden=False)
def test_q6d_inputs_and_first_states(lstm_backward):
    from checks import public
    public('q6d_lstm_backward/inputs and first states').check(lstm_backward, 'lstm_backward')

@test_case(points=1, hidden=True)
def test_q6d_other_sizes(lstm_backward):
    from checks import hidden
    hidden('q6d_lstm_backward/nine steps at other sizes').check(lstm_backward, 'lstm_backward')

