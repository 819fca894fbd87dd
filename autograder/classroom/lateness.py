"""Who was late, as Moodle's grading worksheet or Gradescope's list of scores tells it, where one is in the folder."""

import csv
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

GRADESCOPE = "Lateness (H:M:S)"
MOODLE = ("Identifier", "Status")  # "Participant 4711"; "Submitted for grading - 1 day 2 hours late"
MOODLE_LATE = re.compile(r"\blate\b")
MAX_BYTES = 32 << 20


class Lateness(NamedTuple):
    """ids: of the late, numbers or addresses, in lower case. read: the names of the lists that say so."""

    ids: frozenset[str]
    read: frozenset[str]


def read_lateness(folder: Path) -> Lateness:
    """What the CSV files in a folder tell; those of another kind are not read."""
    ids, read = set[str](), set[str]()
    for path in sorted(folder.glob("*.csv")):
        if path.is_symlink() or not path.is_file() or path.stat().st_size > MAX_BYTES:
            continue
        try:
            with open(path, encoding="utf-8-sig", newline="") as file:
                rows = csv.DictReader(file)
                columns = rows.fieldnames or []
                found = late_in_moodle(rows) if set(MOODLE) <= set(columns) else late_in_gradescope(rows, columns)
        except (OSError, UnicodeDecodeError, csv.Error):
            continue
        if found is not None:
            ids |= {id.strip().lower() for id in found if id.strip()}
            read.add(path.name)
    return Lateness(frozenset(ids), frozenset(read))


def late_in_moodle(rows: Iterable[dict[str, str]]) -> list[str]:
    return [
        row["Identifier"].split()[-1] for row in rows if row["Identifier"] and MOODLE_LATE.search(row["Status"] or "")
    ]


def late_in_gradescope(rows: Iterable[dict[str, str]], columns: Iterable[str]) -> list[str] | None:
    """None for what is not the list of one assignment's scores."""
    if GRADESCOPE not in columns:
        return None
    late = [row for row in rows if re.search(r"[1-9]", row[GRADESCOPE] or "")]
    return [row[name] for row in late for name in ("SID", "Email") if row.get(name)]
