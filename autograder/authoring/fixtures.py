"""The numbers of an assignment's cases, made anew by its own private/cases.py."""

import json
import re
import subprocess
import sys
from pathlib import Path

from autograder.authoring.master import Master
from autograder.authoring.shipping import PRIVATE
from autograder.errors import BuildError

CASES = "cases"  # the module in the private folder that makes the numbers of the cases
FIXTURES = "fixtures.json"


def make_fixtures(master: Master, source: Path) -> list[Path]:
    """Run the private/cases.py of an assignment that has one, with the master's solutions on its standard input.

    source: a copy of the master's folder. All JSON files in it and in private/ count as made by it; their paths are
    returned. Raises BuildError.
    """
    script = source / PRIVATE / f"{CASES}.py"
    if not script.exists():
        return []
    done = subprocess.run(
        [sys.executable, "-m", f"{PRIVATE}.{CASES}"],
        cwd=source,
        capture_output=True,
        text=True,
        input=json.dumps(master.solutions()),
    )
    if done.returncode or not (source / FIXTURES).exists():
        why = exception_in(done.stderr) or f"left no {FIXTURES}"
        file, line = place_in(done.stderr, source) or (f"{PRIVATE}/{CASES}.py", "1")
        raise BuildError(f"{Path(master.shown).parent / file}:{line}: {why}")
    return sorted([*source.glob("*.json"), *(source / PRIVATE).glob("*.json")])


def place_in(text: str, folder: Path) -> tuple[str, str] | None:
    """The last file of a folder that a traceback names, and the line."""
    found = re.findall(r'File "([^"]+)", line (\d+)', text)
    ours = [(Path(file).relative_to(folder).as_posix(), line) for file, line in found if folder in Path(file).parents]
    return ours[-1] if ours else None


def exception_in(text: str) -> str:
    """The first line of the exception that a traceback ends with."""
    lines = text.strip().split("\n")
    starts = [line for line in lines if re.match(r"[A-Za-z_][\w.]*(Error|Exception|Warning|Exit)\b", line)]
    return (starts or lines)[-1]
