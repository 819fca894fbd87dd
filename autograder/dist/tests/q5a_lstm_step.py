from otter.test_files import test_case

OK_FORMAT = False

name = "q5a_lstm_step"
points = 4

@test_case(points=1, hidden=False)
def test_q5a_gates(lstm_step):
    from checks import public
    public('q5a_lstm_step/gates').check(lstm_step, 'lstm_step')

@test_case(points=2, hidden=False)
def test_q5a_states(lstm_step):
    from checks import public
    public('q5a_lstm_step/states').check(lstm_step, 'lstm_step')

@test_case(points=1, hidden=True)
def test_q5a_other_sizes(lstm_step):
    from checks import hidden
    hidden('q5a_lstm_step/other sizes').check(lstm_step, 'lstm_step')

