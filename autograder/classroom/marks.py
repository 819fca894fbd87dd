"""Points for written answers, as the page written.html saves them, given to all who wrote what was graded.

An answer is known by a digest of its question and its text: no file here ever holds a student's name, and whoever
changes an answer has to be graded again. Nothing is guessed: what is damaged, contradicts itself or belongs to another
class is refused in one line.
"""

import hashlib
import math
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from autograder.classroom.records import Mark, StudentRecord
from autograder.errors import WrittenError
from autograder.grading.text import clean
from autograder.grading.written import WrittenQuestion, rubric_digest

MAX_BYTES = 64 << 20
NO_ANSWER = "no answer"


class AnswerGrade(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One answer's grade. lines: the numbers of the rubric's lines that it fulfils. adjust: points beside these.

    done: whether it counts; a comment can be there before the points are.
    """

    question: str
    answer: str
    lines: list[int]
    adjust: float = 0
    comment: str = ""
    done: bool = True


class MarksFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the page saves. rubric: the digest of the rubrics that were on it."""

    assignment: str
    rubric: str
    grades: list[AnswerGrade]


class Marks:
    """The grades in the files that were named. Raises WrittenError."""

    def __init__(self, paths: Sequence[Path], questions: Sequence[WrittenQuestion], assignment: str) -> None:
        self.questions = {question.name: question for question in questions}
        self.grades: dict[tuple[str, str], AnswerGrade] = {}
        self.used: set[tuple[str, str]] = set()
        for path in paths:
            self._add(path, read_marks(path, assignment, rubric_digest(list(questions))))

    def _add(self, path: Path, file: MarksFile) -> None:
        for grade in (grade for grade in file.grades if grade.done):
            question, key = self.questions.get(grade.question), (grade.question, grade.answer)
            if question is None or not is_possible(grade, question):
                raise WrittenError(f"{path} gives points to {clean(grade.question[:80])} that its rubric does not have")
            known = self.grades.setdefault(key, grade)
            if known != grade:
                both = " and ".join(f"{points_of(one, question):g}" for one in (known, grade))
                where = f"{grade.question}, answer {grade.answer[:6]}"
                raise WrittenError(f"{path}: {where}, is graded twice and differently ({both}): leave one of them")

    def of(self, record: StudentRecord) -> dict[str, Mark]:
        """{question: mark} of a student whose work was read; an answer that is empty gets 0."""
        return {name: self._mark(name, markup) for name, markup in record.written.items() if name in self.questions}

    def _mark(self, name: str, markup: str) -> Mark:
        question, key = self.questions[name], (name, answer_digest(name, markup))
        if not markup:
            return Mark(0, [False] * len(question.rubric), comment=NO_ANSWER)
        grade = self.grades.get(key)
        if grade is None:
            return Mark(None)
        self.used.add(key)
        held = [number in grade.lines for number in range(len(question.rubric))]
        return Mark(points_of(grade, question), held, grade.adjust, clean(grade.comment))

    def check_class(self, records: Iterable[StudentRecord]) -> None:
        """Raises WrittenError where hardly any of the graded answers is of this class."""
        here = {(name, answer_digest(name, text)) for record in records for name, text in record.written.items()}
        found = sum(key in here for key in self.grades)
        if here and self.grades and 2 * found < len(self.grades):
            what = f"{found} of the {len(self.grades)} graded answers are in this class"
            raise WrittenError(f"{what}: name the file that was saved for it")

    @property
    def unused(self) -> int:
        """How many graded answers nobody here has written."""
        return len(self.grades.keys() - self.used)


def read_marks(path: Path, assignment: str, rubric: str) -> MarksFile:
    """What the page has saved into a file. Raises WrittenError."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ValueError
        file = msgspec.json.decode(path.read_bytes(), type=MarksFile)
    except OSError as problem:
        raise WrittenError(f"{path} cannot be read: {problem.strerror}") from None
    except (msgspec.MsgspecError, ValueError):
        raise WrittenError(f"{path} is damaged, or not a file that written.html saves: save it again") from None
    if file.assignment != assignment:
        raise WrittenError(f"{path} is of the assignment {clean(file.assignment[:80])!r}, not {assignment!r}")
    if file.rubric != rubric:
        raise WrittenError(f"{path} was made with other rubrics: grade with the written.html of this zip")
    return file


def is_possible(grade: AnswerGrade, question: WrittenQuestion) -> bool:
    lines, count = grade.lines, len(question.rubric)
    return len(set(lines)) == len(lines) and all(0 <= n < count for n in lines) and math.isfinite(grade.adjust)


def points_of(grade: AnswerGrade, question: WrittenQuestion) -> float:
    """The points of the lines that hold, adjusted, never below 0 or above the question's."""
    total = sum(question.rubric[number].points for number in grade.lines) + grade.adjust
    return round(min(max(total, 0), question.points), 6)


def answer_digest(question: str, markup: str) -> str:
    """What identifies an answer: whoever wrote the same shares it."""
    return hashlib.sha256(f"{question}\0{markup}".encode("utf-8", "replace")).hexdigest()[:16]
