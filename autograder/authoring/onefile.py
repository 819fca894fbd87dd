"""The student's notebook made complete in one file: `grader` in place of Otter, all files and pictures inside.

Otter Assign has split the master by then; what it generated for its own Notebook is worded anew here. Nothing may be
put into the notebook that does not lie in student/ for everyone to read.
"""

import ast
import base64
import bz2
import html
import json
import mimetypes
import re
import shutil
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.authoring.master import Master
from autograder.authoring.publish import files
from autograder.grading.cells import SKIP_TAG

PACKAGE = Path(__file__).resolve().parents[1] / "notebook"
GRADER = "grader"  # what students know the package as
INIT = re.compile(r"^grader = otter\.Notebook\(.*\)$", re.MULTILINE)
CHECK_ALL = "rerun all of the autograder tests"
EXPORTS = "## Submission"
PICTURE = re.compile(r"!\[(?P<alt>[^\]]*)\]\((?P<path>[^)\s:]+)\)")
LOCKED = {"deletable": False, "editable": False}
CARRIER = """\
#@title Run this cell first: it sets up the checks. (Folded, since nothing in it needs to be read or changed.)
def set_up():
    import base64, bz2, json
    files = json.loads(bz2.decompress(base64.b64decode("{archive}")))
    exec(files["grader/unpack.py"], names := {{}})
    names["unpack"](files)
set_up(); del set_up"""
IMPORT = "import grader  # not found? Run the cell above this one; if it is gone, get the notebook anew"
ALL_CHECKS = """\
---

The cell below runs all checks once more and adds up the points."""
EXPORT = """\
## Submission

The cell below saves the notebook where it can, and packs it into a zip: submit that zip. It also says whether the \
notebook holds what you ran."""
EXPORT_CELL = "grader.export({})"
IGNORED = ".gitignore"
GIT_IGNORE = """\
# What work on the notebook leaves behind.
.ipynb_checkpoints/
__pycache__/
.venv/
.vscode/
.DS_Store
.OTTER_LOG
{name}_*.zip
"""
KEPT_ARGUMENTS = {"nb_path", "export_path", "files"}


def add_grader(master: Master, student: Path) -> None:
    """Put the package, and what it may know of the assignment, into student/; and what Git shall leave out there."""
    target = student / GRADER
    if target.exists():
        raise master.file_error(f"files: {GRADER} is the name of the package that the build itself adds")
    shutil.copytree(PACKAGE, target, ignore=shutil.ignore_patterns("__pycache__"))
    (target / "assignment.json").write_text(assignment_data(master, student), encoding="utf-8")
    if IGNORED not in master.config.files:
        (student / IGNORED).write_text(GIT_IGNORE.format(name=master.path.stem), encoding="utf-8")


def assignment_data(master: Master, student: Path) -> str:
    """What students may know of an assignment beside their tests: names, points, what is hidden of these."""
    questions = [
        {
            "name": question.name,
            "points": question.points,
            "hidden_points": round(sum(case.points for case in question.cases if case.hidden), 6),
            "manual": question.manual,
            "extra": question.extra,
        }
        for question in master.questions.values()
    ]
    data = {"name": master.title, "numpy": pinned(student, "numpy"), "questions": questions}
    return json.dumps(data, indent=1) + "\n"


def pinned(student: Path, package: str) -> str:
    """The version of a package that students are asked to install; "" where they are not."""
    path = student / "requirements.txt"
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    found = re.search(rf"^{package}==(\S+)", text, re.MULTILINE)
    return found[1] if found else ""


def without_otter(master: Master, notebook: NotebookNode, start: str = IMPORT) -> NotebookNode:
    """Otter's own cells, worded for `grader`; `start` is the first. Raises BuildError where they are unknown."""
    cells: list[NotebookNode] = []
    found = set()
    for cell in notebook.cells:
        code = cell.cell_type == "code"
        if code and INIT.search(cell.source):
            found.add("init")
            cell.source = start
        elif not code and CHECK_ALL in cell.source:
            cell.source = ALL_CHECKS
        elif not code and cell.source.startswith(EXPORTS):
            cell.source = export_words(cell.source)
        elif code and f"{GRADER}.export(" in cell.source:
            cell.source = EXPORT_CELL.format(kept_arguments(cell.source))
        if cell.source.strip():
            cells.append(cell)
    if "init" not in found:
        raise master.file_error("Otter made no first cell that is known here")
    notebook.cells = cells
    return notebook


def export_words(source: str) -> str:
    """Our words in place of Otter's, and what the author adds to them."""
    _, _, added = source.removeprefix(EXPORTS).strip().partition("\n\n")
    return f"{EXPORT}\n\n{added}".strip()


def kept_arguments(source: str) -> str:
    """Of the call that Otter made, the arguments that mean something to `grader.export`."""
    call = next(node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return ", ".join(ast.unparse(keyword) for keyword in call.keywords if keyword.arg in KEPT_ARGUMENTS)


def embed_pictures(notebook: NotebookNode, folder: Path) -> None:
    """Put the pictures that the prose shows into it, as HTML with a data address.

    JupyterLab shows no SVG that is attached to a cell, and VS Code none in Markdown's own form.
    """

    def embedded(match: re.Match[str]) -> str:
        file = folder / match["path"]
        if not file.is_file():
            return match[0]
        data = base64.b64encode(file.read_bytes()).decode()
        kind = mimetypes.guess_type(file.name)[0]
        return f'<img alt="{html.escape(match["alt"])}" src="data:{kind};base64,{data}">'

    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = PICTURE.sub(embedded, cell.source)


def bundle_of(student: Path) -> dict[str, str]:
    """{path: bytes as Latin-1} of what the notebook carries: all of student/ that is not hidden, but itself."""
    return {
        file.relative_to(student).as_posix(): file.read_bytes().decode("latin-1")
        for file in files(student)
        if file.suffix != ".ipynb" and not file.relative_to(student).parts[0].startswith(".")
    }


def carrier(student: Path) -> NotebookNode:
    """The first cell, which brings back what is missing. bzip2's bytes are the same with every Python."""
    packed = bz2.compress(json.dumps(bundle_of(student), sort_keys=True).encode("ascii"))
    source = CARRIER.format(archive=base64.b64encode(packed).decode())
    metadata = LOCKED | {"tags": [SKIP_TAG], "jupyter": {"source_hidden": True}, "cellView": "form"}
    return nbformat.v4.new_code_cell(source, metadata=metadata, id="setup")  # type: ignore[no-untyped-call,no-any-return]
