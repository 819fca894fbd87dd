"""A folder with a class's submissions, as people download it, to one entry a student.

It knows four forms: files, with names as Canvas or Moodle give them or any other; a folder for each student; Moodle's
folders; a Gradescope export with its submission_metadata.yml. It must never drop a file in silence, or open one.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from autograder.grading.intake import clean

GRADABLE = (".ipynb", ".zip", ".py")
METADATA = "submission_metadata.yml"
NULL = ("null", "~", "")  # as the loader gives them that reads every scalar as text
SYSTEM_FILES = {"__MACOSX", "Thumbs.db", "desktop.ini"}
# jane doe's rnn_lstm.ipynb: doejane_LATE_4711_90210_rnn_lstm.ipynb, Jane Doe_4711_assignsubmission_file_rnn_lstm.ipynb
# The last part is the student's own name for the file, and may look like anything: the first match counts.
CANVAS = re.compile(r"(?P<name>[^_]+)(?P<late>_LATE)?_(?P<id>\d+)_\d+_(?P<file>.+)")
MOODLE = re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_file_?(?P<file>.*)")


class NoClass(Exception):
    """The folder holds nothing that could be graded; the message says what to do."""


@dataclass(frozen=True)
class Student:
    """Who handed in what: `path` is a file or a folder, or None where `problem` says why there is nothing to grade."""

    id: str
    name: str
    path: Path | None = None
    problem: str = ""
    late: bool = False
    email: str = ""


def read_class(folder):
    """([Student], [what was left alone and why]), both sorted. Raises NoClass."""
    folder = Path(folder)
    if not folder.is_dir():
        what = "is a file; unpack it first" if folder.exists() else "does not exist"
        raise NoClass(f"{folder} {what}: name the folder with the submissions")
    students, left = from_gradescope(folder) if (folder / METADATA).is_file() else from_files(folder)
    if not students:
        raise NoClass(f"{folder} holds no submission: no {', '.join(GRADABLE)} file and no folder of a student")
    return sorted(students, key=lambda student: (student.name.lower(), student.id)), sorted(left)


def from_files(folder):
    found, left = {}, []
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name in SYSTEM_FILES:
            continue
        if path.is_symlink():
            left.append(f"{path.name}: a link; put the file itself there")
        elif path.is_dir() or (path.is_file() and path.suffix.lower() in GRADABLE):
            match = CANVAS.fullmatch(path.name) or MOODLE.fullmatch(path.name)
            parts = match.groupdict() if match else {}
            own = path.name if path.is_dir() else path.stem
            found.setdefault(parts.get("id") or own, []).append(
                (parts.get("name") or own, path, bool(parts.get("late")))
            )
        else:
            left.append(f"{path.name}: neither a notebook, a zip, a script nor a student's folder")
    return [student for id, files in found.items() for student in entries(id, files)], left


def entries(id, files):
    """The entries of what has one id: one student's. Where the names differ, each file's own name is the id."""
    if len({name for name, _, _ in files}) == 1:
        return [entry(id, *files)]
    by_name = {}
    for _, path, late in files:
        own = path.name if path.is_dir() else path.stem
        by_name.setdefault(own, []).append((own, path, late))
    return [entry(own, *same) for own, same in by_name.items()]


def entry(id, *files):
    """One student's entry, of [(name, path, whether late)]."""
    name, path, _ = files[0]
    late = any(file[2] for file in files)
    handed_in = [shown for _, path, _ in files for shown in gradable(path)]
    if len(handed_in) == 1 or (
        len(files) == 1 and handed_in and all(shown.lower().endswith(".py") for shown in handed_in)
    ):
        return Student(id, clean(name), path, late=late)
    what = f"{len(handed_in)} files: {', '.join(handed_in)}. Leave the one that counts" if handed_in else "nothing"
    return Student(id, clean(name), problem=clean(f"handed in {what}"), late=late)


def gradable(path):
    """The names of what can be graded in a path: itself, or what a folder holds; scripts only where nothing else is."""
    if not path.is_dir():
        return [path.name]
    inside = [p for p in sorted(path.rglob("*")) if p.is_file() and p.suffix.lower() in GRADABLE]
    inside = [p.relative_to(path) for p in inside]
    inside = [p for p in inside if not any(part.startswith(".") or part in SYSTEM_FILES for part in p.parts)]
    books = [p for p in inside if p.suffix.lower() != ".py"]
    return [f"{path.name}/{p.as_posix()}" for p in books or inside]


def from_gradescope(folder):
    """A Gradescope export: folders, and who submitted each; several submitters share one."""
    try:
        listed = yaml.load((folder / METADATA).read_text(encoding="utf-8"), yaml.BaseLoader)  # every scalar as text
        submissions = {str(name): entry.get(":submitters") or [] for name, entry in listed.items()}
        people = [(name, submitter) for name, submitters in submissions.items() for submitter in submitters]
        people = [
            (name, {key.strip(":"): "" if value in NULL else str(value) for key, value in who.items()})
            for name, who in people
        ]
    except (yaml.YAMLError, ValueError, AttributeError, TypeError) as problem:
        raise NoClass(f"{folder / METADATA} cannot be read ({type(problem).__name__}): export it again") from None
    students = []
    for name, who in people:
        id = who.get("sid") or who.get("email") or f"{name} {who.get('name', '')}".strip()
        path = folder / name
        there = name not in ("", ".", "..") and path.parent == folder and path.is_dir() and not path.is_symlink()
        one = entry(id, (who.get("name") or id, path, False)) if there else Student(id, "", problem="handed in nothing")
        students.append(
            Student(one.id, clean(who.get("name") or id), one.path, one.problem, email=who.get("email", ""))
        )
    known = {name for name, _ in people} | {METADATA}
    left = [
        f"{p.name}: no student of it in {METADATA}"
        for p in folder.iterdir()
        if p.name not in known and p.name[0] != "."
    ]
    return merged(students), left


def merged(students):
    """One entry a student: of several submissions under one id none is chosen."""
    by_id = {}
    for student in students:
        by_id.setdefault(student.id, []).append(student)
    return [same[0] if len(same) == 1 else several(id, same) for id, same in by_id.items()]


def several(id, same):
    where = ", ".join(student.path.name for student in same if student.path)
    problem = f"handed in {len(same)} times: {where}. Leave the one that counts"
    return Student(id, same[0].name, problem=problem, email=same[0].email)
