"""All questions at once: the points so far, what the hidden cases add, and which written answers are still to come."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from . import page
from .check import Checked, run_check
from .data import AssignmentData, Question
from .doubts import stale
from .errors import NotebookError

COLUMNS = ("question", "", "points so far", "hidden cases add")
NUMBERS = (2, 3)
WRITTEN = {True: "written; a person grades it", False: "still to be written", None: "a person grades it"}


@dataclass(repr=False)
class Summary(page.Shown):
    """How every question stands. results: those that were checked. troubles: why others could not be.

    written: whether the notebook's file holds an answer to each written question; questions that were not found in it
    are missing. older: what is said of answers that are older than their cells.
    """

    data: AssignmentData
    results: dict[str, Checked]
    troubles: dict[str, str]
    written: dict[str, bool]
    older: list[str] = field(default_factory=list)

    def totals(self, extra: bool) -> tuple[float, float, float]:
        """(points so far, points of the public cases, points of the hidden ones), of the extra questions or others."""
        questions = [q for q in self.data.checked if q.extra == extra]
        checked = [self.results[q.name] for q in questions if q.name in self.results]
        hidden = sum(q.hidden_points for q in questions)
        return sum(c.score for c in checked), sum(q.points - q.hidden_points for q in questions), hidden

    def lines(self) -> list[str]:
        """What the table adds up to, in words."""
        return [*self.checked_lines(), *self.written_lines()]

    def checked_lines(self) -> list[str]:
        """What the checked questions add up to, and why others could not be checked."""
        score, public, hidden = self.totals(extra=False)
        lines = [f"Public cases: {page.points(score, False)} of {page.points(public)}."]
        more, of, unseen = self.totals(extra=True)
        if of or unseen:
            lines[0] = lines[0][:-1] + f", and {page.points(more, False)} of {page.points(of)} extra."
        if hidden or unseen:
            extra = f", and {page.points(unseen)} extra" if unseen else ""
            lines.append(
                f"Hidden cases add {page.points(hidden)}{extra} when you have handed in. They ask the same as the "
                "public ones, at other sizes."
            )
        return lines + list(self.troubles.values())

    def written_lines(self) -> list[str]:
        """What is known of the written answers."""
        written = self.data.written
        if not written:
            return []
        total = f"Written answers, graded by a person: {page.points(sum(q.points for q in written))}."
        blank = [q.name for q in written if self.written.get(q.name) is False]
        unseen = [q.name for q in written if q.name not in self.written]
        if blank:
            total += f" Still to be written, in the notebook as last saved: {', '.join(blank)}."
        if unseen:
            total += f" Whether you wrote {', '.join(unseen)} cannot be seen from here."
        return [total]

    def state(self, question: Question) -> tuple[bool | None, str]:
        """The sign of a question's row, and its words."""
        if question.manual:
            return None, WRITTEN[self.written.get(question.name)]
        result = self.results.get(question.name)
        if result is None:
            return False, "could not be checked"
        return result.sign, result.state + (" (extra)" if question.extra else "")

    def columns(self, question: Question) -> tuple[str, str]:
        """The points of a question's row: so far, and what its hidden cases add."""
        if question.manual:
            return f"? of {page.points(question.points, False)}", ""
        result = self.results.get(question.name)
        score = page.points(result.score, False) if result else "0"
        hidden = question.hidden_points
        return f"{score} of {page.points(question.points - hidden, False)}", f"+ {page.points(hidden, False)}" * bool(
            hidden
        )

    def total_row(self) -> tuple[str, str]:
        score, public, hidden = self.totals(extra=False)
        return f"{page.points(score, False)} of {page.points(public, False)}", f"+ {page.points(hidden, False)}" * bool(
            hidden
        )

    def text(self) -> str:
        rows = [COLUMNS]
        for question in self.data.questions:
            rows.append((question.name, page.sign(*self.state(question)), *self.columns(question)))
        rows.append(("total, without extra and written", "", *self.total_row()))
        widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
        lines = [
            "  ".join(
                cell.rjust(width) if column in NUMBERS else cell.ljust(width)
                for column, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in rows
        ]
        older = [f"Attention: {line}" for line in self.older]
        return "\n".join([*lines, "", *map(page.wrapped, [*older, *self.lines()])])

    def html(self) -> str:
        body = []
        for question in self.data.questions:
            state = page.coloured_sign(*self.state(question))
            body.append(page.row([page.breakable(question.name), state, *self.columns(question)], numbers=NUMBERS))
        body.append(page.row(["total, without extra and written", "", *self.total_row()], numbers=NUMBERS))
        head = page.row(COLUMNS, "th", NUMBERS)
        style = "border-collapse:collapse;margin:0 0 0.5em 0"
        table = f'<table style="{style}"><thead>{head}</thead><tbody>{"".join(body)}</tbody></table>'
        table = f'<div style="overflow-x:auto">{table}</div>'
        words = page.attention(self.older) + "".join(f"<div>{page.escaped(line)}</div>" for line in self.lines())
        done = all(result.passed for result in self.results.values()) and not self.troubles
        return page.block(page.GOOD if done else page.BAD, table, words)


def run_all(data: AssignmentData, names: Mapping[str, Any], written: dict[str, bool]) -> Summary:
    """Check every question that is not graded by a person."""
    summary = Summary(data, {}, {}, written)
    for question in data.checked:
        try:
            summary.results[question.name] = run_check(question, names)
            summary.older += stale(question, data, names)
        except NotebookError as trouble:
            summary.troubles[question.name] = str(trouble)
    return summary
