"""What a run has changed: the grades.csv that it replaces, compared with the new one."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

MAX_SHOWN = 200
UNTOLD = ("id", "name", "of", "total", "what went wrong")  # they follow from others, or are none


class Change(msgspec.Struct, frozen=True):
    """What is new for one student, as [(column, before, now)]."""

    id: str
    name: str
    columns: list[tuple[str, str, str]]


def read_grades(path: Path) -> dict[str, dict[str, str]]:
    """{id: row} of an earlier grades.csv; nothing where there is none that can be read."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            return {row["id"]: row for row in csv.DictReader(file) if row.get("id")}
    except (OSError, UnicodeDecodeError, csv.Error, KeyError):
        return {}


def changed(before: Mapping[str, Mapping[str, str]], rows: Sequence[Mapping[str, str]]) -> list[Change]:
    """Whose points or status differ, and who is gone; nobody where there was nothing before, or a column is new."""
    found = []
    for row in rows:
        old = before.get(row["id"])
        if old is None:
            columns = [("status", "", row["status"])] if before else []
        else:
            told = [name for name in row if name not in UNTOLD and name in old]
            columns = [(name, old[name] or "", row[name]) for name in told if (old[name] or "") != row[name]]
        if columns:
            found.append(Change(row["id"], row["name"], columns))
    gone = before.keys() - {row["id"] for row in rows}
    return found + [
        Change(id, before[id].get("name") or id, [("status", before[id].get("status") or "", "no longer in the class")])
        for id in sorted(gone)
    ]
