"""A class to grade: notebooks made from the catalogue, some hostile, broken or foreign, named as Canvas names them.

`PYTHONPATH=assignment python -m tools.synthetic_class FOLDER COUNT` writes one.
"""

import json
import random
import sys
import zipfile
from pathlib import Path

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
BROKEN = {
    "damaged": ("ipynb", lambda text: text[:-500]),
    "empty": ("ipynb", lambda text: ""),
    "foreign": ("ipynb", lambda text: text.replace('"rnn_lstm"', '"another"')),
    "no notebook": ("zip", None),
}


def notebook(answers: dict[str, str], extra: str = "", blank: Path = BLANK) -> str:
    """The text of the student's notebook with answers in it, {question: source}, and one more cell."""
    book = json.loads(blank.read_text(encoding="utf-8"))
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


def make_class(folder: Path, count: int, seed: int = 182, hostile: float = 0.01, broken: float = 0.02) -> None:
    """Write `count` submissions into `folder`; the same seed gives the same class."""
    rng = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        name = f"{rng.choice(FIRST)} {rng.choice(LAST)}"
        late = "_LATE" if rng.random() < 0.05 else ""
        stem = folder / f"{name}{late}_{10_000 + number}_{900_000 + number}_rnn_lstm"
        chance = rng.random()
        given = notebook(answers(rng), rng.choice(list(HOSTILE.values())) if chance < hostile else "")
        if hostile <= chance < hostile + broken:
            kind, change = rng.choice(list(BROKEN.values()))
            if kind == "zip":
                with zipfile.ZipFile(f"{stem}.zip", "w") as file:
                    file.writestr("readme.txt", "my notebook is at home")
            else:
                Path(f"{stem}.ipynb").write_text(change(given), encoding="utf-8")
        elif rng.random() < 0.3:
            with zipfile.ZipFile(f"{stem}.zip", "w", zipfile.ZIP_DEFLATED) as file:
                file.writestr("rnn_lstm.ipynb", given)
        else:
            Path(f"{stem}.ipynb").write_text(given, encoding="utf-8")


if __name__ == "__main__":
    make_class(Path(sys.argv[1]), int(sys.argv[2]))
