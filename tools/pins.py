"""Pin what a student installs: each package that is named first in a requirements file, and all that these bring along.

Run by `make lock` with a Python that has everything installed; the versions are those that it has.
"""

import re
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

TITLE = "# What the notebook uses, at the versions it was tested with (Python 3.11 to 3.13)."
BROUGHT = "# What these bring along."


def name_of(text: str) -> str:
    """A package's name as the index writes it."""
    return re.sub(r"[-_.]+", "-", Requirement(text).name).lower()


def brought_along(names: list[str]) -> set[str]:
    """The names of all packages that some need, and that are installed here."""
    waiting, found = list(names), set[str]()
    while waiting:
        try:
            needed = distribution(waiting.pop()).requires or []
        except PackageNotFoundError:
            continue
        for requirement in map(Requirement, needed):
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                name = name_of(requirement.name)
                if name not in found:
                    found.add(name)
                    waiting.append(name)
    return found - set(names)


def pinned(text: str) -> str:
    """A requirements file like `text`, with today's versions."""
    first = text.split("\n\n")[0].splitlines()
    names = [name_of(line) for line in first if line and not line.startswith("#")]
    others = sorted(brought_along(names))
    lines = [TITLE, *map(pin, names), "", BROUGHT, *(pin(name) for name in others)]
    return "\n".join(lines) + "\n"


def pin(name: str) -> str:
    return f"{name}=={distribution(name).version}"


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(pinned(path.read_text(encoding="utf-8")), encoding="utf-8")
