from otter.test_files import test_case

OK_FORMAT = False

name = "q6b_lstm_dWg"
points = 5

@test_case(points=4, hidden=False)
def test_q6b_seven_steps(lstm_dWg):
    from checks import public
    public('q6b_lstm_dWg/seven steps').check(lstm_dWg, 'lstm_dWg')

