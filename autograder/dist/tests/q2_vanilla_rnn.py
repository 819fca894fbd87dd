from otter.test_files import test_case

OK_FORMAT = False

name = "q2_vanilla_rnn"
points = 6

@test_case(points=2, hidden=False)
def test_q2_one_step_follows_the_equations(VanillaRNN):
    from checks import cell_runner, public
    public('q2_vanilla_rnn/one step').grade(cell_runner(VanillaRNN), 'VanillaRNN')

@test_case(points=2, hidden=False)
def test_q2_state_is_carried_from_call_to_call(VanillaRNN):
    from checks import cell_runner, public
    public('q2_vanilla_rnn/five steps').grade(cell_runner(VanillaRNN), 'VanillaRNN')

@test_case(points=1, hidden=False)
def test_q2_two_networks_share_nothing(VanillaRNN):
    from checks import check_separate_cells
    check_separate_cells(VanillaRNN)

@test_case(points=1, hidden=True)
def test_q2_other_sizes(VanillaRNN):
    from checks import cell_runner, hidden
    from reference import random_rnn, rnn_forward
    d = random_rnn(seed=2, T=7, k=2, n=5, m=3)
    weights = {name: d[name] for name in ('W_xh', 'W_hh', 'W_hy', 'Bh', 'By')}
    hs, ys = rnn_forward(d['xs'], d['h0'], **weights)
    inputs = {'attributes': weights, 'h0': d['h0'], 'xs': d['xs']}
    hidden('seven steps at other sizes', inputs, {'hs': hs, 'ys': ys}).grade(cell_runner(VanillaRNN), 'VanillaRNN')

