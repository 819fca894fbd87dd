"""What the build tells the notebook about its assignment: `assignment.json`, and where its files lie."""

import difflib
import json
from dataclasses import dataclass
from pathlib import Path

from .errors import NotebookError

DATA = Path(__file__).with_name("assignment.json")
PLACEHOLDER = "_Type your answer here, replacing this text._"  # Otter's, where a person is to answer


@dataclass(frozen=True)
class Question:
    """A question as students may know it. hidden_points: what its cases that students do not have add."""

    name: str
    points: float
    hidden_points: float = 0
    manual: bool = False  # graded by a person
    extra: bool = False  # its points come on top


@dataclass(frozen=True)
class AssignmentData:
    """The assignment's name, as its notebook carries it, and its questions in order."""

    name: str
    questions: tuple[Question, ...]

    @property
    def checked(self) -> list[Question]:
        return [question for question in self.questions if not question.manual]

    @property
    def written(self) -> list[Question]:
        return [question for question in self.questions if question.manual]

    def question(self, name: str) -> Question:
        """The question of a name. Raises NotebookError, with the nearest name there is."""
        known = {question.name: question for question in self.questions}
        if name in known:
            return known[name]
        near = difflib.get_close_matches(str(name), known, 1, 0.4)
        advice = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(known)}."
        raise NotebookError(f"There is no question {name}. {advice}")


def load_data(path: Path = DATA) -> AssignmentData:
    """Raises NotebookError where the build's file is missing or damaged."""
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
        return AssignmentData(read["name"], tuple(Question(**question) for question in read["questions"]))
    except (OSError, ValueError, TypeError, KeyError) as problem:
        raise NotebookError(
            f"{path.name} beside the checks is missing or damaged. Run the first cell of the notebook again, or get "
            "its files anew."
        ) from problem


def case_path(question: str, home: Path = DATA.parents[1]) -> Path:
    """Where a question's public cases lie. Raises NotebookError where they do not."""
    path = home / "tests" / f"{question}.py"
    if not path.is_file():
        raise NotebookError(
            f"The check of {question} is not here: tests/{path.name} is missing. Run the first cell of the notebook "
            "again, which brings back what is missing."
        )
    return path
