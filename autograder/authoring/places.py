"""Where a question that is gone from the master is still spoken of."""

import re
from collections.abc import Iterator
from pathlib import Path

from autograder.authoring.manifest import GENERATED, Manifest
from autograder.authoring.master import Master
from autograder.authoring.names import defined

TEXTS = {".py", ".md", ".txt", ".rst", ".toml", ".yml", ".yaml"}
MAX_BYTES, MAX_LINES = 1_000_000, 8
HISTORY = "CHANGELOG.md"  # may speak of what is gone


def check_removed(master: Master, out: Path, last: Manifest) -> list[str]:
    """Nothing in the master's folder speaks of a question that the last build had and this master has not.

    Returns where other files below `out` speak of one. Raises BuildError.
    """
    words = gone(master, last)
    if not words:
        return []
    pattern = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(re.escape(word) for word in words)})(?![A-Za-z0-9])")
    inside: list[str] = []
    outside: list[str] = []
    for file in texts(out, {out / name for name in (*GENERATED, *last.files)}):
        if lines := [str(number) for number, line in enumerate(read(file).split("\n"), 1) if pattern.search(line)]:
            more = f" and {len(lines) - MAX_LINES} more" if len(lines) > MAX_LINES else ""
            place = f"{file.relative_to(out).as_posix()}:{','.join(lines[:MAX_LINES])}{more}"
            (inside if file.is_relative_to(master.folder) else outside).append(place)
    if inside:
        names = ", ".join(name for name in last.questions if name not in master.questions)
        raise master.file_error(f"{names} is gone from the master, and is still in {'; '.join([*inside, *outside])}")
    return outside


def gone(master: Master, last: Manifest) -> list[str]:
    """The names of questions that are gone, the short ones too, and of what only they defined."""
    removed = {name: names for name, names in last.questions.items() if name not in master.questions}
    if not removed:
        return []
    left = {name.split("_")[0] for name in master.questions}
    kept = {name for cell in master.cells if cell.kind == "code" for name in defined(cell.source)}
    words = set()
    for question, names in removed.items():
        short = question.split("_")[0]
        words |= {question} | ({short} if re.fullmatch(r"q\d+[a-z]?", short) else set()) - left
        words |= {name for name in names if name not in kept}
    return sorted(words)


def texts(folder: Path, without: set[Path]) -> Iterator[Path]:
    """The texts that people write below a folder, sorted; nothing hidden, no environment, no link."""
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith(".") or entry in without or entry.is_symlink() or (entry / "pyvenv.cfg").exists():
            continue
        if entry.is_dir():
            yield from texts(entry, without)
        elif entry.suffix in TEXTS and entry.name != HISTORY and entry.stat().st_size < MAX_BYTES:
            yield entry


def read(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace")
