"""Wrong answers to q1: tasks sorted into the wrong kind, and what is no answer."""

from private.mistakes.base import Mistake, plain

NOT_RIGHT = "Choose one of: one-to-one, one-to-many, many-to-many."
MISTAKES = [
    *plain(
        "q1_kinds",
        (
            "animal_as_many",
            "the animal in it'] is not 'one-to-many'",
            'animal in it": "one-to-one',
            'animal in it": "one-to-many',
        ),
        ("mask_as_many", "marks the road'] is not 'one-to-many'", 'road": "one-to-one', 'road": "one-to-many'),
        (
            "caption_as_one",
            "describes it'] is not 'one-to-one'",
            'describes it": "one-to-many',
            'describes it": "one-to-one',
        ),
        ("melody_as_one", "that style'] is not 'one-to-one'", 'that style": "one-to-many', 'that style": "one-to-one'),
        ("translation_as_one", "in Hindi'] is not 'one-to-one'", 'Hindi": "many-to-many', 'Hindi": "one-to-one'),
        (
            "film_as_one",
            "happening in it'] is not 'one-to-many'",
            'happening in it": "many-to-many',
            'happening in it": "one-to-many',
        ),
        ("misspelled", f"is 'many to many'. {NOT_RIGHT}", 'Hindi": "many-to-many', 'Hindi": "many to many'),
        (
            "stub",
            "has no answer yet. Choose one of",
            '"the name of a composer -> a melody in that style": "one-to-many"',
            '"the name of a composer -> a melody in that style": ...',
        ),
        (
            "a_task_deleted",
            "has no answer yet.",
            '    "an English sentence -> the same sentence in Hindi": "many-to-many",\n',
            "",
        ),
    ),
    Mistake("q1_kinds", "a_list", code='kinds = ["one-to-one"]', shows="kinds: expected a dictionary"),
    Mistake("q1_kinds", "none", code="kinds = None", shows="kinds is not defined"),
    Mistake(
        "q1_kinds",
        "equal_to_all",
        code="""
class Equal:
    def __eq__(self, other): return True
    def __hash__(self): return 0
class Kinds(dict):
    def get(self, *key): return Equal()
kinds = Kinds()
""",
        shows="no answer yet",
    ),
]
