from otter.test_files import test_case

OK_FORMAT = False

name = "q1_kinds"
points = 3

@test_case(points=0.5, hidden=False)
def test_q1_animal(kinds):
    from checks import choice
    choice('q1_kinds/animal', 'kinds', kinds)

@test_case(points=0.5, hidden=False)
def test_q1_mask(kinds):
    from checks import choice
    choice('q1_kinds/mask', 'kinds', kinds)

@test_case(points=0.5, hidden=False)
def test_q1_sentence(kinds):
    from checks import choice
    choice('q1_kinds/sentence', 'kinds', kinds)

@test_case(points=0.5, hidden=False)
def test_q1_melody(kinds):
    from checks import choice
    choice('q1_kinds/melody', 'kinds', kinds)

@test_case(points=0.5, hidden=False)
def test_q1_translation(kinds):
    from checks import choice
    choice('q1_kinds/translation', 'kinds', kinds)

@test_case(points=0.5, hidden=False)
def test_q1_film(kinds):
    from checks import choice
    choice('q1_kinds/film', 'kinds', kinds)

