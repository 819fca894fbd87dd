"""Who gets which files: students all that their notebook and public cases need, and nothing that the grader alone has.

This module must never run the master's code.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from autograder.authoring.configuration import nearest
from autograder.authoring.master import CaseSource, Master
from autograder.authoring.publish import PUBLISHED, files
from autograder.errors import BuildError

PRIVATE = "private"  # the folder of which students get nothing
NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?")  # of a file, on every system and in every address
WINDOWS = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}
MADE = {"tests", "grader"}  # what the build puts into student/ itself
HIDDEN = "hidden"  # what a name says that hands out hidden data


def check_shipped(master: Master) -> None:
    """All that is named exists and goes to whom it may go to, and what is used goes to whom uses it."""
    check_lists(master)
    check_file_names(master)
    for cell in master.cells:
        if cell.kind == "code" and cell.block != "TESTS":
            for line, file in used_files(master, cell.source):
                if not gets(master, file, master.config.files):
                    shown = file.relative_to(master.folder).as_posix()
                    message = f"uses {shown}, which students do not get: it is not in `files:`"
                    raise master.cell_error(cell, message, cell.line + line - 1)
    files = [path.relative_to(master.folder).as_posix() for path in master.folder.rglob("*") if path.is_file()]
    for question in master.questions.values():
        for case in question.cases:
            check_case(master, case)
            for text in strings(case.function):
                if text not in files and Path(text).suffix and (meant := nearest(text.lower(), files)):
                    raise master.cell_error(
                        case.cell, f"{case.name} names {text}, which does not exist{meant}", case.line
                    )


def check_lists(master: Master) -> None:
    """The files of the configuration exist in the master's folder, and students get none that is private."""
    config, folder = master.config, master.folder

    def error(key: str, name: str, message: str) -> BuildError:
        lines = list(enumerate(config.cell.source.split("\n"), config.line))
        start = next((n for n, text in lines if text.startswith(f"{key}:")), config.line)
        line = next((n for n, text in lines if n >= start and name in text), start)
        return master.error(line, "ASSIGNMENT CONFIG", f"{key}: {message}")

    for key, names in (("files", config.files), ("autograder_files", config.autograder_files)):
        for name in names:
            file = (folder / name).resolve()
            if not file.is_relative_to(folder):
                raise error(key, name, f"{name} lies outside the master's folder")
            if not file.exists():
                near = nearest(name, (path.relative_to(folder).as_posix() for path in folder.rglob("*")))
                raise error(key, name, f"{name} does not exist{near}")
            if names.count(name) > 1:
                raise error(key, name, f"{name} is listed twice")
    private = [folder / PRIVATE, *((folder / name).resolve() for name in config.autograder_files)]
    for name in config.files:
        file = (folder / name).resolve()
        for secret in private:
            if file.is_relative_to(secret) or secret.is_relative_to(file):
                what = f"{PRIVATE}/" if secret == folder / PRIVATE else secret.relative_to(folder).as_posix()
                message = f"{name} would give students what is in {what}, which is the grader's alone"
                raise error("files", name, message)
        copies = {path.read_bytes(): path for path in (folder / PRIVATE).rglob("*") if path.is_file()}
        for path in sorted(file.rglob("*")) if file.is_dir() else [file]:
            if path.is_file() and (data := path.read_bytes()) in copies and data:
                message = f"{name} would give students a copy of {copies[data].relative_to(folder)}"
                raise error("files", name, message)


def check_file_names(master: Master) -> None:
    """Whatever students use can hold the files, and no file takes the place of another, or of a module of Python's."""
    if not re.fullmatch(r"[A-Za-z0-9_-]+", master.path.stem):
        raise master.file_error("the master's name becomes the notebook's: use letters, digits, - and _")
    seen = {f"{master.path.stem}.ipynb".lower()}
    for name in shipped_files(master):
        odd = next((part for part in Path(name).parts if not is_plain(part)), "")
        problem = ""
        if odd:
            problem = f"{odd} cannot be a name everywhere: use letters, digits, -, _ and ., and no dot first"
        elif Path(name).parts[0] in MADE:
            problem = f"{Path(name).parts[0]} is a name that the build itself uses"
        elif name.lower() in seen:
            problem = "differs from another file of the students' in capital letters alone, or is the notebook's name"
        elif "/" not in name and name.endswith(".py") and name[:-3] in sys.stdlib_module_names:
            problem = f"takes the place of Python's own module {name[:-3]}"
        if problem:
            raise master.error(master.config.line, "ASSIGNMENT CONFIG", f"files: {name}: {problem}")
        seen.add(name.lower())


def is_plain(part: str) -> bool:
    return part in PUBLISHED or bool(NAME.fullmatch(part)) and part.split(".")[0].lower() not in WINDOWS


def shipped_files(master: Master) -> Iterator[str]:
    """The files that students get, by their paths below the master's folder."""
    for name in master.config.files:
        path = master.folder / name
        for file in files(path) if path.is_dir() else [path]:
            yield file.relative_to(master.folder).as_posix()


def check_case(master: Master, case: CaseSource) -> None:
    """A case that uses what the grader alone has is hidden, and the grader has it."""
    for _, file in used_files(master, case.function):
        shown = file.relative_to(master.folder).as_posix()
        if not gets(master, file, [*master.config.files, *master.config.autograder_files]):
            message = f"{case.name} uses {shown}, which neither `files:` nor `autograder_files:` names"
            raise master.cell_error(case.cell, message, case.line)
        if not case.hidden and not gets(master, file, master.config.files):
            message = f"{case.name} uses {shown}, which students do not have: `hidden: true` is missing"
            raise master.cell_error(case.cell, message, case.line)
    if not case.hidden and (name := hidden_name(case.function)):
        message = f"{case.name} uses {name}, as hidden cases do: `hidden: true` is missing"
        raise master.cell_error(case.cell, message, case.line)


def hidden_name(function: str) -> str:
    """The name by which a function's source calls for hidden data, "" where it has none."""
    for node in ast.walk(ast.parse(function)):
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        if HIDDEN in re.split(r"[\W_]+", name.lower()):
            return name
    return ""


def strings(source: str) -> Iterator[str]:
    """The strings in some code that could name a file."""
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and re.fullmatch(r"[\w./-]{1,99}", node.value)
        ):
            yield node.value


def used_files(master: Master, source: str) -> Iterator[tuple[int, Path]]:
    """(line, file) for each file of the master's folder that some code imports or names in a string."""
    lines = ["" if line.startswith(("%", "!")) else line for line in source.split("\n")]
    for node in ast.walk(ast.parse("\n".join(lines))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name.replace(".", "/") for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            top = node.module.replace(".", "/")
            names = [top, *(f"{top}/{alias.name}" for alias in node.names)]
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and re.fullmatch(r"[^\n\0]{1,99}", node.value)
        ):
            names = [node.value]
        for name in names:
            for file in (master.folder / name, master.folder / f"{name}.py"):
                if file.is_file():
                    yield getattr(node, "lineno", 1), file


def gets(master: Master, file: Path, names: list[str]) -> bool:
    """Whether a file is in a list of files and folders."""
    return any(file.resolve().is_relative_to((master.folder / name).resolve()) for name in names)
