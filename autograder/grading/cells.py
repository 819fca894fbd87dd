"""A notebook or a script to the sources of its code cells, without those that grading skips."""

import json
import re
from typing import Any

from autograder.errors import IntakeError
from autograder.grading.text import clean, whole

MAX_CELLS = 2000
MAX_PARTS = 1_000_000  # lists and objects of a notebook's JSON, which take some hundred bytes each
SKIPPED = "otter_ignore"  # the tag of demonstrations and training


def notebook_cells(text: str, assignment: str) -> list[str]:
    """The code cells of a notebook of any format. Raises IntakeError."""
    notebook = parsed(text)
    check_is_ours(as_dict(notebook.get("metadata")), assignment)
    sources = []
    for cell in map(as_dict, listed_cells(notebook)):
        tags = as_dict(cell.get("metadata")).get("tags")
        if cell.get("cell_type") == "code" and not (isinstance(tags, list) and SKIPPED in tags):
            source = cell.get("source", cell.get("input", ""))
            lines = source if isinstance(source, list) else [source]
            sources.append(whole("".join(line for line in lines if isinstance(line, str))))
    if len(sources) > MAX_CELLS:
        raise IntakeError(f"the notebook has more than {MAX_CELLS} code cells. Delete those that you added.")
    if not any(source.strip() for source in sources):
        raise IntakeError("the notebook has no code. Did you save it before submitting it?")
    return sources


def parsed(text: str) -> dict[str, Any]:
    """The notebook's JSON. Raises IntakeError."""
    if text.count("[") + text.count("{") > MAX_PARTS:
        raise IntakeError("the notebook is too large to read. Clear its outputs, save and submit again.")
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError):
        notebook = None
    if not isinstance(notebook, dict):
        raise IntakeError("the notebook is damaged or empty. Open it, save it and submit it again.")
    return notebook


def listed_cells(notebook: dict[str, Any]) -> list[Any]:
    """A notebook's cells; format 3 keeps them in a worksheet. Raises IntakeError."""
    sheets = notebook.get("worksheets")
    first = as_dict(sheets[0]) if isinstance(sheets, list) and sheets else {}
    cells = notebook.get("cells", first.get("cells"))
    if not isinstance(cells, list):
        raise IntakeError("the notebook is damaged or empty. Open it, save it and submit it again.")
    return cells


def check_is_ours(metadata: dict[str, Any], assignment: str) -> None:
    """Raises IntakeError for the notebook of another assignment, or in another language."""
    name = as_dict(metadata.get("otter")).get("assignment_name")
    language = as_dict(metadata.get("kernelspec")).get("language")
    if assignment and name and name != assignment:
        name = clean(name[:80]) if isinstance(name, str) else "another assignment"
        raise IntakeError(f"this is the notebook of {name!r}, expected {assignment!r}.")
    if language and str(language).lower() not in ("python", "python3"):
        raise IntakeError("its cells are not Python. Submit the notebook of this assignment.")


def script_cells(text: str) -> list[str]:
    """A script's cells, where `# %%` lines part it; else all of it as one."""
    cells = re.split(r"(?m)^# %%(.*)$", "\n" + text)
    return [cells[0]] + [body for kind, body in zip(cells[1::2], cells[2::2], strict=True) if "[" not in kind]


def as_dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
