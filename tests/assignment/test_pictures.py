"""An answer is drawn beside the expected one for every question of arrays; q6a's picture says what its words say."""

import base64
import contextlib
import io
import re

import numpy as np
import pytest
from defusedxml import ElementTree
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_hex
from matplotlib.image import imread

import paths
import payoff
import pictures
import screen
from advice import CheckFailed
from derivation import ENDS, PARTIALS, complaints_on, terms
from private.alternatives import STYLES
from private.mistakes import ANSWER, MISTAKES, NO_CODE
from tools.answers import SOLUTIONS, failures, outcomes, solved

REFERENCE = solved()
DRAWN = [mistake for mistake in MISTAKES if mistake.question in pictures.FUNCTIONS]
DERIVATIONS = [mistake for mistake in MISTAKES if mistake.question == "q6a_derivation"]


@pytest.fixture
def seen(monkeypatch):
    """[(kind, what was drawn, its words)]; nothing is made of the figures."""
    seen = []
    monkeypatch.setattr(screen, "picture", lambda figure, alt: seen.append(("picture", figure, alt)))
    monkeypatch.setattr(screen, "drawing", lambda svg, alt: seen.append(("drawing", svg, alt)))
    monkeypatch.setattr(screen, "formula", lambda latex: seen.append(("formula", latex, "")))
    return seen


def answered(question, source):
    return solved({question: source})


def changed(question, old, new):
    assert old in SOLUTIONS[question]
    return answered(question, SOLUTIONS[question].replace(old, new, 1))


def test_every_question_with_a_function_can_be_drawn():
    assert {q: name for q, name in ANSWER.items() if q in pictures.FUNCTIONS} == pictures.FUNCTIONS
    assert set(ANSWER) - set(pictures.FUNCTIONS) == NO_CODE


@pytest.mark.parametrize("question", pictures.FUNCTIONS)
def test_a_right_answer_is_drawn_and_nothing_is_marked(question, seen, capsys):
    pictures.show(question, REFERENCE)
    out = capsys.readouterr().out
    assert "as expected" in out and "other than" not in out
    assert any(kind == "picture" for kind, *_ in seen)
    assert all(alt and ("as expected" in alt or kind == "drawing") for kind, _, alt in seen if kind != "formula")


@pytest.mark.parametrize("mistake", DRAWN, ids=lambda mistake: f"{mistake.question}-{mistake.tag}")
def test_every_known_mistake_is_drawn_or_said_in_a_line(mistake, seen, capsys, monkeypatch):
    monkeypatch.setattr(pictures, "drawn_lines", lambda pairs: None)  # half a second each
    monkeypatch.setattr(pictures, "drawn_tables", lambda pairs: None)
    np.random.seed(0)
    with np.errstate(all="ignore"):
        pictures.show(mistake.question, answered(mistake.question, mistake.source(SOLUTIONS)))
    out = capsys.readouterr().out.strip()
    assert out and "Traceback" not in out
    if mistake.says and any(not outcome.hidden for outcome in failures(outcomes(mistake))):
        assert "other than expected" in out or mistake.question == "q6a_derivation"


def test_the_step_from_which_an_answer_differs_is_marked(seen, capsys):
    pictures.show("q5b_lstm_unroll", changed("q5b_lstm_unroll", "h_prev, C_prev = h, C", "C_prev = C"))
    out = capsys.readouterr().out
    assert "other than expected: f, i, o, g, C, h from step 2 on" in out
    [(_, figure, alt)] = seen
    assert "from step 2 on" in alt
    marks = [line.get_xdata()[0] for axis in figure.axes for line in axis.lines if line.get_linestyle() == "--"]
    assert marks == [1.5] * 6


def test_of_gradients_those_that_differ_are_drawn_and_the_right_ones_named(seen, capsys):
    pictures.show("q4c_rnn_backward", changed("q4c_rnn_backward", "dBh += dz", "dBh = dz"))
    assert "Bh in 3 of 3 numbers. As expected: " in capsys.readouterr().out
    [(_, figure, _)] = seen
    assert [axis.get_title() for axis in figure.axes] == ["Bh, expected", "Bh, yours"]
    assert len(figure.axes[1].patches) == 3 and not figure.axes[0].patches


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("over_time", [True, False])
@pytest.mark.parametrize("got", [1e300, -1e300, 1e-300, 0.0, 3.0])
@pytest.mark.parametrize("want", [0.0, 1e-20, 1.0])
def test_numbers_of_any_size_can_be_drawn(got, want, over_time):
    pair = pictures.Pair("h", np.full((5, 3), got), np.full((5, 3), want), over_time, 1e-9)
    figure = (pictures.drawn_lines if over_time else pictures.drawn_tables)([pair])
    assert screen.png(figure).startswith(b"\x89PNG")


