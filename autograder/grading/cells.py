"""A notebook or a script to the sources of its code cells, without those that grading skips."""

import hashlib
import json
import re
from typing import Annotated, Any

import msgspec

from autograder.errors import IntakeError
from autograder.grading.text import clean, whole

MAX_CELLS = 2000
MAX_ALL_CELLS = 10 * MAX_CELLS  # text and all
MAX_PARTS = 1_000_000  # of a notebook's JSON that is read whole; they take some hundred bytes each
DAMAGED = IntakeError("the notebook is damaged or empty. Open it, save it and submit it again.")
SKIPPED = "otter_ignore"  # the tag of demonstrations and training
MARKER = re.compile(r"(?m)^# ?(%%|In ?\[[ \d]*\]:?)(.*)$")

Skipped = frozenset[str]


def notebook_cells(text: str, assignment: str, skipped: Skipped = frozenset()) -> list[str]:
    """The code cells of a notebook of any format. skipped: as `script_cells` takes it. Raises IntakeError."""
    cells, metadata = parsed(text)
    check_is_ours(metadata, assignment)
    sources = []
    for cell in cells:
        tags = as_dict(cell.get("metadata")).get("tags")
        if cell.get("cell_type") == "code" and not (isinstance(tags, list) and SKIPPED in tags):
            source = cell.get("source")
            source = cell.get("input", "") if source is None else source
            lines = source if isinstance(source, list) else [source]
            text = whole("".join(line for line in lines if isinstance(line, str)))
            if fingerprint(text) not in skipped:
                sources.append(text)
    if len(sources) > MAX_CELLS:
        raise IntakeError(f"the notebook has more than {MAX_CELLS} code cells. Delete those that you added.")
    if not any(source.strip() for source in sources):
        raise IntakeError("the notebook has no code. Did you save it before submitting it?")
    return sources


NULL = msgspec.Raw(b"null")


class Sheet(msgspec.Struct):
    cells: msgspec.Raw


class Notebook(msgspec.Struct):
    """Of a notebook's JSON, what is read; outputs and all else are passed over without being made."""

    cells: msgspec.Raw = NULL
    worksheets: list[Sheet] = []  # where format 3 keeps its cells
    metadata: msgspec.Raw = NULL


class Cell(msgspec.Struct):
    cell_type: msgspec.Raw = NULL
    source: msgspec.Raw = NULL
    input: msgspec.Raw = NULL  # format 3's name for the source
    metadata: msgspec.Raw = NULL


class Passed(msgspec.Struct, gc=False):
    """An object of which nothing is read."""


class Tags(msgspec.Struct):
    tags: list[str] = []


class Otter(msgspec.Struct):
    assignment_name: str | None = None


class Kernel(msgspec.Struct):
    language: str | None = None


class Metadata(msgspec.Struct):
    otter: msgspec.Raw = NULL
    kernelspec: msgspec.Raw = NULL


def parsed(text: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """(the notebook's cells, its metadata), of each only what is read. Raises IntakeError."""
    try:
        notebook = msgspec.json.decode(text, type=Notebook)
        metadata = as_dict(decoded(notebook.metadata, Metadata))
        return [read_cell(raw) for raw in listed_cells(notebook)], {
            "otter": decoded(metadata.get("otter", NULL), Otter),
            "kernelspec": decoded(metadata.get("kernelspec", NULL), Kernel),
        }
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return leniently_parsed(text)


def listed_cells(notebook: Notebook) -> list[msgspec.Raw]:
    """They are counted before one is made. Raises IntakeError and MsgspecError."""
    cells = notebook.cells if notebook.cells is not NULL else next((s.cells for s in notebook.worksheets), NULL)
    if cells is NULL:
        raise DAMAGED
    msgspec.json.decode(cells, type=Annotated[list[Passed], msgspec.Meta(max_length=MAX_ALL_CELLS)])
    return msgspec.json.decode(cells, type=list[msgspec.Raw])


def read_cell(raw: msgspec.Raw) -> dict[str, Any]:
    """Of a cell, its parts that are of the kind they should be."""
    cell = as_dict(decoded(raw, Cell))
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
    """The same of JSON that only Python reads, with NaN in it, say; that is made whole, so it may not be large."""
    if text.count("[") + text.count("{") + text.count(",") > MAX_PARTS:
        raise IntakeError("the notebook is too large to read. Clear its outputs, save and submit again.")
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError):
        raise DAMAGED from None
    sheets = as_dict(notebook).get("worksheets")
    first = as_dict(sheets[0]) if isinstance(sheets, list) and sheets else {}
    cells = as_dict(notebook).get("cells", first.get("cells"))
    if not isinstance(cells, list):
        raise DAMAGED
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


def script_cells(text: str, skipped: Skipped = frozenset()) -> list[str]:
    """A script's cells, as its exporter parted them: by `# In[3]:`, as Jupyter does, by `# %%`, or not at all.

    skipped: fingerprints of cells that are left out, as are those whose tags say so.
    """
    parts = MARKER.split("\n" + text)
    cells = [parts[0]]
    for kind, options, body in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        is_prose = kind == "%%" and re.match(r"\s*\[(markdown|md|raw)\]", options)
        if not is_prose and SKIPPED not in options and fingerprint(body) not in skipped:
            cells.append(body)
    return cells


def fingerprint(source: str) -> str:
    """What identifies a cell's source, whatever its white space."""
    return hashlib.sha256("".join(source.split()).encode("utf-8", "replace")).hexdigest()[:16]


def as_dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
