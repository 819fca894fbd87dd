from otter.test_files import test_case

OK_FORMAT = False

name = "q6b_lstm_dWg"
points = 3

@test_case(points=2, hidden=False)
def test_q6b_five_steps(lstm_dWg):
    from checks import public
    public('q6b_lstm_dWg/five steps').grade(lstm_dWg, 'lstm_dWg')

@test_case(points=1, hidden=True)
def test_q6b_other_sizes(lstm_dWg):
    import reference
    from checks import GRADIENT, hidden
    d = reference.random_lstm(seed=10, T=7, k=3, n=4)
    want = reference.lstm_gradients(**d)['Wg']
    hidden('seven steps at other sizes', d, want, GRADIENT).grade(lstm_dWg, 'lstm_dWg')

