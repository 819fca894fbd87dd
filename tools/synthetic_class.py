"""A class to grade: notebooks made from the catalogue, some hostile, broken or foreign, as an LMS gives them out.

`PYTHONPATH=assignment python -m tools.synthetic_class FOLDER COUNT [canvas|moodle|gradescope]` writes one, and beside
FOLDER what the LMS exports as a gradebook.
"""

import csv
import json
import random
import sys
import zipfile
from pathlib import Path
from typing import NamedTuple

from private.alternatives import STYLES
from private.mistakes import MISTAKES
from tools.answers import ROOT, SOLUTIONS

BLANK = ROOT / "student" / "rnn_lstm.ipynb"
FIRST = ["Ada", "Alan", "Barbara", "Claude", "Donald", "Edsger", "Frances", "Grace", "Hedy", "Katherine", "Noor", "Tim"]
LAST = ["Abbott", "Bérzin", "Chen", "Das", "Ek", "Fadel", "García", "Hu", "Ito", "Jung", "Khan", "Müller", "O'Neil"]
LAST += ["<script>alert(1)<script>", "=1+1"]
HOSTILE = {
    "an endless loop in a cell": "while True: pass",
    "an endless loop in an answer": "def lstm_step(*args, **kwargs):\n    while True: pass",
    "an end of the process": "import os; os._exit(0)",
    "an end in an answer": "def unroll(*args):\n    import os; os._exit(0)",
    "a leak": "a = []\nwhile True: a.append(bytearray(b'x') * 10**8)",
    "a fork": "import os, time\nfor _ in range(5):\n    if os.fork() == 0:\n        os.setsid(); time.sleep(600)",
    "much output": "print('x' * 10_000_000)",
    "an object equal to all": "class Yes:\n    def __eq__(s, o): return True\n    def __getattr__(s, n): return Yes()\n"
    "    def __call__(s, *a, **k): return Yes()\nlstm_step = unroll = Yes()",
}
PLACEHOLDER = "_Type your answer here, replacing this text._"
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
WRITTEN = (  # to any of the questions: a person grades what stands there
    "",
    "Gradients become small, so training is slow.",
    "It vanishes if and only if the eigenvalues are below 1.",
    r"Each step multiplies by $\mathrm{diag}(1 - h_t^2)\,W_{hh}$, so over $t - s$ steps"
    "\n\n"
    r"$$\frac{\partial h_t}{\partial h_s} = \prod_{i=s+1}^{t} \mathrm{diag}(1 - h_i^2)\, W_{hh}$$"
    "\n\nIt shrinks where the largest singular value is below 1: early steps get *no* learning signal. Above 1 it can "
    "explode, and one update throws the weights far away.",
    r"$$\frac{\partial J}{\partial W^g} = \sum_{t=1}^{T} \frac{\partial J}{\partial h_t}"
    r"\frac{\mathrm d h_t}{\mathrm d W^g}$$ where $\unknowncommand{x}$ stays as it is.",
    "| case | largest singular value | then |\n|---|---|---|\n| 1 | < 1 | vanishes |\n| 2 | > 1 | may explode |",
    "My derivation on paper: ![derivation](attachment:paper.png)",
    "<b>f near 1</b> keeps the gradient.<script>alert(1)</script> <img src=x onerror=alert(1)> "
    "<a href='https://example.org'>source</a>",
)
BROKEN = {
    "damaged": ("ipynb", lambda text: text[:-500]),
    "empty": ("ipynb", lambda text: ""),
    "foreign": ("ipynb", lambda text: text.replace('"rnn_lstm"', '"another"')),
    "no notebook": ("zip", None),
    "a PDF": ("pdf", lambda text: "%PDF-1.7"),
    "a RAR": ("rar", lambda text: "Rar!"),
}


class Person(NamedTuple):
    """A student, as an LMS knows them."""

    name: str
    id: int
    late: bool


def notebook(answers: dict[str, str], extra: str = "", blank: Path = BLANK, written: tuple[str, ...] = ()) -> str:
    """The text of the student's notebook with answers in it, {question: source}, and one more cell.

    written: what stands in the cells for written answers, in order.
    """
    book = json.loads(blank.read_text(encoding="utf-8"))
    cells = [cell for cell in book["cells"] if "".join(cell["source"]) == PLACEHOLDER]
    for cell, text in zip(cells, written, strict=False):
        cell["source"] = text or PLACEHOLDER
        if "attachment:" in text:
            cell["attachments"] = {"paper.png": {"image/png": DOT}}
    for cell, check in zip(book["cells"], book["cells"][1:], strict=False):
        source = "".join(check["source"])
        if source.startswith('grader.check("') and source.split('"')[1] in answers:
            cell["source"] = answers[source.split('"')[1]]
    if extra:
        code = {
            "cell_type": "code",
            "id": "extra",
            "metadata": {},
            "source": extra,
            "outputs": [],
            "execution_count": None,
        }
        book["cells"].insert(-4, code)
    return json.dumps(book)


