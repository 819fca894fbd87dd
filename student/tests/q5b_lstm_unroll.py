from otter.test_files import test_case

OK_FORMAT = False

name = "q5b_lstm_unroll"
points = 3

@test_case(points=2, hidden=False)
def test_q5b_both_states_travel(lstm_unroll):
    from checks import public
    public('q5b_lstm_unroll/seven steps').check(lstm_unroll, 'lstm_unroll')

