"""The page on which a person grades the written answers, question by question, without names.

Answers stand in the order of their digests, each once, however many students gave it. The page loads nothing, and its
content security policy lets no script run but its own. It must never hold a name or an id, or a student's HTML that
`sanitized` has not just made harmless.
"""

import base64
import hashlib
from pathlib import Path

import msgspec

from autograder.classroom.feedback import PAGES, encoded
from autograder.classroom.marks import answer_digest
from autograder.classroom.records import StudentRecord
from autograder.classroom.sanitizer import sanitized
from autograder.files import replace
from autograder.grading.written import RubricLine, WrittenQuestion, rubric_digest

PAGE = "written.html"


class ShownAnswer(msgspec.Struct):
    """An answer as the page holds it. answer: its digest. count: how many students gave it."""

    answer: str
    html: str
    count: int = 0


class ShownQuestion(msgspec.Struct):
    """A question as the page holds it; its texts are HTML. empty: how many students wrote nothing."""

    name: str
    points: float
    extra: bool
    task: str
    model: str
    notes: str
    rubric: list[RubricLine]
    answers: list[ShownAnswer]
    empty: int = 0


class Sheet:
    """Takes a class's records, in any order, then writes the page."""

    def __init__(self, assignment: str, questions: list[WrittenQuestion]) -> None:
        self.assignment, self.rubric = assignment, rubric_digest(questions)
        self.questions = {
            q.name: ShownQuestion(q.name, q.points, q.extra, q.task, q.model, q.notes, q.rubric, []) for q in questions
        }
        self.answers: dict[str, dict[str, ShownAnswer]] = {q.name: {} for q in questions}

    def add(self, record: StudentRecord) -> None:
        for name, markup in record.written.items():
            if name not in self.questions:
                continue
            if not markup:
                self.questions[name].empty += 1
                continue
            digest = answer_digest(name, markup)
            self.answers[name].setdefault(digest, ShownAnswer(digest, markup)).count += 1

    def write(self, path: Path) -> None:
        """The page, where there is a question to grade."""
        if not self.questions:
            return
        for name, question in self.questions.items():
            ordered = sorted(self.answers[name].values(), key=lambda answer: answer.answer)
            question.answers = [ShownAnswer(a.answer, sanitized(a.html), a.count) for a in ordered]
        style, script = source("style.css") + source("written.css"), source("written.js")
        data = {"assignment": self.assignment, "rubric": self.rubric, "questions": list(self.questions.values())}
        page = PAGES.get_template(PAGE).render(
            assignment=self.assignment,
            style=style,
            script=script,
            policy=policy(style, script),
            data=msgspec.to_builtins(data),
        )
        replace(path, encoded(page))


def source(name: str) -> str:
    assert PAGES.loader is not None
    return PAGES.loader.get_source(PAGES, name)[0]


def policy(style: str, script: str) -> str:
    """A content security policy with which a page holds nothing active but these two."""
    rules = ["default-src 'none'", "img-src data:", "base-uri 'none'", "form-action 'none'"]
    rules += [f"style-src {digest(style)}", f"script-src {digest(script)}"]
    return "; ".join(rules)


def digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
