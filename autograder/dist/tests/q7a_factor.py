from otter.test_files import test_case

OK_FORMAT = False

name = "q7a_factor"
points = 1

@test_case(points=1, hidden=False)
def test_q7a_names_the_factor(factor):
    from checks import choice
    choice('q7a_factor', 'factor', {'': factor})

