"""What came of a grading, case by case: plain records, which a class's files and workers carry as they are."""

import enum

import msgspec

NOT_DEFINED = "not defined"  # the cause of a case that asks for a name which the notebook lacks


class Outcome(enum.Enum):
    """How a case ended."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_DONE = "not done"  # the answer is still a stub
    STOPPED = "stopped"  # the student's process was stopped or ended while it ran
    NOT_RUN = "not run"


class CaseResult(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """title: the claim that the case makes, "hidden check" for a hidden one. message: what the student reads where it
    did not pass. causes: the mistakes in a few words, for the report on a class.
    """

    title: str
    hidden: bool
    points: float
    outcome: Outcome
    message: str = ""
    causes: list[str] = []

    @property
    def passed(self) -> bool:
        return self.outcome is Outcome.PASSED

    @property
    def earned(self) -> float:
        return self.points if self.passed else 0

    @property
    def line(self) -> str:
        """The case as the student sees it, in one line."""
        return f"✓ {self.title}" if self.passed else f"✗ {self.title}: {self.message}"


class QuestionResult(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    cases: list[CaseResult]

    @property
    def score(self) -> float:
        return sum(case.earned for case in self.cases)

    @property
    def possible(self) -> float:
        return sum(case.points for case in self.cases)

    @property
    def failed(self) -> list[CaseResult]:
        return [case for case in self.cases if not case.passed]


class Grading(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """overview: what the student reads on top. first_complaint: the first cell with an error, "" where all did.

    refusal: why the submission could not be graded, "" where it was. unconfined: whether it was graded with
    `--unconfined`, and so nobody tried the walls.
    """

    questions: dict[str, QuestionResult]
    overview: str
    first_complaint: str = ""
    refusal: str = ""
    unconfined: bool = False

    @property
    def total(self) -> float:
        return sum(question.score for question in self.questions.values())

    @property
    def possible(self) -> float:
        return sum(question.possible for question in self.questions.values())
