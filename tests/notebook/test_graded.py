"""Where a notebook is graded, `import grader` works and does nothing, whatever was handed in beside it."""

import json
import zipfile

import pytest

from tests.kit import Graded, notebook, write_notebook, write_zip
from tests.notebook.kit import NOTEBOOK

CELLS = [
    "import grader\nimport numpy as np\nfrom helper import two",
    'grader.check("q1")\ndef double(x):\n    return two * x\ngrader.check("q1")',
    "from grader import check, check_all, export\ndef scale(a):\n    return 2 * a\nassert not check('q2')",
    "class Counter:\n    def __init__(self):\n        self.total = 0\n    def add(self, n):\n        self.total += n",
    "grader.check_all()",
    "grader.export()",
]
SET_UP = json.loads(NOTEBOOK.read_text())["cells"][0]["source"]
HOSTILE = "import os\nos._exit(3)\n"


@pytest.mark.parametrize("beside", [{}, {"grader/__init__.py": HOSTILE}, {"grader.py": HOSTILE}], ids=lambda b: str(*b))
def test_an_honest_notebook_keeps_its_points(beside, tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("a.ipynb", json.dumps(notebook(CELLS)))
        for name, text in beside.items():
            file.writestr(name, text)
    graded = Graded(path, write_zip(tmp_path / "small.zip")).sound()
    assert graded.total == 6 and "did not run" not in graded.overview


def test_a_first_cell_that_is_not_skipped_harms_nothing(tmp_path):
    """That of another version of the notebook, say, whose tag an editor has dropped."""
    path = write_notebook(tmp_path / "a.ipynb", ["".join(SET_UP), *CELLS])
    graded = Graded(path, write_zip(tmp_path / "small.zip")).sound()
    assert graded.total == 6 and "did not run" not in graded.overview
