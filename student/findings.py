"""What a check has learned about a wrong answer, as a record, and the sentences made of it.

Whatever looks at an answer puts what it found into `Findings`; only `rendered` makes words of it. So a test can hold
each field to the truth without reading English. Students receive this file. It must never hold a formula of the
assignment.
"""

from dataclasses import dataclass, field

GRADIENTS = "q4c_rnn_backward", "q6d_lstm_backward"  # whose arrays are called after what they belong to
ALL = "all"  # the key of the second problem as it is
STARTS = "all ", "every ", "the ", "step "  # of what is capitalised at the start of a sentence, unlike names
CHANCE = (
    "A second call with the same inputs gives other numbers again: are random numbers drawn, or is something kept from "
    "one call to the next?"
)


@dataclass(frozen=True)
class Relation:
    """A fact about the numbers alone: `array` is what is expected, but for one change of `kind` with a `value`.

    arrays: the arrays that it holds for. says: the fact in words. look: a question that it suggests, or nothing.
    """

    kind: str
    arrays: tuple
    says: str
    value: float | str | tuple = 0.0
    look: str = ""


@dataclass(frozen=True)
class Named:
    """A known mistake that gives the same numbers here and in a second problem. array: the only one that it spoils."""

    says: str
    hint: str
    array: str = ""


@dataclass(frozen=True)
class Place:
    """Where smaller questions say that the mistake is.

    right, wrong: the keys of the questions that were answered right and wrong in these `arrays`, which proves it.
    sound: other arrays that were right, in the question `at`. look: the place.
    """

    arrays: tuple
    right: tuple
    wrong: tuple
    look: str
    hint: str = ""
    sound: tuple = ()
    at: str = ""


@dataclass(frozen=True)
class Findings:
    """All that is known of one wrong answer to one case; what is empty was not found.

    where: the entry that is furthest off. wrong, right: the case's arrays. chance: whether two calls with the same
    inputs gave other numbers. rounded: whether the numbers are the right ones, rounded. error: the relative error where
    it is so small that precision is the matter. named: mistakes that give these numbers, at most one for the whole or
    one for each array, with alternatives that are the same function. relation, place: as above. asked: the verdicts of
    all smaller questions, {question: {array: right}}. above: whether a case above in the same question fails, too.
    question: of the notebook.
    """

    where: str = ""
    wrong: tuple = ()
    right: tuple = ()
    chance: bool = False
    rounded: bool = False
    error: float | None = None
    named: tuple = ()
    relation: Relation | None = None
    place: Place | None = None
    above: bool = False
    question: str = ""
    advice: str = ""
    asked: dict = field(default_factory=dict)

    @property
    def causes(self):
        """The mistakes in a few words, to count them in a class."""
        if self.chance:
            return ("other numbers at each call",)
        if self.rounded:
            return ("the numbers are rounded",)
        if self.named:
            whole = [known.says for known in self.named if not known.array]
            return (" or ".join(whole),) if whole else tuple(known.says for known in self.named)
        if self.relation:
            return (self.relation.says,)
        return (self.place.look,) if self.place else ()


def rendered(found, asks):
    """The message: where the answer is off, one fact, and one place to look. asks: {key: a question in words}."""
    return " ".join(part for part in (found.where, right_ones(found), told(found, asks)) if part)


def right_ones(found):
    """Which arrays of the case are right, where that is news."""
    if found.named or not found.right:
        return ""
    of = f"the gradient{'s' * (len(found.right) > 1)} of " if found.question in GRADIENTS else ""
    return f"Right: {of}{', '.join(found.right)}."


def told(found, asks):
    """The one finding that says most."""
    if found.above:
        return "A case above fails too: repair that first."
    if found.chance:
        return CHANCE
    if found.rounded:
        return "Your numbers are the right ones, rounded: return them with all their digits."
    if found.error is not None:
        return imprecise(found.error, found.question)
    if found.named:
        return naming(found.named)
    if found.relation:
        look = found.relation.look or (look_at(found.place) if found.place else "")
        return f"{sentence(found.relation.says)}. {look}".strip()
    if found.place:
        return " ".join(filter(None, (proof(found.place, found.right, asks), look_at(found.place))))
    return found.advice


def imprecise(error, question):
    derivative = ", or a derivative taken numerically" if question.startswith(("q4", "q6")) else ""
    return (
        f"The relative error is only {error:.0e}: is something rounded, cut off, in float32, or a little added"
        f"{derivative}?"
    )


def look_at(place):
    """The place, and its hint; a question ends as one."""
    if not place.hint:
        return capital(place.look)
    return f"{capital(place.look)}: see hint{'s' * (' and ' in place.hint)} {place.hint}."


def naming(named):
    whole = [known for known in named if not known.array]
    known, joint = (whole, " or ") if whole else (named, ", and ")
    hints = " or ".join(sorted({known.hint for known in known}))
    return f"These are the numbers you get when {joint.join(k.says for k in known)}: see hint {hints}."


def proof(place, told, asks):
    """What was asked and how it came out, in a sentence or two. told: the arrays that were called right already."""
    sound = [name for name in place.sound if name not in told]
    also = f"{sentence(listed(sound))} {'is' if len(sound) == 1 else 'are'} right. " if sound else ""
    no_news = place.wrong == (ALL,)  # wrong in another problem, too
    if not place.right and (no_news or sound or set(place.sound) & set(told)):
        return also.strip()
    words = asks if place.wrong else asks | {ALL: "in another problem"}
    parts = [
        f"{verdict} {listed([words[key] for key in keys])}"
        for verdict, keys in (("right", place.right), ("wrong", place.wrong))
        if keys
    ]
    return f"{also}{capital(', '.join(parts))}."


def listed(words):
    return ", ".join(words[:-1]) + " and " + words[-1] if len(words) > 1 else words[0]


def sentence(text):
    """Words that begin a sentence; the name of an array stays as it is written."""
    return capital(text) if text.startswith(STARTS) else text


def capital(text):
    return text[:1].upper() + text[1:]
