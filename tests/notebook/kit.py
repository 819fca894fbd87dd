"""The student's notebook in Jupyter kernels that have little: a chosen set of packages and a folder of their own."""

import json
import sys
from importlib.metadata import distribution
from pathlib import Path

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient

from tools.answers import ROOT, SOLUTIONS
from tools.pins import brought_along

STUDENT = ROOT / "student"
NOTEBOOK = STUDENT / "rnn_lstm.ipynb"
NO_TEXT = "<IPython.core.display.HTML object>"  # what has an HTML form alone
TRAINING = "payoff.show_memory("  # seconds of work, which have tests of their own
COLAB = {
    "google/__init__.py": "",
    "google/colab/__init__.py": "from . import files, _message",
    "google/colab/files.py": "import shutil\ndef download(path): shutil.copy(path, '{downloads}')",
    "google/colab/_message.py": "import json\ndef blocking_request(kind, timeout_sec):\n"
    "    assert kind == 'get_ipynb'\n    return {{'ipynb': json.load(open('{page}'))}}",
}


def packages(folder, *names):
    """A folder to import from: these packages, what they need, and nothing else that is installed here."""
    folder.mkdir()
    for name in {*names, *brought_along(list(names))}:
        try:
            files = distribution(name).files or []
        except ImportError:
            continue  # for another system or Python
        for top in {file.parts[0] for file in files} - {"..", "__pycache__"}:
            target = distribution(name).locate_file(top)
            if not (folder / top).exists():
                (folder / top).symlink_to(target)
    return folder


def imitate_colab(folder, page, downloads):
    """Put what a Colab kernel has into a folder to import from. page: the notebook as it stands in the browser."""
    downloads.mkdir()
    for name, text in COLAB.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.format(page=page, downloads=downloads))


def run(book, place, imports, first="", environment=None):
    """Run a notebook's cells in `place`, with a kernel that imports from the folder `imports` alone; the notebook.

    first: what the kernel runs before the first cell. environment: more variables for it.
    """
    specs = imports.parent / f"{imports.name}-kernels"
    (specs / "lean").mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-S", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    command += ["--HistoryManager.enabled=False"]  # no database
    command += [f"--IPKernelApp.exec_lines={first}"] if first else []
    variables = {"PYTHONPATH": str(imports), "IPYTHONDIR": str(specs / "home"), "PYTHONDONTWRITEBYTECODE": "1"}
    spec = {"argv": command, "display_name": "lean", "language": "python", "env": variables | (environment or {})}
    (specs / "lean" / "kernel.json").write_text(json.dumps(spec))
    manager = KernelManager(kernel_name="lean", kernel_spec_manager=KernelSpecManager(kernel_dirs=[str(specs)]))
    resources = {"metadata": {"path": str(place)}}
    return NotebookClient(book, km=manager, allow_errors=True, timeout=120, resources=resources).execute()


def solved(answers=SOLUTIONS, training=False):
    """The student's notebook with answers, {question: source}, and without the training."""
    book = nbformat.read(NOTEBOOK, as_version=4)
    for cell, check in zip(book.cells, book.cells[1:], strict=False):
        if check.source.startswith('grader.check("') and check.source.split('"')[1] in answers:
            cell.source = answers[check.source.split('"')[1]]
    book.cells = [cell for cell in book.cells if training or cell.cell_type != "code" or TRAINING not in cell.source]
    return book


def save(book, path):
    nbformat.write(book, path)
    return Path(path)


def said(book, text):
    """What the first code cell whose source holds `text` gave, as a person at a terminal would read it."""
    cell = next(cell for cell in book.cells if cell.cell_type == "code" and text in cell.source)
    return "\n".join(map(output_text, cell.outputs))


def output_text(output):
    if output.output_type == "error":
        return f"{output.ename}: {output.evalue}"
    if output.output_type == "stream":
        return output.text
    text = output.data.get("text/plain", "")
    return output.data["text/html"] if text == NO_TEXT else text


def failures(book):
    """The errors of all cells, as text."""
    outputs = [output for cell in book.cells for output in cell.get("outputs", [])]
    return [output_text(output) for output in outputs if output.output_type == "error"]
