"""What a student handed in: a notebook, a script, a zip or a folder, to code cells and the files beside them.

It must never run, import or unpack anything of it, follow a link out of it, or fail in another way than by Refused.
"""

import json
import os
import re
import stat
import zipfile
from pathlib import PurePosixPath

MAX_NOTEBOOK, MAX_FILE, MAX_FILES_TOGETHER, MAX_FILES = 32 << 20, 8 << 20, 32 << 20, 100
MAX_MESSAGE, MAX_CELLS = 1500, 2000
MAX_PARTS = 1_000_000  # lists and objects of a notebook's JSON, which take some hundred bytes each
MAX_DIRECTORY = 4 << 20  # bytes of a zip's list of its members
BOUNDED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # other compressions unpack all at once, whatever is asked for


class Refused(ValueError):
    """A submission that cannot be graded; the message tells the student what to do."""


def read_submission(path, assignment=None):
    """([source of each code cell], {name: bytes} of the files beside it). Raises Refused."""
    files = entries(path)
    notebooks = [name for name in files if name.lower().endswith(".ipynb")]
    scripts = [name for name in files if name.lower().endswith(".py") and "/" not in name]
    archives = [name for name in files if name.lower().endswith(".zip")]
    if not notebooks and len(archives) == 1 and path.is_dir():
        return read_submission(path / archives[0], assignment)
    if len(notebooks) > 1:
        raise Refused(f"it holds {len(notebooks)} notebooks. Hand in one: the one with your answers.")
    if not notebooks and len(scripts) != 1:
        raise Refused("it holds no notebook. Hand in your .ipynb file, or the zip that its last cell makes.")
    chosen = notebooks[0] if notebooks else scripts[0]
    data = files[chosen](MAX_NOTEBOOK)
    if data is None:
        raise Refused(
            f"the notebook is larger than {MAX_NOTEBOOK >> 20} MB. Clear its outputs, save and hand in again."
        )
    text = data.decode("utf-8-sig", "replace")
    cells = notebook_cells(text, assignment) if notebooks else script_cells(text)
    extras, left = {}, MAX_FILES_TOGETHER
    for name, read in files.items():
        if name not in (chosen, *notebooks, *archives) and len(extras) < MAX_FILES:
            data = read(min(MAX_FILE, left))
            if data is not None:
                extras[whole(name)] = data
                left -= len(data)
    return cells, extras


def entries(path):
    """{safe relative name: function(limit) -> bytes or None} of the plain files in a file, folder or zip."""
    try:
        if path.is_symlink():
            raise Refused("it is a link. Hand in the file itself.")
        if not path.exists():
            raise Refused("the file is not there.")
        if not (path.is_dir() or path.is_file()):
            raise Refused("it is no file. Hand in your .ipynb file, or the zip that its last cell makes.")
        if path.is_dir():
            found = [p for p in sorted(path.rglob("*")) if stat.S_ISREG(p.lstat().st_mode) and inside(p, path)]
            return {p.relative_to(path).as_posix(): reader(p) for p in found[:1000] if safe(p.relative_to(path))}
        if zipfile.is_zipfile(path) and path.suffix.lower() != ".ipynb":
            with open(path, "rb") as file:
                if zipfile._EndRecData(file)[zipfile._ECD_SIZE] > MAX_DIRECTORY:  # before it is read as a whole
                    raise Refused(
                        "the zip holds too many files. Hand in your .ipynb file, or the zip of its last cell."
                    )
            archive = zipfile.ZipFile(path)
            plain = [i for i in archive.infolist() if i.filename and i.compress_type in BOUNDED and not i.is_dir()]
            plain = [i for i in plain if not stat.S_ISLNK(i.external_attr >> 16)]
            names = {str(PurePosixPath(i.filename)): i for i in plain[:1000]}  # without "./" in front
            return {name: zip_reader(archive, i) for name, i in names.items() if safe(PurePosixPath(name))}
        if path.suffix.lower() in (".ipynb", ".py"):
            return {path.name: reader(path)}
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        if isinstance(error, Refused):
            raise
        raise Refused("the file cannot be read. Save the notebook, export it and hand it in again.") from None
    raise Refused("it is no notebook and no zip. Hand in your .ipynb file, or the zip that its last cell makes.")


