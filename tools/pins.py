"""Pin what is installed: each package that is named first in a requirements file, and all that these bring along.

Run by `make lock` for the files that it is given, with a Python that has everything installed; the versions are those
that it has.
"""

import re
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

BROUGHT = "# What these bring along."


def name_of(text: str) -> str:
    """A package's name as the index writes it."""
    return re.sub(r"[-_.]+", "-", Requirement(text).name).lower()


def brought_along(names: list[str]) -> set[str]:
    """The names of all packages that some need, with the extras that they ask for, and that are installed here."""
    waiting, seen = [(name, "") for name in names], set[tuple[str, str]]()
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in seen:
            continue
        try:
            needed = distribution(name).requires or []
        except PackageNotFoundError:
            continue
        seen.add((name, extra))
        for requirement in map(Requirement, needed):
            if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
                waiting += [(name_of(requirement.name), wanted) for wanted in ("", *requirement.extras)]
    return {name for name, _ in seen} - set(names)


def pinned(text: str) -> str:
    """A requirements file like `text`, with today's versions."""
    first = text.split("\n\n")[0].splitlines()
    title = [line for line in first if line.startswith("#")]
    names = [name_of(line) for line in first if line and not line.startswith("#")]
    others = sorted(brought_along(names))
    lines = [*title, *map(pin, names), "", BROUGHT, *(pin(name) for name in others)]
    return "\n".join(lines) + "\n"


def pin(name: str) -> str:
    return f"{name}=={distribution(name).version}"


if __name__ == "__main__":
    for path in map(Path, sys.argv[1:]):
        path.write_text(pinned(path.read_text(encoding="utf-8")), encoding="utf-8")
