"""The instructor's zip, opened: its tests, its configuration, and what a student's process gets of it."""

import inspect
import re
import shutil
import sys
import zipfile
from pathlib import Path
from typing import Any, Self

import msgspec

from autograder.errors import ArchiveError
from autograder.files import make_temporary, remove_temporary
from autograder.grading.otter_types import AutograderConfig, ExceptionTestFile, TestFile
from autograder.grading.text import one_line
from autograder.grading.written import FILE as WRITTEN
from autograder.grading.written import WrittenQuestion, read_written

PREFIX = "tests-"  # of the folder that a zip is unpacked to
PACKAGE = (__package__ or "").partition(".")[0]
WORD = re.compile(r"[^\W\d_]+|[^\x00-\x7f]")  # numbers and ASCII's signs say nothing


class Settings(msgspec.Struct):
    """What we read of otter_config.json beside Otter's own settings.

    student_files: the paths below files/ that students were given. extra_questions: those whose points come on top.
    skipped_cells: fingerprints of the cells that grading skips, for where their tags are lost.
    """

    student_files: list[str] | None = None
    extra_questions: list[str] = []
    skipped_cells: list[str] = []


class Assignment:
    """The zip (or its folder, unpacked), ready to grade with. A context manager.

    While it is open, the zip's files/ stand first on sys.path, for the tests' imports. Students' processes get of
    files/ only what otter_config.json lists as `student_files`. Raises ArchiveError where it is not a valid zip.
    """

    def __init__(self, archive: str | Path) -> None:
        self.archive = Path(archive)
        self.folder: Path | None = None
        self.tests: list[TestFile] = []
        self.written: list[WrittenQuestion] = []
        self.student_files: dict[str, bytes] = {}
        self.extra: set[str] = set()
        self.skipped: frozenset[str] = frozenset()
        self.words: frozenset[str] = frozenset()
        self.aside: dict[str, Any] = {}

    def __enter__(self) -> Self:
        return self.open()

    def open(self) -> Self:
        """Unpack the zip, once."""
        if self.folder is None:
            self.folder = make_temporary(PREFIX)
            try:
                self._unpack(self.folder)
            except Exception as problem:  # a zip can be wrong in many ways, its tests in any
                self._remove()
                what = one_line(f"{type(problem).__name__}: {problem}")
                raise ArchiveError(f"{self.archive} is not a valid autograder zip: {what}") from problem
            except BaseException:
                self._remove()
                raise
            sys.path.insert(0, str(self.folder / "files"))
        return self

    def _unpack(self, folder: Path) -> None:
        if self.archive.is_dir():
            for name in ("tests", "files", "otter_config.json", WRITTEN):
                if (self.archive / name).is_dir():
                    shutil.copytree(self.archive / name, folder / name)
                elif (self.archive / name).exists():
                    shutil.copy(self.archive / name, folder / name)
        else:
            with zipfile.ZipFile(self.archive) as file:
                file.extractall(folder)
        text = (folder / "otter_config.json").read_bytes()
        self.config = AutograderConfig(msgspec.json.decode(text, type=dict))
        settings, files = msgspec.json.decode(text, type=Settings), folder / "files"
        if settings.student_files is None and files.is_dir():
            print("otter_config.json has no `student_files`: notebooks get none of files/", file=sys.stderr)
        self.student_files = {name: (files / name).read_bytes() for name in settings.student_files or []}
        self.extra, self.skipped = set(settings.extra_questions), frozenset(settings.skipped_cells)
        self.written = read_written(folder / WRITTEN)
        self.tests = [test_file(path) for path in sorted((folder / "tests").glob("*.py"))]
        written = [path for path in folder.rglob("*") if path.suffix in (".py", ".json") and path.is_file()]
        self.words = frozenset(word for path in written for word in words_of(path.read_text("utf-8", "replace")))
        self._put_aside({path.stem for path in files.glob("*") if path.suffix == ".py" or path.is_dir()} - {PACKAGE})

    def _put_aside(self, names: set[str]) -> None:
        """Let the tests import the zip's modules, and not others of the same names that are loaded."""
        self.modules = names
        self.aside = {name: sys.modules.pop(name) for name in list(sys.modules) if name.split(".")[0] in names}

    def __exit__(self, *_: object) -> None:
        sys.path.remove(str(self._open_folder / "files"))
        for name in [name for name in sys.modules if name.split(".")[0] in self.modules]:
            del sys.modules[name]
        sys.modules.update(self.aside)
        self._remove()

    def _remove(self) -> None:
        remove_temporary(self._open_folder)
        self.folder = None

    @property
    def _open_folder(self) -> Path:
        assert self.folder is not None, "the assignment is not open"
        return self.folder

    @property
    def closed(self) -> list[Path]:
        """What a student's process must not be able to read of it."""
        return [self.archive, self._open_folder, *(self._open_folder / name for name in ("tests", "files"))]

    @property
    def name(self) -> str:
        """The assignment's name, as notebooks carry it; "" where the zip has none."""
        return self.config.assignment_name or ""

    @property
    def asked(self) -> list[str]:
        """The names that its tests take from a notebook."""
        functions = [case.body.test_func for file in self.tests for case in file.test_cases]
        return sorted({name for function in functions for name in inspect.signature(function).parameters})

    @property
    def points(self) -> dict[str, float]:
        """{question: its points}, the extra ones too."""
        return {file.name: file.possible for file in self.tests}


def words_of(text: str) -> set[str]:
    """The words of a text, and its signs that are not ASCII's."""
    return set(WORD.findall(text))


def test_file(path: Path) -> TestFile:
    """Otter's test file; raises ValueError for one of another format."""
    source = path.read_text(encoding="utf-8")
    if not re.search(r"^OK_FORMAT = False", source, re.MULTILINE):
        raise ValueError(f"{path.name} is not an exception-format test: assign with `tests: {{ok_format: false}}`")
    file = ExceptionTestFile.from_string(source, path=f"tests/{path.name}")
    for case in file.test_cases:  # Otter looks at its signature in each grading
        case.body.test_func.__signature__ = inspect.signature(case.body.test_func)
    return file