LINES = {
    "return {": ("a dictionary", "q4c_rnn_backward", "return {'W_hh': W_hh}", "has no key"),
    "shape": ("another shape", "q4a_state_jacobian", "return h", "has shape"),
    "none": ("nothing", "q4b_jacobian_through_time", "pass", "returned None"),
    "stub": ("a stub", "q7b_cell_carry", 'raise NotImplementedError("q7b_cell_carry")', "still to do"),
    "stops": ("an exception", "q5a_lstm_step", "return 1 / 0", "stopped with ZeroDivisionError"),
    "nan": ("no number", "q6b_lstm_dWg", "return p['Wg'] * np.nan", "not finite"),
    "formula": ("a formula's stub", "q6a_derivation", 'raise NotImplementedError("q6a_derivation")', "still to do"),
}


@pytest.mark.parametrize(("question", "body", "says"), [line[1:] for line in LINES.values()], ids=LINES)
def test_what_cannot_be_drawn_is_said_in_a_line(question, body, says, seen, capsys):
    head = re.search(r"^def .*:$", SOLUTIONS[question], re.MULTILINE)[0]
    pictures.show(question, answered(question, f"{head}\n    {body}"))
    out = capsys.readouterr().out.strip()
    assert says in out and out.startswith(pictures.FUNCTIONS[question]) and not seen


def test_an_array_of_another_shape_leaves_the_others_drawn(seen, capsys):
    pictures.show("q4c_rnn_backward", changed("q4c_rnn_backward", "dh0 = later", "dh0 = later[:, None]"))
    out = capsys.readouterr().out
    assert "h0 has shape (3, 1), expected (3,)" in out and len(seen) == 1


@pytest.mark.parametrize(("question", "says"), [("q5", "Choose one of"), ("q1_kinds", "nothing to draw")])
def test_a_question_that_cannot_be_drawn_is_said(question, says, capsys):
    pictures.show(question, REFERENCE)
    assert says in capsys.readouterr().out


def test_a_cell_that_was_not_run_is_said(capsys):
    pictures.show("q5b_lstm_unroll", {})
    assert capsys.readouterr().out == (
        "lstm_unroll is not defined. Run the cell that defines it, from the top of the notebook.\n"
    )


def test_without_matplotlib_one_line_says_what_is_needed(capsys, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.figure", None)
    pictures.show("q7b_cell_carry", REFERENCE)
    assert "needs matplotlib" in capsys.readouterr().out


# --- the paths of q6a -------------------------------------------------------------------------------------------------


def require_same_words(found):
    """The picture remarks on the products on which the check's sentences do, and misses the paths that these miss."""
    sentences, _, _ = complaints_on(found)
    products, missing = paths.read(found)
    for product in products:
        text = " * ".join(name for name in PARTIALS if name in product.factors) or "1"
        named = any(re.search(rf"(product |products |, ){re.escape(text)}( is|,| one)", words) for words in sentences)
        path = next((ENDS[end] for end in product.factors if end in ENDS), "no end")
        counted = product.coefficient != 1 and any(f"{path} is counted" in words for words in sentences)
        assert bool(product.remark) == (named or counted), (str(product), sentences)
    assert {f"the path {ENDS[end]} is missing" for end in missing} <= set(sentences)
    assert len(missing) == sum("is missing" in words for words in sentences)


@pytest.mark.parametrize("mistake", DERIVATIONS, ids=lambda mistake: mistake.tag)
def test_the_picture_of_a_derivation_says_what_its_words_say(mistake):
    names = answered(mistake.question, mistake.source(SOLUTIONS))
    with contextlib.suppress(CheckFailed):
        if found := terms(names["dJ_dWg"]):
            require_same_words(found)


factors = st.sets(st.sampled_from(PARTIALS)).map(lambda chosen: tuple(name for name in PARTIALS if name in chosen))
paths_or_not = factors | factors.map(lambda chosen: tuple(n for n in PARTIALS if n in {*chosen, "dJ_dh", "dC_dWg"}))


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.dictionaries(paths_or_not, st.sampled_from((1.0, 1.0, 2.0, -1.0, 0.5)), min_size=1, max_size=5))
def test_the_picture_of_any_sum_of_products_says_what_its_words_say(found):
    require_same_words(found)


@pytest.mark.parametrize("mistake", DERIVATIONS, ids=lambda mistake: mistake.tag)
def test_the_picture_of_a_derivation_is_an_svg_that_names_no_factor_but_the_answers_own(mistake, seen):
    names = answered(mistake.question, mistake.source(SOLUTIONS))
    with np.errstate(all="ignore"):
        pictures.show("q6a_derivation", names)
    for kind, drawn, alt in seen:
        if kind == "drawing":
            products, _ = paths.read(terms(names["dJ_dWg"]))
            own = {name for product in products for name in product.factors}
            assert own >= {name for name in PARTIALS if re.search(rf"\b{name}\b", drawn + alt)}
            assert ElementTree.fromstring(drawn).get("role") == "img"
            drawn.encode("ascii")


def test_a_product_of_which_nothing_is_known_is_not_called_right():
    unheard = {("dJ_dh", "dh_dhprev", "dh_dC", "dhprev_dWg"): 1.0}
    [product], missing = paths.read(unheard)
    assert (product.remark, missing) == ("", ["dCprev_dWg", "dC_dWg"])
    assert "right" not in paths.in_words([product], missing) and "path" not in str(product)


