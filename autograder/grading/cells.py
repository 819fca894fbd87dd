"""A notebook or a script to the sources of its code cells; those that grading skips become empty.

What comes in can be hostile: outputs must never be built, and cells must be counted before they are. Of a part that is
not of the kind it should be, nothing is read, and the other parts are.
"""

import hashlib
import json
import re
from typing import Annotated, Any, NamedTuple

import msgspec

from autograder.errors import IntakeError
from autograder.grading.text import clean, whole

MAX_CELLS = 2000
MAX_ALL_CELLS = 10 * MAX_CELLS  # code and prose
MAX_PARTS = 1_000_000  # of a notebook's JSON that is read whole; they take some hundred bytes each
DAMAGED = "the notebook is damaged or empty. Open it, save it and submit it again."
SKIP_TAG = "otter_ignore"  # the tag of demonstrations and training
MARKER = re.compile(r"(?m)^# ?(%%|In ?\[[ \d]*\]:?)(.*)$")

Fingerprints = frozenset[str]


class NotebookCells(NamedTuple):
    """The code cells of a notebook, and the name of the assignment that it carries, "" where it carries none."""

    sources: list[str]
    name: str


def notebook_cells(text: str, assignment: str, skipped: Fingerprints = frozenset()) -> NotebookCells:
    """What a notebook of format 3 or 4 holds. skipped: of cells without a tag. Raises IntakeError."""
    cells, metadata = parsed(text)
    check_is_ours(metadata, assignment)
    sources = []
    for cell in cells:
        if cell.get("cell_type") == "code":
            tags = as_dict(cell.get("metadata")).get("tags")
            source = cell.get("source")
            source = cell.get("input", "") if source is None else source
            lines = source if isinstance(source, list) else [source]
            code = whole("".join(line for line in lines if isinstance(line, str)))
            skip = (isinstance(tags, list) and SKIP_TAG in tags) or fingerprint(code) in skipped
            sources.append("" if skip else code)
    if len(sources) > MAX_CELLS:
        raise IntakeError(f"the notebook has more than {MAX_CELLS} code cells. Delete those that you added.")
    if not any(source.strip() for source in sources):
        raise IntakeError("the notebook has no code. Did you save it before submitting it?")
    return NotebookCells(sources, carried_name(metadata))


def texts_of(text: str) -> list[str]:
    """The source of every cell of a notebook; of one that cannot be read, its text."""
    try:
        sources = [cell.get("source") for cell in parsed(text)[0]]
    except IntakeError:
        return [text]
    return ["".join(map(str, source)) if isinstance(source, list) else str(source) for source in sources]


NULL = msgspec.Raw(b"null")


class Sheet(msgspec.Struct):
    cells: msgspec.Raw


class Notebook(msgspec.Struct):
    """Of a notebook's JSON, what is read; outputs and all else are passed over without being made."""

    cells: msgspec.Raw = NULL
    worksheets: list[Sheet] = []  # where format 3 keeps its cells
    metadata: msgspec.Raw = NULL


class Tags(msgspec.Struct):
    tags: list[str] = []


class Cell(msgspec.Struct):
    """What grading reads of a cell, each part as it should be."""

    cell_type: str | None = None
    source: str | list[str] | None = None
    input: str | list[str] | None = None  # format 3's name for the source
    metadata: Tags | None = None


class OddCell(msgspec.Struct):
    """The same where a part is not as it should be."""

    cell_type: msgspec.Raw = NULL
    source: msgspec.Raw = NULL
    input: msgspec.Raw = NULL
    metadata: msgspec.Raw = NULL


class Ignored(msgspec.Struct, gc=False):
    """An object of which nothing is read."""


class OtterData(msgspec.Struct):
    assignment_name: str | None = None


class KernelSpec(msgspec.Struct):
    language: str | None = None


class Metadata(msgspec.Struct):
    otter: msgspec.Raw = NULL
    kernelspec: msgspec.Raw = NULL


