from otter.test_files import test_case

OK_FORMAT = False

name = "q2_vanilla_rnn"
points = 6

@test_case(points=2, hidden=False)
def test_q2_one_step_follows_the_equations(VanillaRNN, run_cell):
    from checks import cell_runner, public
    public('q2_vanilla_rnn/one step').check(cell_runner(VanillaRNN, run_cell), 'VanillaRNN')

@test_case(points=2, hidden=False)
def test_q2_state_is_carried_from_call_to_call(VanillaRNN, run_cell):
    from checks import cell_runner, public
    public('q2_vanilla_rnn/five steps').check(cell_runner(VanillaRNN, run_cell), 'VanillaRNN')

@test_case(points=1, hidden=False)
def test_q2_two_networks_share_nothing(VanillaRNN):
    from checks import check_separate_cells
    check_separate_cells(VanillaRNN)

