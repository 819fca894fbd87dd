from otter.test_files import test_case

OK_FORMAT = False

name = "q6a_derivation"
points = 5

@test_case(points=2, hidden=False)
def test_q6a_every_path_once(dJ_dWg):
    from derivation import check_paths
    check_paths(dJ_dWg)

@test_case(points=1, hidden=False)
def test_q6a_gradient_of_a_real_lstm(dJ_dWg):
    from checks import public
    public('q6a_derivation/a real LSTM').check(dJ_dWg, 'dJ_dWg')

@test_case(points=1, hidden=False)
def test_q6a_order_of_the_products(dJ_dWg):
    from checks import public
    public('q6a_derivation/four steps of matrices').check(dJ_dWg, 'dJ_dWg')

@test_case(points=1, hidden=True)
def test_q6a_other_sizes(dJ_dWg):
    from checks import hidden
    hidden('q6a_derivation/nine steps of larger matrices').check(dJ_dWg, 'dJ_dWg')

