"""What no case can see: an answer that is older than its cell, or one that calls another answer which is wrong."""

import dis
import linecache
import re
from collections.abc import Iterable, Iterator, Mapping
from types import CodeType, FunctionType
from typing import Any

from .check import Checked, run_check
from .compare import asked
from .data import AssignmentData, Question
from .errors import NotebookError
from .source import names_defined, sources_compiled, sources_run, tidy

OLDER = (
    "the cell that defines {name} stopped with an error when it ran last, so {name} is still what an earlier run made "
    "of it. Repair that cell and run it, then this one again."
)
MISSING = (
    "a cell that defines {name} ran, and {name} is not there. Did that cell stop with an error? Repair it and run it, "
    "then this one again."
)
CALLS = "{name} calls {other}, and the check of {question} does not pass: repair that first."
READS = ("LOAD_GLOBAL", "LOAD_NAME")


def doubts(checked: Checked, data: AssignmentData, names: Mapping[str, Any]) -> list[str]:
    """What to know of a question's answers beside how its cases ended."""
    lines = stale(checked.question, data, names)
    return lines if checked.passed or checked.todo else lines + wrong_below(checked.question, data, names)


def stale(question: Question, data: AssignmentData, names: Mapping[str, Any]) -> list[str]:
    """A line for each answer to a question that the cell which should have defined it last did not define."""
    ran = list(zip(sources_run(), sources_compiled(), strict=False))
    lines = []
    for name in [name for name, of in asked(data).items() if of == question.name]:
        if name not in names and any(binds(source, name) for source, _ in ran):
            lines.append(MISSING.format(name=name))
        elif name in names and is_older(name, names[name], ran):
            lines.append(OLDER.format(name=name))
    return lines


def is_older(name: str, value: object, ran: list[tuple[str, str]]) -> bool:
    """Whether a name's value was there before the last cell that should have bound it.

    ran: what was written and what was compiled of each cell, in the order in which they ran. The last one did not bind
    it if it is not Python, or if it defines a function or a class and the value was made by an earlier one.
    """
    binding = [(source, compiled) for source, compiled in ran if binds(source, name)]
    if not binding:
        return False
    last, compiled = binding[-1]
    if names_defined(last) is None:
        return True
    made = made_by(value)
    return begins(last, rf"(?:def|class)\s+{name}\b") and any(
        made == tidy(earlier) != tidy(compiled) for _, earlier in binding
    )


def binds(source: str, name: str) -> bool:
    """Whether a cell would bind a name; of one that is not Python, the beginning of a line tells."""
    found = names_defined(source)
    return begins(source, rf"(?:(?:def|class)\s+{name}\b|{name}\s*=)") if found is None else name in found


def begins(source: str, pattern: str) -> bool:
    """Whether a line of a source begins with a pattern."""
    return re.search(f"^{pattern}", source, re.MULTILINE) is not None


def made_by(value: object) -> str:
    """The source of the cell that made a function or a class; "" where it was not made in a cell."""
    return tidy("".join(linecache.getlines(code.co_filename))) if (code := next(codes_of(value), None)) else ""


def codes_of(value: object) -> Iterator[CodeType]:
    """The code of a function, or of a class's methods."""
    for part in vars(value).values() if isinstance(value, type) else [value]:
        if isinstance(part, FunctionType):
            yield part.__code__


def wrong_below(question: Question, data: AssignmentData, names: Mapping[str, Any]) -> list[str]:
    """A line for each answer to another question that this one's calls, and whose check does not pass."""
    answers, lines = asked(data), list[str]()
    for own in [name for name, of in answers.items() if of == question.name]:
        for other in called(own, names):
            below = answers.get(other, question.name)
            if below != question.name and not passes(data.question(below), names):
                lines.append(CALLS.format(name=own, other=other, question=below))
    return lines


def passes(question: Question, names: Mapping[str, Any]) -> bool:
    """Whether a check passes; a stub names itself where it is called."""
    try:
        checked = run_check(question, names)
    except NotebookError:
        return True
    return checked.passed or checked.todo


def called(name: str, names: Mapping[str, Any]) -> list[str]:
    """The names that a function or a class of the notebook reads, and what these read, and so on."""
    found, open_names = dict[str, None](), [name]
    while open_names:
        for code in codes_of(names.get(open_names.pop())):
            new = [read for read in reads(code) if read in names and read not in found]
            found |= dict.fromkeys(new)
            open_names += new
    return list(found)


def reads(code: CodeType) -> Iterable[str]:
    """The global names that a code object reads, with the functions inside it."""
    for instruction in dis.get_instructions(code):
        if instruction.opname in READS:
            yield instruction.argval
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from reads(constant)
