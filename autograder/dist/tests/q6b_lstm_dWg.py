from otter.test_files import test_case

OK_FORMAT = False

name = "q6b_lstm_dWg"
points = 5

@test_case(points=1, hidden=False)
def test_q6b_one_step_back(lstm_dWg):
    from checks import public
    public('q6b_lstm_dWg/one step back').check(lstm_dWg, 'lstm_dWg')

@test_case(points=3, hidden=False)
def test_q6b_seven_steps(lstm_dWg):
    from checks import public
    public('q6b_lstm_dWg/seven steps').check(lstm_dWg, 'lstm_dWg')

@test_case(points=1, hidden=True)
def test_q6b_other_sizes(lstm_dWg):
    from checks import hidden
    hidden('q6b_lstm_dWg/nine steps at other sizes').check(lstm_dWg, 'lstm_dWg')

