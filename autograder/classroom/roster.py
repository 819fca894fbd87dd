"""A folder with a class's submissions, as people download it, to one entry a student.

It knows four forms: files, with names as Canvas or Moodle give them or any other; a folder for each student; Moodle's
folders; a Gradescope export with its submission_metadata.yml. It must never drop a file in silence, or open one.
"""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import yaml

from autograder.classroom.lateness import Lateness, read_lateness
from autograder.errors import RosterError
from autograder.files import files_below
from autograder.grading.text import clean

GRADABLE = (".ipynb", ".zip", ".py")
DOCUMENTS = (".pdf", ".html", ".htm", ".rar", ".7z", ".tar", ".gz", ".tgz", ".doc", ".docx", ".odt", ".rtf")
METADATA = "submission_metadata.yml"
NULL = ("null", "~", "")  # as the loader gives them that reads every scalar as text
SYSTEM_FILES = {"__MACOSX", "Thumbs.db", "desktop.ini"}
# jane doe's rnn_lstm.ipynb: doejane_LATE_4711_90210_rnn_lstm.ipynb, Jane Doe_4711_assignsubmission_file_rnn_lstm.ipynb
# The last part is the student's own name for the file, and may look like anything: the first match counts.
CANVAS = re.compile(r"(?P<name>[^_]+)(?P<late>_LATE)?_(?P<id>\d+)_\d+_(?P<file>.+)")
MOODLE = re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext)_?(?P<file>.*)")
MAX_NAMED = 5  # files that a reason names


class Student(msgspec.Struct, frozen=True):
    """Who submitted what: files or a folder, of which one counts; none where `problem` says why there is nothing."""

    id: str
    name: str
    paths: tuple[Path, ...] = ()
    problem: str = ""
    late: bool = False
    email: str = ""


class Roster(NamedTuple):
    """The students, sorted by name, and what was left alone and why."""

    students: list[Student]
    left_alone: list[str]


class Found(NamedTuple):
    """A file or folder, and what its name tells."""

    name: str
    path: Path
    late: bool


def read_class(folder: Path) -> Roster:
    """Who submitted what in a folder. Raises RosterError."""
    if not folder.is_dir():
        what = "is a file; unpack it first" if folder.exists() else "does not exist"
        raise RosterError(f"{folder} {what}: name the folder with the submissions")
    students, left = from_gradescope(folder) if (folder / METADATA).is_file() else from_files(folder)
    late = read_lateness(folder)
    students = [with_lateness(student, late) for student in students]
    left = [line for line in left if line.partition(": ")[0] not in late.read]
    if not students:
        raise RosterError(f"{folder} holds no submission: no {', '.join(GRADABLE)} file and no folder of a student")
    return Roster(sorted(students, key=lambda student: (student.name.lower(), student.id)), sorted(left))


def with_lateness(student: Student, late: Lateness) -> Student:
    is_late = student.late or bool({student.id.lower(), student.email.lower()} & late.ids)
    return msgspec.structs.replace(student, late=is_late)


def from_files(folder: Path) -> Roster:
    found: dict[str, list[Found]] = {}
    left = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name in SYSTEM_FILES:
            continue
        if path.is_symlink():
            left.append(f"{clean(path.name)}: a link; put the file itself there")
            continue
        match = CANVAS.fullmatch(path.name) or MOODLE.fullmatch(path.name)
        if path.is_dir() or (path.is_file() and (match or path.suffix.lower() in GRADABLE + DOCUMENTS)):
            parts = match.groupdict() if match else {}
            file = Found(parts.get("name") or own_name(path), path, bool(parts.get("late")))
            found.setdefault(parts.get("id") or own_name(path), []).append(file)
        else:
            left.append(f"{clean(path.name)}: neither a notebook, a zip, a script nor a student's folder")
    return Roster([student for id, files in found.items() for student in entries(id, files)], left)


def own_name(path: Path) -> str:
    """A file's or folder's name as an id. Bytes that are no text are written out, so that no two names become one."""
    return os.fsencode(path.name if path.is_dir() else path.stem).decode("utf-8", "backslashreplace")


