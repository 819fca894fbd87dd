from otter.test_files import test_case

OK_FORMAT = False

name = "q2_vanilla_rnn"
points = 5

@test_case(points=1, hidden=False)
def test_q2_one_step_follows_the_equations(VanillaRNN, run_cell):
    from cell_checks import cell_runner
    from checks import public
    public('q2_vanilla_rnn/one step').check(cell_runner(VanillaRNN, run_cell), 'VanillaRNN')

@test_case(points=2, hidden=False)
def test_q2_state_is_carried_from_call_to_call(VanillaRNN, run_cell):
    from cell_checks import cell_runner
    from checks import public
    public('q2_vanilla_rnn/seven steps').check(cell_runner(VanillaRNN, run_cell), 'VanillaRNN')

@test_case(points=1, hidden=False)
def test_q2_a_new_network_has_its_own_sizes_and_state(VanillaRNN):
    from cell_checks import check_separate_cells, check_sizes
    check_separate_cells(VanillaRNN)
    check_sizes(VanillaRNN)

