"""Same master, same bytes: a notebook without what changes from run to run or machine to machine."""

import hashlib
import re
from collections import Counter
from pathlib import Path

import nbformat
from nbformat import NotebookNode

KEPT_METADATA = {"tags", "editable", "deletable", "otter", "jupyter"}
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
LANGUAGE = {"file_extension": ".py", "mimetype": "text/x-python", "name": "python", "pygments_lexer": "ipython3"}


def cell_lines(notebook: NotebookNode) -> list[int | None]:
    """For each cell, the line of the master that it comes from, which normalising drops."""
    return [cell.metadata.get("line") for cell in notebook.cells]


def normalised(notebook: NotebookNode) -> NotebookNode:
    """Drop ids, versions, timings, addresses, widgets and Otter's dice."""
    seen: Counter[str] = Counter()
    for cell in notebook.cells:
        cell.metadata = {key: value for key, value in cell.metadata.items() if key in KEPT_METADATA}
        digest = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:12]
        seen[digest] += 1
        cell["id"] = digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"
        if "outputs" in cell:  # a widget is nothing without its kernel
            cell.outputs = [output for output in cell.outputs if not is_widget(output)]
        for output in cell.get("outputs", []):
            if "data" in output:
                for kind, value in output.data.items():
                    if kind.startswith("text/"):
                        output.data[kind] = steady(value)
            elif "text" in output:
                output.text = steady(output.text)
    notebook.metadata = {
        "kernelspec": KERNEL,
        "language_info": LANGUAGE,
        **({"otter": notebook.metadata["otter"]} if "otter" in notebook.metadata else {}),
    }
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook


def is_widget(output: NotebookNode) -> bool:
    return any("vnd.jupyter.widget" in kind for kind in output.get("data", {}))


def steady(text: str) -> str:
    """A text without addresses of objects, and without the emoji that Otter draws by lot."""
    text = re.sub(r"( passed!) [^\x00-\x7f]+(?=</p>)", r"\1", text)
    return re.sub(r" at 0x[0-9a-f]+", "", text)


def read(path: Path) -> NotebookNode:
    notebook: NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    return notebook


def write(notebook: NotebookNode, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.from_dict(notebook), path)  # type: ignore[no-untyped-call]
