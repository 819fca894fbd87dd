"""Honest work scores the same on three routes: this grader, `otter run`, and the checks in the student's notebook."""

import json
import shutil
import subprocess
import sys

import hypothesis
import nbformat
import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from nbclient import NotebookClient

from autograder.grading.assignment import Assignment
from autograder.grading.grade import grade
from autograder.grading.sandbox.session import Session
from cell_checks import cell_runner, check_separate_cells, of_step
from checks import Case, CheckFailed, choice
from private.alternatives import FUSED, RECURSION
from private.mistakes import MISTAKES
from tools.answers import ROOT, SOLUTIONS

ARCHIVE = ROOT / "autograder/dist/rnn_lstm-autograder.zip"
TELL = """
import json
print("TOLD", json.dumps({name: file.score for name, file in grader.check_all().results.items()}))
"""


def mistakes(*chosen):
    """{question: source}: the wrong answers of `question/tag`."""
    known = {f"{mistake.question}/{mistake.tag}": mistake for mistake in MISTAKES}
    return {known[name].question: known[name].source(SOLUTIONS) for name in chosen}


# What differs from the solved notebook; None for the copy as students receive it. Wrong answers to different questions
# share a notebook.
SUBMISSIONS = {
    "the reference": {},
    "the untouched copy": None,
    "another style": FUSED | RECURSION,
    "a wrong answer to each question": mistakes(
        "q1_kinds/caption_as_one",
        "q2_vanilla_rnn/no_tanh",
        "q3_unroll/last_state_repeated",
        "q4a_state_jacobian/transposed",
        "q4b_jacobian_through_time/wrong_order",
        "q4c_rnn_backward/no_carry",
        "q5a_lstm_step/i_and_f_exchanged",
        "q5b_lstm_unroll/table",
        "q6a_derivation/no_h_path",
        "q6b_lstm_dWg/dC_carry_missing",
        "q6d_lstm_backward/dC_doubled",
        "q7a_factor/dh_dhprev",
        "q7b_cell_carry/vector",
    ),
    "what is right for some sizes, what is no answer, and a cell that does not compile": mistakes(
        "q1_kinds/a_list",
        "q2_vanilla_rnn/three_units_only",
        "q3_unroll/raises",
        "q4b_jacobian_through_time/returns_none",
        "q4c_rnn_backward/seven_steps_only",
        "q6a_derivation/spurious_dh_do",
        "q6b_lstm_dWg/left_over_state",
        "q7a_factor/the_gate",
    )
    | {"q5a_lstm_step": "def lstm_step(x, h_prev, C_prev, p):\n    return x +"},
}


def write(answers, path):
    """The student's notebook with answers in it."""
    book = nbformat.read(ROOT / "student/rnn_lstm.ipynb", as_version=4)
    for cell, check in zip(book.cells, book.cells[1:], strict=False):
        if answers is not None and check.source.startswith('grader.check("'):
            question = check.source.split('"')[1]
            cell.source = answers.get(question, SOLUTIONS[question])
    nbformat.write(book, path)
    return path


def by_the_checks(path):
    """{question: points} of `grader.check_all()` at the end of a notebook, run in its own kernel."""
    book = nbformat.read(path, as_version=4)
    skipped = [cell for cell in book.cells if "otter_ignore" in cell.metadata.get("tags", [])]
    book.cells = [cell for cell in book.cells if cell not in skipped and "grader.export(" not in cell.source]
    book.cells.append(nbformat.v4.new_code_cell(TELL))
    done = NotebookClient(book, allow_errors=True, timeout=120, resources={"metadata": {"path": path.parent}}).execute()
    text = "".join(output.get("text", "") for output in done.cells[-1].outputs)
    return json.loads(next(line for line in text.splitlines() if line.startswith("TOLD "))[5:])


def points(grading, public=False):
    """{question: the points of each case}, or with `public` what the public ones add up to."""
    if public:
        return {name: sum(c.earned for c in q.cases if not c.hidden) for name, q in grading.questions.items()}
    return {name: [case.earned for case in question.cases] for name, question in grading.questions.items()}


