from otter.test_files import test_case

OK_FORMAT = False

name = "q6b_lstm_dWg"
points = 3

@test_case(points=2, hidden=False)
def test_q6b_five_steps(lstm_dWg):
    from checks import public
    public('q6b_lstm_dWg/five steps').check(lstm_dWg, 'lstm_dWg')