def parsed(text: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """(the notebook's cells, its metadata), of each only what is read. Raises IntakeError."""
    try:
        notebook = msgspec.json.decode(text, type=Notebook)
        metadata = as_dict(decoded(notebook.metadata, Metadata))
        return read_cells(counted_cells(notebook)), {
            "otter": decoded(metadata.get("otter", NULL), OtterData),
            "kernelspec": decoded(metadata.get("kernelspec", NULL), KernelSpec),
        }
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return leniently_parsed(text)


def counted_cells(notebook: Notebook) -> msgspec.Raw:
    """The cells, after they were counted. Raises IntakeError, and MsgspecError where they are too many."""
    cells = notebook.cells if notebook.cells is not NULL else next((s.cells for s in notebook.worksheets), NULL)
    if cells is NULL:
        raise IntakeError(DAMAGED)
    msgspec.json.decode(cells, type=Annotated[list[Ignored], msgspec.Meta(max_length=MAX_ALL_CELLS)])
    return cells


def read_cells(cells: msgspec.Raw) -> list[dict[str, Any]]:
    """The parts of each cell that grading reads, None for a part of another kind than it should be."""
    try:
        return [as_read(cell) for cell in msgspec.json.decode(cells, type=list[Cell])]
    except msgspec.MsgspecError:
        return [read_cell(raw) for raw in msgspec.json.decode(cells, type=list[msgspec.Raw])]


def as_read(cell: Cell) -> dict[str, Any]:
    """A cell as a dictionary, its metadata, too."""
    tags = {"tags": cell.metadata.tags} if cell.metadata else None
    return {"cell_type": cell.cell_type, "source": cell.source, "input": cell.input, "metadata": tags}


def read_cell(raw: msgspec.Raw) -> dict[str, Any]:
    """One cell, part by part."""
    cell = as_dict(decoded(raw, OddCell))
    kinds = {"cell_type": str, "source": str | list[str], "input": str | list[str], "metadata": Tags}
    return {name: decoded(cell.get(name, NULL), kind) for name, kind in kinds.items()}


def decoded(raw: msgspec.Raw, kind: Any) -> Any:
    """A part of the JSON, an object as a dictionary; None where it is of another kind."""
    try:
        made: Any = msgspec.json.decode(raw, type=kind)
    except msgspec.MsgspecError:
        return None
    return msgspec.structs.asdict(made) if isinstance(made, msgspec.Struct) else made


def leniently_parsed(text: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The same for what msgspec refuses: NaN, cells that are no objects, too many cells. It is built whole, so it may
    not be large.
    """
    if text.count("[") + text.count("{") + text.count(",") > MAX_PARTS:
        raise IntakeError("the notebook is too large to read. Clear its outputs, save and submit again.")
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError):
        raise IntakeError(DAMAGED) from None
    sheets = as_dict(notebook).get("worksheets")
    first = as_dict(sheets[0]) if isinstance(sheets, list) and sheets else {}
    cells = as_dict(notebook).get("cells", first.get("cells"))
    if not isinstance(cells, list):
        raise IntakeError(DAMAGED)
    return [as_dict(cell) for cell in cells], as_dict(notebook.get("metadata"))


def check_is_ours(metadata: dict[str, Any], assignment: str) -> None:
    """Raises IntakeError for the notebook of another assignment, or in another language."""
    name = as_dict(metadata.get("otter")).get("assignment_name")
    language = as_dict(metadata.get("kernelspec")).get("language")
    if assignment and name and name != assignment:
        name = clean(name[:80]) if isinstance(name, str) else "another assignment"
        raise IntakeError(f"this is the notebook of {name!r}, expected {assignment!r}.")
    if language and str(language).lower() not in ("python", "python3"):
        raise IntakeError("its cells are not Python. Submit the notebook of this assignment.")


def assignment_of(text: str) -> str:
    """The name of the assignment that a notebook carries; "" where it carries none or cannot be read."""
    try:
        return carried_name(parsed(text)[1])
    except IntakeError:
        return ""


def carried_name(metadata: dict[str, Any]) -> str:
    name = as_dict(metadata.get("otter")).get("assignment_name")
    return name if isinstance(name, str) else ""


def script_cells(text: str, skipped: Fingerprints = frozenset()) -> list[str]:
    """A script's cells, split as its exporter marked them: `# In[3]:` is Jupyter's mark, `# %%` that of editors.

    skipped: fingerprints of cells that are left out, as are those whose tags say so.
    """
    parts = MARKER.split("\n" + text)
    cells = [parts[0]]
    for kind, options, body in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        is_prose = kind == "%%" and re.match(r"\s*\[(markdown|md|raw)\]", options)
        if not is_prose:
            cells.append("" if SKIP_TAG in options or fingerprint(body) in skipped else body)
    return cells


def fingerprint(source: str) -> str:
    """What identifies a cell's source, whatever its white space."""
    return hashlib.sha256("".join(source.split()).encode("utf-8", "replace")).hexdigest()[:16]


def as_dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
