from otter.test_files import test_case

OK_FORMAT = False

name = "q1_kinds"
points = 3

@test_case(points=3, hidden=False)
def test_q1_each_task_has_its_kind(kinds):
    from checks import choice
    choice('q1_kinds', 'kinds', kinds)

