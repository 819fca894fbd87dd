from otter.test_files import test_case

OK_FORMAT = False

name = "q5b_lstm_unroll"
points = 3

@test_case(points=2, hidden=False)
def test_q5b_both_states_travel(lstm_unroll):
    from checks import public
    public('q5b_lstm_unroll/five steps').grade(lstm_unroll, 'lstm_unroll')

@test_case(points=1, hidden=True)
def test_q5b_other_sizes(lstm_unroll):
    import reference
    from checks import hidden
    d = reference.random_lstm(seed=8, T=7, k=3, n=4)
    inputs = {name: d[name] for name in ('xs', 'h0', 'C0', 'p')}
    want = reference.lstm_forward(**inputs)
    hidden('seven steps at other sizes', inputs, want).grade(lstm_unroll, 'lstm_unroll')

