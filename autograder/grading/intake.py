"""What a student submitted: a notebook, a script, a zip or a folder, to code cells and the files beside them.

It must never run, import or unpack anything of it, follow a link out of it, or fail in another way than by IntakeError.
"""

import codecs
import hashlib
import itertools
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import msgspec

from autograder.errors import IntakeError, UndecidedError
from autograder.files import files_below
from autograder.grading.cells import assignment_of, notebook_cells, script_cells, texts_of
from autograder.grading.text import clean, whole

MAX_NOTEBOOK, MAX_FILE, MAX_FILES_TOGETHER, MAX_FILES = 32 << 20, 8 << 20, 32 << 20, 100
MAX_DIGESTED = 128 << 20  # bytes of a file that are looked at to see whether it has changed
MAX_NOTEBOOKS = 10  # of a submission, among which the one of the assignment is looked for
MAX_NAMES = 1000  # files that are looked at
MAX_NAME = 200  # bytes of a file's path
MAX_DIRECTORY = 4 << 20  # bytes of a zip's list of its members
BOUNDED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # other compressions unpack all at once, whatever is asked for
SYSTEM_FOLDERS = {"..", ".ipynb_checkpoints", "__MACOSX", "__pycache__"}
MARKS = {  # the longer first, since one begins with another
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
EXPECTED = "Submit your .ipynb file, or the zip that its last cell makes."

Reader = Callable[[int], bytes | None]  # a file's bytes, up to a limit; None where it is larger or cannot be read


class Submission(msgspec.Struct, frozen=True):
    """The source of each code cell, in order, and {name: bytes} of the files beside the notebook.

    notebook: its text, "" for a script. is_ours: whether it carries the assignment's name. note: which was taken where
    there were several.
    """

    cells: list[str]
    files: dict[str, bytes]
    notebook: str = ""
    is_ours: bool = False
    note: str = ""


def read_submission(path: Path, assignment: str = "", skipped: frozenset[str] = frozenset()) -> Submission:
    """What there is to grade in a file, folder or zip.

    assignment: the name that its notebook must carry. skipped: fingerprints of cells that grading leaves out.

    Raises IntakeError.
    """
    files = entries(path)
    notebooks = [name for name in files if name.lower().endswith(".ipynb")]
    scripts = [name for name in files if name.lower().endswith(".py") and "/" not in name]
    archives = [name for name in files if name.lower().endswith(".zip")]
    if not notebooks and len(archives) == 1 and path.is_dir():
        return read_submission(path / archives[0], assignment, skipped)
    if not notebooks and len(scripts) != 1:
        raise UndecidedError(f"it holds no notebook. {EXPECTED}")
    chosen, why = only_notebook(files, notebooks, assignment) if notebooks else (scripts[0], "")
    text = text_of(files[chosen])
    cells, name = notebook_cells(text, assignment, skipped) if notebooks else (script_cells(text, skipped), "")
    others = {name: read for name, read in files.items() if name not in (chosen, *notebooks, *archives)}
    note = f"Of {len(notebooks)} notebooks, {chosen} is graded: {why}."
    return Submission(
        cells,
        read_within_bounds(others),
        text if notebooks else "",
        bool(assignment) and name == assignment,
        clean(note) if why else "",
    )


def only_notebook(files: dict[str, Reader], notebooks: list[str], assignment: str) -> tuple[str, str]:
    """(the one notebook, ""), or of several one and why: it alone carries the assignment's name, or all say the same.

    Raises IntakeError; UndecidedError where a person has to choose.
    """
    if len(notebooks) == 1:
        return notebooks[0], ""
    texts = {name: text_of(files[name]) for name in notebooks[:MAX_NOTEBOOKS]}
    ours = [name for name, text in texts.items() if assignment and assignment_of(text) == assignment] or [*texts]
    said = [texts_of(texts[name]) for name in ours]
    if len(notebooks) > MAX_NOTEBOOKS or any(other != said[0] for other in said):
        raise UndecidedError(f"it holds {len(notebooks)} notebooks. Submit one: the one with your answers.")
    return ours[0], "it alone carries the assignment's name" if len(ours) == 1 else "the others say the same"


def text_of(read: Reader) -> str:
    """A notebook's text. Raises IntakeError."""
    data = read(MAX_NOTEBOOK)
    if data is None:
        raise IntakeError(
            f"the notebook is larger than {MAX_NOTEBOOK >> 20} MB. Clear its outputs, save and submit again."
        )
    return data.decode(encoding_of(data), "replace")


def content_digest(path: Path) -> str:
    """What identifies a submission, by the names and the bytes of its files, as far as these are ever read."""
    digest = hashlib.sha256()
    names = itertools.islice(files_below(path), MAX_NAMES) if path.is_dir() else [path]
    for file in sorted(names):
        digest.update(os.fsencode(file.relative_to(path.parent)) + b"\0")
        try:
            with open(file, "rb") as opened:
                digest.update(opened.read(MAX_DIGESTED))
        except OSError:
            digest.update(b"unreadable")
    return digest.hexdigest()


def encoding_of(data: bytes) -> str:
    """UTF-8, unless a byte order mark says that an editor has saved it as UTF-16 or UTF-32."""
    for mark, encoding in MARKS.items():
        if data.startswith(mark):
            return encoding
    return "utf-8-sig"


def read_within_bounds(files: dict[str, Reader]) -> dict[str, bytes]:
    """The files' bytes, as many as the limits for one, for all and for their number let in."""
    found: dict[str, bytes] = {}
    left = MAX_FILES_TOGETHER
    for name, read in files.items():
        if len(found) < MAX_FILES and (data := read(min(MAX_FILE, left))) is not None:
            found[whole(name)] = data
            left -= len(data)
    return found


def entries(path: Path) -> dict[str, Reader]:
    """{safe relative name: its reader} of the plain files in a file, folder or zip. Raises IntakeError."""
    try:
        if path.is_symlink():
            raise IntakeError("it is a link. Submit the file itself.")
        if not path.exists():
            raise IntakeError("the file is not there.")
        if path.is_dir():
            return folder_entries(path)
        if not path.is_file():
            raise IntakeError(f"it is not a file. {EXPECTED}")
        if zipfile.is_zipfile(path) and path.suffix.lower() != ".ipynb":
            return zip_entries(path)
        if path.suffix.lower() in (".ipynb", ".py"):
            return {path.name: file_reader(path)}
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError):
        raise UndecidedError("the file cannot be read. Save the notebook, export it and submit it again.") from None
    raise UndecidedError(f"it is neither a notebook nor a zip. {EXPECTED}")


