"""Which packages the code of an assignment imports, and whether those who run it have them.

The grader's container installs what the engine needs and the configuration's `requirements:`; students install their
requirements.txt, where they get one. This module must never import what an assignment imports.
"""

import ast
import functools
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from autograder.authoring.archive import CONTAINER
from autograder.authoring.configuration import nearest
from autograder.authoring.master import Cell, Master
from autograder.authoring.names import code_of
from autograder.errors import BuildError
from autograder.grading.cells import SKIP_TAG

STUDENTS = "requirements.txt"  # what students install, if they get one
OURS = {"grader", "autograder"}
NEAR = 0.8  # how alike two names are of which one is a slip


class Import(NamedTuple):
    """A module that some code needs. line: of the code, counted from 1."""

    module: str
    line: int


def check_packages(master: Master) -> None:
    """Whoever runs a cell or a case can import what it imports. Raises BuildError."""
    asked = str(master.config.settings["requirements"])
    container = installed(listed(master, asked, here=True))
    container |= {str(canonicalize_name(name)) for name in required(CONTAINER)}
    students = master.folder / STUDENTS
    theirs = installed(listed(master, STUDENTS)) if STUDENTS in master.config.files and students.is_file() else None
    cases = {id(case.cell): case for question in master.questions.values() for case in question.cases}
    for cell in master.cells:
        if cell.kind != "code":
            continue
        case = cases.get(id(cell))
        source = case.function if case else cell.source
        for module, line in imports(master, source):
            at = case.line + line - 1 if case else cell.line + line - 1
            if SKIP_TAG not in cell.tags:
                check(master, cell, at, module, container, f"the grader's container lacks it: add it to {asked}")
            if theirs is not None and not (case and case.hidden):
                check(master, cell, at, module, theirs, f"students lack it: add it to {STUDENTS}")


def check(master: Master, cell: Cell, line: int, module: str, there: set[str], otherwise: str) -> None:
    packages = {canonicalize_name(name) for name in providers().get(module, ())}
    if packages and not packages & there:
        raise master.cell_error(cell, f"imports {module}, which {min(packages)} brings, and {otherwise}", line)


@functools.cache
def providers() -> Mapping[str, list[str]]:
    """The packages, as far as they are installed here, that bring a module."""
    return packages_distributions()


def imports(master: Master, source: str) -> Iterator[Import]:
    """The modules that code needs from elsewhere, also by the modules of the master's folder that it imports."""
    waiting, seen = [(source, 0)], set[Path]()
    while waiting:
        code, line = waiting.pop()
        for module, own_line in imported(code):
            top, at = module.split(".")[0], line or own_line
            files = [master.folder / f"{module.replace('.', '/')}.py", master.folder / f"{top}.py"]
            local = [file for file in files if file.is_file()]
            if not local and not (master.folder / top).is_dir() and top not in sys.stdlib_module_names | OURS:
                yield Import(top, at)
            for file in local:
                if file not in seen and file != master.path.resolve():
                    seen.add(file)
                    waiting.append((file.read_text(encoding="utf-8"), at))


@functools.lru_cache(1024)
def imported(code: str) -> list[Import]:
    return list(needed(ast.parse(code_of(code))))


def needed(tree: ast.AST) -> Iterator[Import]:
    """The modules that code imports, but for those whose absence it takes care of."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Try) and any(map(catches_absence, node.handlers)):
            for statement in [*node.handlers, *node.orelse, *node.finalbody]:
                yield from needed(statement)
        elif isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield Import(node.module, node.lineno)
            yield from (Import(f"{node.module}.{alias.name}", node.lineno) for alias in node.names)
        else:
            yield from needed(node)


def catches_absence(handler: ast.ExceptHandler) -> bool:
    names = ast.unparse(handler.type) if handler.type else "Exception"
    return bool(re.search(r"\b(ImportError|ModuleNotFoundError|Exception)\b", names))


def listed(master: Master, name: str, here: bool = False) -> list[str]:
    """The packages that a requirements file in the master's folder asks for. here: they must be installed here, too."""
    path = master.folder / name
    known = {canonicalize_name(package) for names in providers().values() for package in names}
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if not (text := line.split("#")[0].strip()):
            continue
        place = f"{(Path(master.shown).parent / name).as_posix()}:{number}"
        try:
            package = canonicalize_name(Requirement(text).name)
        except InvalidRequirement:
            raise BuildError(f"{place}: is no requirement: {text}") from None
        if package not in known and (meant := nearest(package, known, NEAR) or here):
            hint = meant if isinstance(meant, str) else "; install it, so that the build can try the solution with it"
            raise BuildError(f"{place}: {package} is not installed here{hint}")
    return required(path)


def required(path: Path) -> list[str]:
    """The packages that a requirements file asks for."""
    lines = (line.split("#")[0].strip() for line in path.read_text(encoding="utf-8").split("\n"))
    return [Requirement(line).name for line in lines if line]


def installed(names: Iterable[str]) -> set[str]:
    """Packages with all that they bring along, as far as they are installed here."""
    waiting, found = [(str(canonicalize_name(name)), "") for name in names], set[tuple[str, str]]()
    while waiting:
        name, extra = one = waiting.pop()
        if one in found:
            continue
        found.add(one)
        try:
            requirements = distribution(name).requires or []
        except PackageNotFoundError:
            continue
        for requirement in map(Requirement, requirements):
            if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
                package = str(canonicalize_name(requirement.name))
                waiting += [(package, wanted) for wanted in ("", *requirement.extras)]
    return {name for name, _ in found}
