"""Run cells in real Jupyter kernels, and see which answers of the tests' small notebook survive them.

`make kernel` writes tests/grading/kernel_outcomes.json anew; a test runs some cells once more, and all in the grader.
"""

import json
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from tests.kit import HONEST
from tools.answers import ROOT

CELLS = ROOT / "tests/grading/kernel_cells.txt"
OUTCOMES = ROOT / "tests/grading/kernel_outcomes.json"
SEPARATOR = "\n===\n"
PLACES = ("above", "inside")  # above the imports in a cell of its own; in the cell of the first answer, before it
IMPORTS = "import numpy as np\nfrom helper import two"
SECONDS = 20
JUDGE = """
def judge(test):
    try:
        return bool(test())
    except BaseException:
        return False

def counts():
    counter = Counter()
    counter.add(3).add(4)
    return counter.total == 7

def scales():
    import numpy
    return numpy.array_equal(scale(numpy.arange(3.0)), [0, 2, 4])

import sys
print("SURVIVE", judge(lambda: double(2) == 4), judge(scales), judge(counts))
"""


def read_cells() -> list[str]:
    """The table's cells."""
    return CELLS.read_text(encoding="utf-8").removesuffix("\n").split(SEPARATOR)


def notebook(cell: str, *places: str) -> list[str]:
    """The cells of the honest notebook with one more in some places."""
    answers = [source.replace('\ngrader.check("q1")', "") for source in HONEST[1:]]
    if "inside" in places:
        answers[0] = f"{cell}\n{answers[0]}"
    return [cell, IMPORTS, *answers] if "above" in places else [IMPORTS, *answers]


def survivors(cell: str, place: str) -> list[str]:
    """The questions whose answers are right after a real kernel has run the notebook."""
    made = [nbformat.v4.new_code_cell(source) for source in [*notebook(cell, place), JUDGE]]
    book = nbformat.v4.new_notebook(cells=made)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "helper.py").write_text("two = 2\n")
        settings = {"metadata": {"path": folder}}
        try:
            NotebookClient(
                book, kernel_name="python3", allow_errors=True, timeout=SECONDS, resources=settings
            ).execute()
        except Exception:
            return []  # the kernel has gone, or hangs
    text = "".join(output.get("text", "") for output in book.cells[-1].outputs)
    told = [line.split()[1:4] for line in text.splitlines() if line.startswith("SURVIVE ")]
    return [name for name, right in zip(("q1", "q2", "q3"), told[-1], strict=True) if right == "True"] if told else []


def main() -> None:
    cells = read_cells()
    tasks = [(cell, place) for cell in cells for place in PLACES]
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda task: survivors(*task), tasks))
    outcomes: dict[str, dict[str, list[str]]] = {}
    for (cell, place), names in zip(tasks, found, strict=True):
        outcomes.setdefault(cell, {})[place] = names
    lines = [f"  {json.dumps(cell)}: {json.dumps(names)}" for cell, names in outcomes.items()]
    OUTCOMES.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