def entries(id: str, files: list[Found]) -> list[Student]:
    """The entries of what has one id: one student's. Where the names differ, each file's own name is the id."""
    if len({file.name for file in files}) == 1:
        return [entry(id, files)]
    by_name: dict[str, list[Found]] = {}
    for file in files:
        own = own_name(file.path)
        by_name.setdefault(own, []).append(Found(own, file.path, file.late))
    return [entry(own, same) for own, same in by_name.items()]


def entry(id: str, files: list[Found]) -> Student:
    """One student's entry, of all that carries the student's id."""
    name, late = clean(files[0].name), any(file.late for file in files)
    submitted = [path for file in files for path in gradable(file.path)]
    if not submitted:
        return Student(id, name, problem=nothing_to_grade([file.path for file in files]), late=late)
    holders = [file.path for file in files if gradable(file.path)]
    one = len(submitted) == 1 or (len(holders) == 1 and all(path.suffix.lower() == ".py" for path in submitted))
    return Student(id, name, tuple(holders if one else submitted), late=late)


def nothing_to_grade(paths: list[Path]) -> str:
    """Why there is nothing to grade, with what there is instead."""
    inside = [file for path in paths for file in (files_below(path) if path.is_dir() else [path])]
    names = [file.name for file in inside if not file.name.startswith(".") and file.name not in SYSTEM_FILES]
    if not names:
        return "submitted nothing"
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return clean(f"submitted {', '.join(names[:MAX_NAMED])}{more}, which cannot be graded: ask for the .ipynb file")


def gradable(path: Path) -> list[Path]:
    """What can be graded in a path: itself, or what a folder holds; scripts only where there is nothing else."""
    if not path.is_dir():
        return [path] if path.suffix.lower() in GRADABLE else []
    inside = sorted(p for p in files_below(path) if p.suffix.lower() in GRADABLE)
    inside = [p for p in inside if not any(is_hidden(part) for part in p.relative_to(path).parts)]
    return [p for p in inside if p.suffix.lower() != ".py"] or inside


def is_hidden(part: str) -> bool:
    return part.startswith(".") or part in SYSTEM_FILES


def from_gradescope(folder: Path) -> Roster:
    """A Gradescope export: folders, and who submitted each; several submitters share one."""
    try:
        people = submitters((folder / METADATA).read_text(encoding="utf-8"))
    except (yaml.YAMLError, ValueError, AttributeError, TypeError) as problem:
        raise RosterError(f"{folder / METADATA} cannot be read ({type(problem).__name__}): export it again") from None
    students = []
    for name, who in people:
        id = who.get("sid") or who.get("email") or f"{name} {who.get('name', '')}".strip()
        path = folder / name
        there = name not in ("", ".", "..") and path.parent == folder and path.is_dir() and not path.is_symlink()
        shown = who.get("name") or id
        one = entry(id, [Found(shown, path, False)]) if there else Student(id, "", problem="submitted nothing")
        students.append(Student(one.id, clean(shown), one.paths, one.problem, email=who.get("email", "")))
    known = {name for name, _ in people} | {METADATA}
    others = (path.name for path in folder.iterdir() if path.name not in known and path.name[0] != ".")
    return Roster(merged(students), [f"{name}: no student of it in {METADATA}" for name in others])


def submitters(text: str) -> list[tuple[str, dict[str, str]]]:
    """[(folder, {name, sid, email})] of an export's list. Raises what a text that is no such list leads to."""
    listed: dict[Any, Any] = yaml.load(text, yaml.BaseLoader)  # every scalar as text
    people = [(str(name), who) for name, entry in listed.items() for who in entry.get(":submitters") or []]
    return [
        (name, {key.strip(":"): "" if value in NULL else str(value) for key, value in who.items()})
        for name, who in people
    ]


def merged(students: Iterable[Student]) -> list[Student]:
    """One entry a student: of several submissions under one id none is chosen."""
    by_id: dict[str, list[Student]] = {}
    for student in students:
        by_id.setdefault(student.id, []).append(student)
    return [same[0] if len(same) == 1 else several(id, same) for id, same in by_id.items()]


def several(id: str, same: list[Student]) -> Student:
    where = ", ".join(path.name for student in same for path in student.paths)
    problem = f"submitted {len(same)} times: {where}. Leave the one that counts"
    return Student(id, same[0].name, problem=problem, email=same[0].email)
