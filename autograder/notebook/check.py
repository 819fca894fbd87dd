"""One question checked: its public cases run, and what they say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from . import page
from .casefile import CaseResult, load
from .data import Question, case_path

ABOVE = "The same as above."
LATER = "Hidden cases, run when you have handed in, check the same at other sizes: {}."


@dataclass(repr=False)
class Checked(page.Shown):
    """How the public cases of a question ended. score: the points of those that passed. doubts: see doubts.py."""

    question: Question
    cases: list[CaseResult]
    score: float
    possible: float
    doubts: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return all(case.passed for case in self.cases)

    @property
    def todo(self) -> bool:
        """Whether the answer has not been begun."""
        return any(case.todo for case in self.cases) and all(case.todo or case.passed for case in self.cases)

    @property
    def sign(self) -> bool | None:
        return None if self.todo else self.passed

    @property
    def state(self) -> str:
        """How it stands, in words."""
        if self.todo:
            return "still to do"
        failed, all_cases = sum(not case.passed for case in self.cases), len(self.cases)
        if not failed:
            return "all passed"
        return "failed" if failed == all_cases else f"{failed} of {all_cases} cases failed"

    @property
    def heading(self) -> str:
        """How it stands, and its points so far."""
        return f"{self.state}, {page.points(self.score, False)} of {page.points(self.possible)}"

    @property
    def later(self) -> str:
        """What comes on top of the points that are seen here."""
        hidden = self.question.hidden_points
        return LATER.format(f"{page.points(hidden)} more") if hidden else ""

    def told(self) -> list[tuple[CaseResult, str]]:
        """Each case with what is said below it; the same message is said once."""
        seen, told = set[str](), []
        for case in self.cases:
            words = "\n".join(filter(None, (case.message, case.remark)))
            told.append((case, ABOVE if words in seen else words))
            if words:
                seen.add(words)
        return told

    def text(self) -> str:
        lines = [f"{self.question.name}: {self.heading}"]
        lines += [page.wrapped(f"Attention: {doubt}") for doubt in self.doubts]
        for case, words in self.told():
            lines.append(page.wrapped(f"{page.sign(*sign_of(case))}: {case.claim} ({page.points(case.points)})", "  "))
            lines += [page.wrapped(words, "      ")] if words else []
        return "\n".join([*lines, *([page.wrapped(self.later)] if self.later else [])])

    def html(self) -> str:
        name = f"<div><strong>{page.escaped(self.question.name)}</strong>: {page.escaped(self.heading)}</div>"
        items = []
        for case, words in self.told():
            claim = f"{page.coloured_sign(*sign_of(case))}: {page.escaped(case.claim)} ({page.points(case.points)})"
            items.append(f"<li style='margin:0.15em 0'>{claim}{page.message(words) if words else ''}</li>")
        cases = f"<ul role='list' style='list-style:none;margin:0.2em 0;padding:0'>{''.join(items)}</ul>"
        later = f"<div style='opacity:0.8'>{page.escaped(self.later)}</div>" if self.later else ""
        return page.block(page.COLOURS[self.sign], name, page.attention(self.doubts), cases, later)


def sign_of(case: CaseResult) -> tuple[bool | None, str]:
    """The sign of a case, and its word."""
    if case.todo:
        return None, "to do"
    return case.passed, "passed" if case.passed else "failed"


def run_check(question: Question, names: Mapping[str, Any]) -> Checked:
    """Run a question's public cases on a notebook's names. Raises NotebookError."""
    file = load(case_path(question.name))
    cases = file.run(names)
    possible = sum(case.points for case in cases)
    earned = sum(case.points for case in cases if case.passed)
    if file.all_or_nothing and not all(case.passed for case in cases):
        earned = 0
    return Checked(question, cases, earned, possible)
