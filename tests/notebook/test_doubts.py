"""A check tells what its numbers cannot show: an answer older than its cell, or built on another one that is wrong."""

import linecache

import nbformat
import pytest

from autograder.notebook.doubts import called, is_older
from tests.notebook.kit import failures, run, said, solved
from tools.answers import SOLUTIONS

STOPPED = "stopped with an error when it ran last, so"


def made(source, name, namespace=None):
    """What a cell makes of a name, as a kernel does it: its source can be looked up by its file's name."""
    file, names = f"<cell {hash(source)}>", {} if namespace is None else namespace
    linecache.cache[file] = len(source), None, source.splitlines(keepends=True), file
    exec(compile(source, file, "exec"), names)
    return names[name]


OLD, NEW = "def f(x):\n    return 2 * x", "def f(x):\n    return 3 * x"
CLASS = "class f:\n    def forward(self):\n        return {}"


@pytest.mark.parametrize(
    ("made_by", "ran", "older"),
    [
        (OLD, [OLD], False),
        (NEW, [OLD, NEW], False),
        (OLD, [OLD, "def f(x:\n    return 3 * x"], True),
        (OLD, [OLD, "import nothing_of_this_name\n" + NEW], True),
        (CLASS.format(1), [CLASS.format(1), "class f:\ndef forward(self):\n    return 2"], True),
        (CLASS.format(1), [CLASS.format(1), "1 / 0\n" + CLASS.format(2)], True),
        ("f = 2", ["f = 2", "f = (3"], True),
        ("f = 2", ["f = 2", "f = 3"], False),  # a value does not tell where it was made
        (OLD, [OLD, "def f_of_another_name(x:", "g = f(2"], False),
        (OLD, [OLD, NEW, "f = old"], False),  # put back on purpose
        (OLD, [OLD, "1 / 0\n" + NEW, OLD], False),
        (OLD, [], False),  # outside IPython
    ],
)
def test_an_answer_is_older_where_the_last_cell_that_defines_it_stopped(made_by, ran, older):
    assert is_older("f", made(made_by, "f"), [(source, source) for source in ran]) == older


def test_what_an_answer_calls_is_found_through_helpers_methods_and_functions_inside():
    names = {}
    made("def below(x):\n    return x", "below", names)
    made("def helper(x):\n    return [below(part) for part in x]", "helper", names)
    made("class Cell:\n    def forward(self, x):\n        def inner():\n            return helper(x)\n", "Cell", names)
    made("def by_attribute(x):\n    return x.below", "by_attribute", names)
    made("def alone(below):\n    return below(alone)", "alone", names)
    assert called("Cell", names) == ["helper", "below"]
    assert called("by_attribute", names) == [] and called("alone", names) == ["alone"]


def test_a_check_says_both_in_a_kernel(bare, tmp_path):
    """In the notebook itself, with cells of one's own after the check of q6b."""
    book, cells = solved(), []
    for cell in book.cells:
        cells.append(cell)
        if cell.source == 'grader.check("q6b_lstm_dWg")':
            break
    unroll = SOLUTIONS["q5b_lstm_unroll"]
    calls = "def lstm_dWg(xs, h0, C0, p, dJ_dh):\n    return lstm_unroll(xs, h0, C0, p)['h'][:3]"
    more = [
        (unroll.replace("h_prev, C_prev = h, C", "h_prev = h"), ""),
        (calls, 'grader.check("q6b_lstm_dWg")  # on a wrong one'),
        (unroll, 'grader.check("q6b_lstm_dWg")  # on a right one'),
        (SOLUTIONS["q6b_lstm_dWg"].replace("):", ")", 1), 'grader.check("q6b_lstm_dWg")  # not Python'),
        ('grader.show("q6b_lstm_dWg")', ""),
        (SOLUTIONS["q6b_lstm_dWg"], 'grader.check("q6b_lstm_dWg")  # at last'),
        ("1 / 0\n" + SOLUTIONS["q5b_lstm_unroll"], "grader.check_all()"),
        ("del lstm_unroll", 'grader.check("q5b_lstm_unroll")  # not there'),
    ]
    book.cells = [*cells, *(nbformat.v4.new_code_cell(source) for pair in more for source in pair if source)]
    run(book, tmp_path, bare)
    assert len(failures(book)) == 2
    below = "lstm_dWg calls lstm_unroll, and the check of q5b_lstm_unroll does not pass: repair that first."
    assert f"Attention: {below}" in " ".join(said(book, "# on a wrong one").split())
    assert "Attention" not in said(book, "# on a right one") + said(book, "# at last")
    assert "all passed" in said(book, "# at last") and "all passed" not in said(book, "# not Python")
    assert f"defines lstm_dWg {STOPPED}" in " ".join(said(book, "# not Python").split())
    assert f"defines lstm_dWg {STOPPED}" in " ".join(said(book, "grader.show(").split())
    gone = " ".join(said(book, "# not there").split())
    assert "defines lstm_unroll ran, and lstm_unroll is not there." in gone and "still to do, 0 of 2" in gone
    assert f"defines lstm_unroll {STOPPED}" in " ".join(said(book, "check_all()").split())