def answers(rng: random.Random) -> dict[str, str]:
    """One honest student's answers: some right, in one style or another, some wrong, some missing."""
    kind = rng.random()
    if kind < 0.05:
        return {}
    given = dict(SOLUTIONS)
    if kind < 0.35:
        return given | (rng.choice(list(STYLES.values())) if rng.random() < 0.5 else {})
    for mistake in rng.sample(MISTAKES, rng.choice((1, 1, 2, 3, 5))):
        given[mistake.question] = mistake.source(SOLUTIONS)
    if rng.random() < 0.2:
        for question in rng.sample(list(given), 3):
            del given[question]
    return given


def make_class(
    folder: Path, count: int, seed: int = 182, hostile: float = 0.01, broken: float = 0.02, lms: str = "canvas"
) -> None:
    """Write `count` submissions into `folder`, and a gradebook beside it; the same seed gives the same class."""
    rng = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    place, people = PLACES[lms], []
    for number in range(count):
        name = f"{rng.choice(FIRST)} {rng.choice(LAST)}"
        person = Person(name, 10_000 + number, rng.random() < 0.05)
        people.append(person)
        stem = place(folder, person)
        chance, words = rng.random(), random.Random(f"{seed} {number}")
        written = tuple(words.choice(WRITTEN) for _ in range(3))
        given = notebook(answers(rng), rng.choice(list(HOSTILE.values())) if chance < hostile else "", written=written)
        if hostile <= chance < hostile + broken:
            kind, change = rng.choice(list(BROKEN.values()))
            if kind == "zip":
                with zipfile.ZipFile(f"{stem}.zip", "w") as file:
                    file.writestr("readme.txt", "my notebook is at home")
            else:
                Path(f"{stem}.{kind}").write_text(change(given), encoding="utf-8")
        elif rng.random() < 0.3:
            with zipfile.ZipFile(f"{stem}.zip", "w", zipfile.ZIP_DEFLATED) as file:
                file.writestr("rnn_lstm.ipynb", given)
        else:
            Path(f"{stem}.ipynb").write_text(given, encoding="utf-8")
    BOOKS[lms](folder, people)


# --- the forms in which an LMS gives out submissions ------------------------------------------------------------------


def canvas_place(folder: Path, person: Person) -> Path:
    """Where a student's file lies, without its ending."""
    late = "_LATE" if person.late else ""
    return folder / f"{person.name}{late}_{person.id}_{person.id + 890_000}_rnn_lstm"


def moodle_place(folder: Path, person: Person) -> Path:
    own = folder / f"{person.name}_{person.id}_assignsubmission_file"
    own.mkdir()
    return own / "rnn_lstm"


def gradescope_place(folder: Path, person: Person) -> Path:
    own = folder / f"submission_{person.id}"
    own.mkdir()
    return own / "rnn_lstm"


def canvas_book(folder: Path, people: list[Person]) -> None:
    """Canvas's gradebook export, with a column for the automatic points and one for all."""
    columns = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "RNN automatic (1)", "RNN (2)"]
    rows = [[person.name, person.id, person.id, f"u{person.id}", "A", "", ""] for person in people]
    write_table(folder.parent / "canvas-gradebook.csv", columns, [["    Points Possible", *[""] * 4, 40, 50], *rows])


def moodle_book(folder: Path, people: list[Person]) -> None:
    """Moodle's grading worksheet, which tells who was late; it lies with the submissions."""
    columns = ["Identifier", "Full name", "Email address", "Status", "Grade", "Maximum grade", "Grade can be changed"]
    columns += ["Last modified (submission)", "Last modified (grade)"]
    status = {True: "Submitted for grading - 1 day 2 hours late", False: "Submitted for grading -  - "}
    rows = [
        [
            f"Participant {person.id}",
            person.name,
            f"u{person.id}@example.edu",
            status[person.late],
            "",
            50,
            "Yes",
            "-",
            "-",
        ]
        for person in people
    ]
    write_table(folder / "Grades-CS182-RNN.csv", columns, rows)


def gradescope_book(folder: Path, people: list[Person]) -> None:
    """Gradescope's list of submitters, and its scores, which tell who was late; both lie with the submissions."""
    listed = {
        f"submission_{person.id}": {
            ":submitters": [{":name": person.name, ":sid": str(person.id), ":email": f"u{person.id}@example.edu"}]
        }
        for person in people
    }
    (folder / "submission_metadata.yml").write_text(json.dumps(listed, indent=1), encoding="utf-8")
    columns = ["First Name", "Last Name", "SID", "Email", "Total Score", "Max Points", "Status", "Lateness (H:M:S)"]
    late = {True: "26:10:05", False: "00:00:00"}
    rows = [
        [*person.name.split(" ", 1), person.id, f"u{person.id}@example.edu", "", 50, "Ungraded", late[person.late]]
        for person in people
    ]
    write_table(folder / "RNN_scores.csv", columns, rows)


def write_table(path: Path, columns: list[str], rows: list[list[object]]) -> None:
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([columns, *rows])


PLACES = {"canvas": canvas_place, "moodle": moodle_place, "gradescope": gradescope_place}
BOOKS = {"canvas": canvas_book, "moodle": moodle_book, "gradescope": gradescope_book}


if __name__ == "__main__":
    make_class(Path(sys.argv[1]), int(sys.argv[2]), lms=sys.argv[3] if len(sys.argv) > 3 else "canvas")