def folder_entries(path: Path) -> dict[str, Reader]:
    names = {p.relative_to(path): p for p in itertools.islice(files_below(path), MAX_NAMES)}
    return {name.as_posix(): file_reader(p) for name, p in sorted(names.items()) if is_safe(PurePosixPath(name))}


def zip_entries(path: Path) -> dict[str, Reader]:
    with open(path, "rb") as file:
        if zipfile._EndRecData(file)[zipfile._ECD_SIZE] > MAX_DIRECTORY:  # type: ignore[attr-defined]  # before it is read as a whole
            raise IntakeError("the zip holds too many files. Submit your .ipynb file, or the zip of its last cell.")
    archive = zipfile.ZipFile(path)
    plain = [i for i in archive.infolist() if i.filename and i.compress_type in BOUNDED and not i.is_dir()]
    plain = [i for i in plain if not stat.S_ISLNK(i.external_attr >> 16)]
    # Some of Windows' programs write backslashes. A path drops "./" in front.
    names = {PurePosixPath(i.filename.replace("\\", "/")): i for i in plain[:MAX_NAMES]}
    return {str(name): zip_reader(archive, i) for name, i in names.items() if is_safe(name)}


def is_safe(name: PurePosixPath) -> bool:
    """Whether a relative path stays in its folder, is not hidden and has a bounded name."""
    if not name.parts or SYSTEM_FOLDERS & set(name.parts) or len(os.fsencode(whole(str(name)))) > MAX_NAME:
        return False
    return not any(part.startswith(("/", ".")) or "\\" in part or "\0" in part for part in name.parts)


def file_reader(path: Path) -> Reader:
    def read(limit: int) -> bytes | None:
        try:
            with open(path, "rb") as file:
                data = file.read(min(limit, os.fstat(file.fileno()).st_size) + 1)  # no more room than it needs
        except OSError:
            return None
        return data if len(data) <= limit else None

    return read


def zip_reader(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Reader:
    def read(limit: int) -> bytes | None:
        if info.file_size > limit:  # as it says itself; it is never unpacked further than that
            return None
        try:
            with archive.open(info) as file:
                data = file.read(limit + 1)
        except Exception:  # each way of compression breaks in its own
            return b"" if info.filename.endswith(".ipynb") else None
        return data if len(data) <= limit else None

    return read