@pytest.mark.parametrize("submission", SUBMISSIONS)
def test_three_routes_give_the_same_points(submission, tmp_path, otter):
    folder = shutil.copytree(ROOT / "student", tmp_path / "student")
    path = write(SUBMISSIONS[submission], folder / "rnn_lstm.ipynb")
    with Assignment(ARCHIVE) as assignment:
        ours = grade(path, assignment)
    assert points(ours) == otter(path, ARCHIVE)["points"]
    assert points(ours, public=True) == by_the_checks(path)
    assert (ours.total == ours.possible) == (submission in ("the reference", "another style"))
    assert (ours.total == 0) == (submission == "the untouched copy")


def test_the_command_line_of_otter_prints_the_same_total(tmp_path):
    path = write(SUBMISSIONS["a wrong answer to each question"], tmp_path / "a.ipynb")
    run = [sys.executable, "-m", "otter", "run", "-a", ARCHIVE, "-o", tmp_path, "--no-logo", path]
    subprocess.run(run, check=True, capture_output=True, cwd=tmp_path)
    report = json.loads((tmp_path / "results.json").read_text())
    with Assignment(ARCHIVE) as assignment:
        assert sum(test.get("score", 0) for test in report["tests"]) == grade(path, assignment).total


# --- what may be returned is one thing on both sides ------------------------------------------------------------------