def inside(path, folder):
    """Whether a file's real place is in the folder: no link on the way leads out."""
    return path.resolve().is_relative_to(folder.resolve())


def safe(name):
    parts = PurePosixPath(str(name)).parts
    odd = {"..", ".ipynb_checkpoints", "__MACOSX", "__pycache__"} & set(parts) or len(
        os.fsencode(whole(str(name)))
    ) > 200
    return bool(parts) and not odd and not any(p.startswith(("/", ".")) or "\\" in p or "\0" in p for p in parts)


def reader(path):
    def read(limit):
        try:
            with open(path, "rb") as file:
                data = file.read(min(limit, os.fstat(file.fileno()).st_size) + 1)  # no more room than it needs
        except OSError:
            return None
        return data if len(data) <= limit else None

    return read


def zip_reader(archive, info):
    def read(limit):
        try:
            with archive.open(info) as file:
                data = file.read(limit + 1)
        except Exception:  # each way of compression breaks in its own
            return b"" if info.filename.endswith(".ipynb") else None
        return data if len(data) <= limit else None

    return read


def notebook_cells(text, assignment):
    """The code cells of a notebook of any format, without those that grading skips. Raises Refused."""
    broken = Refused("the notebook is damaged or empty. Open it, save it and hand it in again.")
    if text.count("[") + text.count("{") > MAX_PARTS:
        raise Refused("the notebook is too large to read. Clear its outputs, save and hand in again.")
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError):
        raise broken from None
    if not isinstance(notebook, dict):
        raise broken
    sheets = notebook.get("worksheets")
    cells = notebook.get(
        "cells", sheets[0].get("cells") if sheets and isinstance(sheets, list) and isinstance(sheets[0], dict) else None
    )
    if not isinstance(cells, list):
        raise broken
    meta = as_dict(notebook.get("metadata"))
    name, language = as_dict(meta.get("otter")).get("assignment_name"), as_dict(meta.get("kernelspec")).get("language")
    if assignment and name and name != assignment:
        name = clean(name[:80]) if isinstance(name, str) else "another assignment"
        raise Refused(f"this is the notebook of {name!r}, expected {assignment!r}.")
    if language and str(language).lower() not in ("python", "python3"):
        raise Refused("its cells are not Python. Hand in the notebook of this assignment.")
    sources = []
    for cell in map(as_dict, cells):
        tags = as_dict(cell.get("metadata")).get("tags")
        if cell.get("cell_type") == "code" and not (isinstance(tags, list) and "otter_ignore" in tags):
            source = cell.get("source", cell.get("input", ""))
            lines = source if isinstance(source, list) else [source]
            sources.append(whole("".join(line for line in lines if isinstance(line, str))))
    if len(sources) > MAX_CELLS:
        raise Refused(f"the notebook has more than {MAX_CELLS} code cells. Delete those that you added.")
    if not any(source.strip() for source in sources):
        raise Refused("the notebook has no code. Did you save it before handing it in?")
    return sources


def whole(text):
    """A text without lone surrogates, which JSON and odd file names can hold and no encoding can write."""
    return text.encode("utf-8", "replace").decode()


def as_dict(value):
    return value if isinstance(value, dict) else {}


def script_cells(text):
    """A script's cells, where `# %%` lines part it; else all of it as one."""
    cells = re.split(r"(?m)^# %%(.*)$", "\n" + text)
    return [cells[0]] + [body for kind, body in zip(cells[1::2], cells[2::2], strict=True) if "[" not in kind]


def clean(text):
    """A bounded text without control characters or broken ones."""
    short = "".join(c if c.isprintable() or c == "\n" else "�" for c in whole(text[:MAX_MESSAGE]))
    return short if len(text) <= MAX_MESSAGE else short + " …"