def test_missing_extra_and_doubled_paths_are_seen(seen):
    old = "dJ_dh[t] @ (by_h + by_C + now)"
    pictures.show("q6a_derivation", changed("q6a_derivation", old, "dJ_dh[t] @ (2 * by_C + dh_do[t] @ dC_dWg[t])"))
    formula, drawing = (drawn for _, drawn, _ in seen)
    assert "counted 2 times" in formula and "missing" in formula and r"\boxed{?}" in formula
    assert 'stroke-dasharray="6 5"' in drawing and drawing.count(f'stroke="{paths.WRONG}" stroke-width="3.5"') >= 2


def test_every_factor_has_its_line_and_its_label_where_figure_6_has_them():
    figure = paths.FIGURE.read_text()
    assert figure.count(paths.PLACE) == 1
    labels = set(re.findall(r'<g transform="translate\((\d+),(\d+)\)">', figure))
    assert {(str(x), str(y)) for x, y in paths.LABELS.values()} == labels
    assert set(paths.LABELS) == set(paths.LINES) == set(paths.LATEX) == set(paths.ORDER) == set(PARTIALS)


def test_what_is_right_for_the_last_step_alone_is_not_called_right_for_all(seen, capsys):
    pictures.show("q6a_derivation", changed("q6a_derivation", "total += ", "total = "))
    out = capsys.readouterr().out
    assert "of the last step, every path" in out and "other than expected" in out


STYLED = [
    (style, question) for style, sources in STYLES.items() for question in sources if question in pictures.FUNCTIONS
]


@pytest.mark.parametrize(("style", "question"), STYLED)
def test_right_answers_in_other_styles_are_drawn_as_right(style, question, seen, capsys):
    pictures.show(question, solved(STYLES[style]))
    out = capsys.readouterr().out
    assert "as expected" in out and "other than" not in out


# --- on the screen ----------------------------------------------------------------------------------------------------


@pytest.fixture
def displayed(monkeypatch):
    displayed = []
    monkeypatch.setattr(screen, "in_a_notebook", lambda: True)
    monkeypatch.setattr("IPython.display.display", displayed.append)
    return displayed


def test_a_picture_has_words_and_two_dots_for_each_of_the_page(displayed):
    pictures.show("q7b_cell_carry", REFERENCE)
    _, picture = displayed
    alt, width, data = re.fullmatch(r'<img alt="(.*)" width="(\d+)" .*;base64,(.*)">', picture.data).groups()
    assert "as expected: result" in alt
    assert int(width) * 2 == int.from_bytes(base64.b64decode(data)[16:20], "big")


def test_on_a_page_a_wrong_derivation_has_its_words_its_formula_and_its_picture(displayed):
    pictures.show("q6a_derivation", changed("q6a_derivation", "by_h + by_C + now", "by_h + now"))
    words, formula, picture = displayed
    assert "is missing" in words.data and "boxed" in formula.data and "<img alt=" in picture.data


def test_all_pictures_stand_on_the_panel_of_the_figures(seen, monkeypatch):
    monkeypatch.setattr(payoff, "picture", screen.picture)
    payoff.show_carry(REFERENCE)
    payoff.show_gradients(REFERENCE)
    pictures.show("q5b_lstm_unroll", REFERENCE)
    pictures.show("q7b_cell_carry", REFERENCE)
    assert len(seen) == 4
    figure_1 = paths.FIGURE.with_name("kinds.svg").read_text()
    for _, figure, _ in seen:
        pixels = imread(io.BytesIO(screen.png(figure)))
        assert pixels[0, 0, 3] == 0 and pixels[20, 20, 3] == 1  # the page shows at the corner alone
        assert {to_hex(axis.get_facecolor()) for axis in figure.axes} == {screen.PANEL.lower()}
    assert f'fill="{screen.PANEL}" stroke="{screen.EDGE}"' in figure_1


def test_plots_of_the_payoff_have_a_title_and_a_grid(seen, monkeypatch):
    monkeypatch.setattr(payoff, "picture", screen.picture)
    payoff.show_carry(REFERENCE)
    payoff.show_gradients(REFERENCE)
    for _, figure, _ in seen:
        for axis in figure.axes:
            assert axis.get_title() and axis.xaxis.get_gridlines()[0].get_visible()


def test_a_sentence_is_text_that_no_answer_can_turn_into_anything_else(displayed):
    screen.say("<b>h[0, 1] is 3</b>")
    assert "&lt;b&gt;h[0, 1] is 3&lt;/b&gt;" in displayed[0].data


def test_a_drawing_keeps_to_itself_and_has_its_words_escaped(displayed):
    screen.drawing("<svg/>", 'a "word" <b>')
    [drawing] = displayed
    assert "&quot;word&quot; &lt;b&gt;" in drawing.data and "<svg" not in drawing.data


def test_in_a_terminal_there_are_words_and_no_picture(monkeypatch, capsys):
    monkeypatch.setattr("IPython.display.display", lambda *_: pytest.fail("an object's name in a terminal"))
    for question in ("q7b_cell_carry", "q6a_derivation"):
        pictures.show(question, REFERENCE)
    assert "as expected" in capsys.readouterr().out