KINDS = """
import array, collections, ctypes, dataclasses, enum, fractions, decimal, mmap
import numpy as np

class Row(list): pass
class Table(dict): pass
class Signal(np.ndarray): pass
class Real(float): pass
class Level(enum.IntEnum): LOW = 1
class Name(enum.StrEnum): HS = "hs"
class وزنها(tuple): pass

Pair = collections.namedtuple("Pair", "hs ys")
Data = dataclasses.make_dataclass("Data", ["hs", "ys"])
Spaced = type("two words", (), {})
Long = type("L" * 200, (), {})

class Frame:  # as pandas and torch have them
    def __init__(self, *rows): self.rows = rows
    def __array__(self, dtype=None, copy=None): return np.array(self.rows)

class Indexed:
    def __init__(self, *rows): self.rows = rows
    def __len__(self): return len(self.rows)
    def __getitem__(self, at): return self.rows[at]

def file(size=16):
    file = mmap.mmap(-1, size)
    file[:] = bytes(size)
    return file

def ring():
    ring = []
    ring.append(ring)
    return ring

def deep(levels):
    return [deep(levels - 1)] if levels else 1.0

def make(source):
    try:
        return eval(source, globals())
    except Exception:
        return None
"""
HALVES = "np.array([1.0, 0.5])"
SINGLE = [
    "1.0", "2", "True", "1j", "None", "...", "'two'", "'\\ud800'", "b'2'", "2**70", "-(2**2990)", "float('nan')",
    "np.float32(0.5)", "np.float16(0.5)", "np.longdouble(0.5)", "np.int8(1)", "np.bool_(True)", "np.str_('a')",
    "np.datetime64('2020-01-01')", "np.void(b'ab')", "np.array(0.5)", "np.array(True)", "fractions.Fraction(1, 2)",
    "decimal.Decimal('0.5')", "Real(0.5)", "Level.LOW", "Name.HS", "object()", "Spaced()", "Long()",
    "وزنها((1.0, 0.5))", "Row", "np", "len", "iter([1.0, 0.5])", "(x for x in [1.0, 0.5])", "range(2)", "range(0)",
    "{1.0, 0.5}", "array.array('d', [1.0, 0.5])", "memoryview(array.array('d', [1.0, 0.5]))", "array.array('w', 'ab')",
    "bytearray(b'ab')", "file()", "(ctypes.c_double * 2)(1.0, 0.5)", "np.matrix([[1.0, 0.5], [0.5, 1.0]])",
    "np.ma.array([1.0, 0.5], mask=[0, 1])", "np.ma.array([1.0, None], mask=[0, 1])", f"{HALVES}.view(Signal)",
    "np.rec.array([(1.0, 2)])", "np.array([1.0, ...])", "np.array(['2020-01-01'], 'M8[D]')", "np.array(['a', 'b'])",
    "collections.UserString('ab')", "ring()", "deep(5)",
    *(f"{HALVES}.astype({kind!r})" for kind in ("?", "b", "H", "i", "e", "f", "g", "F", "G", ">f4", ">f8", *"OSU")),
    f"{HALVES}[::-1][::-1]", "np.array([[1.0, 0.5]]).T[:, 0]", "np.zeros(0)", "np.ones((1, 2))",
]  # fmt: skip
HOLDING_TWO = [
    "[{}, {}]", "({}, {})", "Row([{}, {}])", "Pair({}, {})", "collections.deque([{}, {}])",
    "collections.UserList([{}, {}])", "np.array([{}, {}], dtype=object)", "np.array([{}, {}])", "Frame({}, {})",
    "Indexed({}, {})", "Data({}, {})", "{{'hs': {}, 'ys': {}}}", "Table(hs={}, ys={})",
    "{{Name.HS: {}, np.str_('ys'): {}}}", "{{1: {}, 'ys': {}}}", "{{Frame(): {}, (1, 2): {}}}",
    "collections.UserDict(hs={}, ys={})", "{{'hs': {}, 'ys': {}}}.values()", "collections.OrderedDict(hs={}, ys={})",
    "{{'hs': {}, 'ys': {}}}.items()", "collections.ChainMap(dict(hs={}, ys={}))",
]  # fmt: skip
LARGE = [
    "[[0.0] * 1001] * 1000", "[0.0] * 150_000", "[np.float64(0)] * 100_000", "['', 'x' * 300_000] * 50",
    "'x' * 2_000_000", "'\\u00e9' * 600_000", "np.zeros(2_000_000)", "np.zeros(9_000_000)",
    "np.zeros(0, 'O').tolist() + [np.zeros(1001)] * 1000", "np.broadcast_to(0.0, 10**10)",
    "np.broadcast_to(np.zeros(1).view(Signal), 10**10)", "range(10**11)", "2**5000", "deep(20)", "deep(40)",
    "deep(200)", "dict.fromkeys(map(str, range(5000)))", "[object() for _ in range(1500)]", "[2**2000] * 3000",
    "{i: 1.0 for i in range(4500)}", "b'x' * 2_000_000", "[Long() for _ in range(1000)]", "bytearray(70_000_000)",
]  # fmt: skip
ONE = Case("q/one", {"source": ""}, {"result": np.array([1.0, 0.5])}, "array")
FORMS = [
    Case("q/cell", {"source": ""}, {"hs": np.array([1.0, 0.5]), "ys": np.array(0.5)}, "dict"),
    Case("q/both", {"source": ""}, {"hs": np.array([1.0, 0.5]), "ys": np.array([1.0, 0.5])}, "tuple"),
    Case("q/rows", {"source": ""}, {"result": np.array([[1.0, 0.5], [1.0, 0.5]])}, "array"),
    ONE,
]
EXPRESSIONS = st.recursive(
    st.sampled_from(SINGLE) | st.just(HALVES),
    lambda inner: st.builds(str.format, st.sampled_from(HOLDING_TWO), inner, inner),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def both():
    """`make` as a notebook has it, and as the grader has it."""
    names = {}
    exec(KINDS, names)
    with Session([KINDS], {}) as session:
        session.ensure()
        assert not session.complaints
        yield names["make"], session.get("make")


def says(check, *args):
    """What a check says of an answer: its sentence and causes; None where it passes."""
    try:
        check(*args)
    except (CheckFailed, ValueError) as failure:
        return str(failure), getattr(failure, "causes", ())
    return None


def verdict(case, make, source):
    return says(Case(case.name, {"source": source}, case.want, case.form).check, make, "f")


@pytest.mark.parametrize("source", SINGLE + [text.format(HALVES, 0.5) for text in HOLDING_TWO] + LARGE)
def test_the_notebook_and_the_grader_say_the_same_of_each_kind_of_answer(source, both):
    here, there = both
    for case in FORMS:
        assert verdict(case, here, source) == verdict(case, there, source)


@settings(max_examples=300)
@hypothesis.given(source=EXPRESSIONS, case=st.sampled_from(FORMS))
def test_the_notebook_and_the_grader_say_the_same_of_answers_of_any_kind_in_any_other(source, case, both):
    here, there = both
    assert verdict(case, here, source) == verdict(case, there, source), source


@pytest.mark.parametrize("source", LARGE)
def test_what_is_too_large_is_refused_in_the_same_words_everywhere(source, both):
    for make in both:
        assert "stopped with ValueError: the answer cannot be sent: it is too large" in verdict(ONE, make, source)[0]


LIKE_ARRAYS = [
    "collections.deque([1.0, 0.5])", "collections.UserList([1.0, 0.5])", "array.array('d', [1.0, 0.5])",
    "Frame(1.0, 0.5)", "memoryview(array.array('d', [1.0, 0.5]))", f"{HALVES}.view(Signal)", f"{HALVES}.astype('>f8')",
    "[np.float32(1), 0.5]", f"{HALVES}.astype('g')", f"{HALVES}.astype('e')",
    "(Frame(1.0), Real(0.5))[1:] and Row([Level.LOW, np.array(0.5)])",
]  # fmt: skip


@pytest.mark.parametrize("source", LIKE_ARRAYS)
def test_what_is_like_an_array_of_numbers_passes(source, both):
    assert [verdict(ONE, make, source) for make in both] == [None, None]


CHOICES = [
    "'dh_do'",
    "Name.HS",
    "np.str_('dh_do')",
    "('dh_do',)",
    "['dh_do']",
    "b'dh_do'",
    "None",
    "Row()",
    "'x' * 2_000_000",
]


@pytest.mark.parametrize("source", CHOICES)
def test_a_chosen_answer_is_read_alike(source, both):
    here, there = (says(lambda make=make: choice("q7a_factor", "factor", {"": make(source)})) for make in both)
    assert here == there


STATES = [
    "np.zeros(3)", "collections.deque([0, 0, 0])", "(x for x in 'a')", "Row([0.0] * 3)", "np.array([0, ...])",
    "[fractions.Fraction(0)] * 3", "deep(40)", "Spaced()",
]  # fmt: skip
CELLS = """
class VanillaRNN:
    def __init__(self):
        self.hidden_state = make(SOURCE)
    def forward(self, x):
        self.hidden_state = self.output = make(SOURCE)
        return self.output
"""


@pytest.mark.parametrize("source", STATES)
def test_what_a_cell_holds_is_read_alike(source):
    notebook = KINDS + "from given import run_cell\n" + CELLS.replace("SOURCE", repr(source))
    names = {}
    exec(notebook, names)
    files = {"given.py": (ROOT / "assignment/given.py").read_bytes()}
    inputs = {"attributes": {}, "h0": np.zeros(3), "xs": np.ones((2, 3))}
    want = {name: np.zeros(3) for step in (1, 2) for name in of_step(step)}
    told = []
    with Session([notebook], files) as session:
        session.ensure()
        for cell, run in (
            (names["VanillaRNN"], names["run_cell"]),
            (session.get("VanillaRNN"), session.get("run_cell")),
        ):
            steps = says(Case("q/steps", inputs, want, "dict").check, cell_runner(cell, run), "f")
            told.append((steps, says(check_separate_cells, cell)))
    assert told[0] == told[1]


@pytest.mark.parametrize("head", ["x, h, /", "x, /, h", "first, second, /", "first, second", "h, x"])
def test_a_function_may_take_its_arguments_by_position_alone(head):
    names = {"x": "x", "h": "h"} if "x" in head else {"x": "first", "h": "second"}
    cell = f"def f({head}):\n    return {names['x']} - {names['h']}"
    here = {}
    exec(cell, here)
    case = Case("q/x", {"x": np.array([3.0]), "h": np.array([1.0])}, {"it": np.array([2.0])}, "array")
    with Session([cell], {}) as session:
        session.ensure()
        assert [says(case.check, f) for f in (here["f"], session.get("f"))] == [None, None]
