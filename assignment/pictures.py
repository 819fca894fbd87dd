"""Your answer beside the expected one: `grader.show("q5b_lstm_unroll")` draws both, and marks where they part.

Students receive this file. It draws what the public checks compare, from the inputs and expected numbers of
`fixtures.json`, and knows no formula of the assignment.
"""

import json
import sys

import numpy as np

import screen
from advice import NOT_DEFINED, CheckFailed
from answers import arrays, call
from cell_checks import cell_runner, of_step, unroller
from checks import FIXTURES, contents, public
from given import RunningAverage, run_cell
from gradcheck import relative_error

FUNCTIONS = {  # what each question's answer is called
    "q2_vanilla_rnn": "VanillaRNN",
    "q3_unroll": "unroll",
    "q4a_state_jacobian": "state_jacobian",
    "q4b_jacobian_through_time": "jacobian_through_time",
    "q4c_rnn_backward": "rnn_backward",
    "q5a_lstm_step": "lstm_step",
    "q5b_lstm_unroll": "lstm_unroll",
    "q6a_derivation": "dJ_dWg",
    "q6b_lstm_dWg": "lstm_dWg",
    "q6d_lstm_backward": "lstm_backward",
    "q7b_cell_carry": "cell_carry",
}
OVER_TIME = ("xs",)  # gradients with a row for each step, besides the arrays that a case names as such
UNITS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")  # colour-blind safe
WRONG = "#B00020"
MAX_ARRAYS, COLUMNS = 8, 3


def show(question, names=None):
    """Draw what the answer to a question gives for the inputs of its public checks, beside what they expect.

    question: such as "q5b_lstm_unroll". names: the notebook's names; those of the running program where not given.
    Arrays over time are drawn as lines, others as tables of coloured numbers. What cannot be drawn is said in a line.
    """
    names = vars(sys.modules["__main__"]) if names is None else names
    if question not in FUNCTIONS:
        screen.say(f"There is nothing to draw for {question!r}. Choose one of: {', '.join(FUNCTIONS)}.")
        return
    answer, title = names.get(FUNCTIONS[question]), FUNCTIONS[question]
    if answer is None:
        screen.say(f"{title} {NOT_DEFINED}")
        return
    try:
        if question == "q6a_derivation":
            from paths import show_paths

            if not show_paths(answer):
                return
        concept, pairs, complaints = compared(question, answer)
        for complaint in complaints:
            screen.say(f"{title}, {concept}: {complaint}")
        if pairs:
            draw(f"{title}, {concept}", pairs)
    except CheckFailed as failure:
        screen.say(f"{title}: {failure}")
    except ImportError as missing:
        if str(missing.name).split(".")[0] != "matplotlib":
            raise
        screen.say(f"The picture {screen.NEEDS_MATPLOTLIB}")


class Pair:
    """An array of the answer and the expected one.

    name: what the check calls it. got, want: arrays of one shape. over_time: whether there is a row for each step.
    off: where the two differ by more than the check allows. first: the first step that is off, from 1, or None.
    """

    def __init__(self, name, got, want, over_time, tolerance):
        self.name, self.got, self.want, self.over_time = name, got, want, over_time
        self.off = np.zeros(want.shape, dtype=bool)
        if not relative_error(got, want) <= tolerance:
            difference = np.abs(got - want)
            self.off = (difference > tolerance * np.abs(want).max()) | (difference == difference.max())
        self.wrong = bool(self.off.any())
        self.first = int(np.argwhere(self.off)[0][0]) + 1 if over_time and self.wrong else None


def compared(question, answer):
    """(concept, pairs, complaints) of the last public case in which an answer differs; of the last case if none does.

    Cases with the same inputs count as one. complaints: what is said of arrays that cannot be drawn. Raises CheckFailed
    where the answer stops.
    """
    chosen = None
    for names in same_inputs(question):
        cases = [public(name) for name in names]
        found = call(callable_of(question, answer), arrays(cases[0].inputs))
        pairs, complaints = [], []
        for case in cases:
            try:
                pairs += pairs_of(case, case.numbers(found))
            except CheckFailed as failure:
                complaints.append(str(failure))
        wrong = bool(complaints) or any(pair.wrong for pair in pairs)
        if chosen is None or wrong or not chosen[0]:
            chosen = wrong, " and ".join(name.split("/")[1] for name in names), pairs, complaints
    return chosen[1:]


def passes(question, answer):
    """Whether an answer gives what its public cases expect; True also of a stub and of what stops, which say so."""
    try:
        _, pairs, complaints = compared(question, answer)
    except Exception:
        return True
    return not complaints and not any(pair.wrong for pair in pairs)


def same_inputs(question):
    """The names of a question's public cases, in lists of those that have the same inputs."""
    groups = {}
    for name, case in contents(FIXTURES)["cases"].items():
        if name.split("/")[0] == question:
            groups.setdefault(json.dumps(case["inputs"]), []).append(name)
    return list(groups.values())


def callable_of(question, answer):
    """What a case calls: the answer, or what runs the answer for it."""
    if question == "q2_vanilla_rnn":
        return cell_runner(answer, run_cell)
    if question == "q3_unroll":
        return unroller(answer, RunningAverage)
    return answer


def pairs_of(case, got):
    """The arrays of a case; those that a cell of q2 gives step by step become one for all steps."""
    want, steps = case.want, (*case.steps, *OVER_TIME)
    if of_step(1)[0] in want:
        rows = range(1, len(want) // 2 + 1)
        kinds = {of_step(1)[kind].split(": ")[1]: kind for kind in (0, 1)}
        got, want = (
            {name: np.array([values[of_step(row)[kind]] for row in rows]) for name, kind in kinds.items()}
            for values in (got, want)
        )
        steps = kinds
    return [Pair(name, got[name], want[name], name in steps, case.tolerance) for name in want]


def in_words(pairs):
    """Which arrays agree and which differ, and from which step on."""
    groups = {}
    for pair in pairs:
        if pair.wrong:
            where = f"from step {pair.first} on" if pair.first else f"in {pair.off.sum()} of {pair.off.size} numbers"
            groups.setdefault(where, []).append(pair.name)
    right = ", ".join(pair.name for pair in pairs if not pair.wrong)
    if not groups:
        return f"as expected: {right}."
    differs = "; ".join(f"{', '.join(names)} {where}" for where, names in groups.items())
    return f"other than expected: {differs}.{f' As expected: {right}.' if right else ''}"


def draw(title, pairs):
    """Show the pairs: those over time as lines, all of them; of the others, as tables, those that differ."""
    lines = [pair for pair in pairs if pair.over_time]
    tables = [pair for pair in pairs if not pair.over_time]
    tables = [pair for pair in tables if pair.wrong] or tables
    words = f"{title}: {in_words(pairs)}"
    screen.say(words)
    if lines:
        screen.picture(drawn_lines(lines[:MAX_ARRAYS]), f"Lines over time. {words}")
    if tables and (not lines or any(pair.wrong for pair in tables)):
        screen.picture(drawn_tables(tables[:MAX_ARRAYS]), f"Tables of numbers. {words}")


def drawn_lines(pairs):
    """A figure with an axis for each array: a colour for each unit, wide and pale as expected, thin as the answer."""
    columns = min(COLUMNS, len(pairs))
    rows = -(-len(pairs) // columns)
    figure, axes = screen.panel(9, 0.6 + 2.3 * rows, rows, columns, squeeze=False)
    figure.suptitle("wide and pale: expected; thin, with dots: yours; a colour for each entry", fontsize=10)
    axes = axes.ravel()
    for axis, pair in zip(axes, pairs, strict=False):
        time = np.arange(1, len(pair.want) + 1)
        for unit in range(pair.want.shape[1]):
            colour = UNITS[unit % len(UNITS)]
            axis.plot(time, pair.want[:, unit], color=colour, linewidth=8, alpha=0.3, solid_capstyle="round")
            axis.plot(time, pair.got[:, unit], "o-", color=colour, linewidth=1.2, markersize=4)
        says = "agrees"
        if pair.wrong:
            says = f"differs from step {pair.first} on"
            axis.axvspan(pair.first - 0.5, len(time) + 0.5, color=WRONG, alpha=0.08, linewidth=0)
            axis.axvline(pair.first - 0.5, color=WRONG, linestyle="--")
        axis.set_title(f"{pair.name}: {says}", fontsize=10, color=WRONG if pair.wrong else "black")
        low, high = pair.want.min(), pair.want.max()
        room = 2 * (high - low) + 0.1
        low, high = max(pair.got.min(), low - room), min(pair.got.max(), high + room)
        low, high = min(low, pair.want.min()), max(high, pair.want.max())
        edge = 0.08 * (high - low) or 1
        axis.set(xlim=(0.5, len(time) + 0.5), ylim=(low - edge, high + edge), xticks=time, xlabel="step t")
        axis.grid(alpha=0.3)
    for axis in axes[len(pairs) :]:
        axis.axis("off")
    return figure


def drawn_tables(pairs):
    """A figure with two tables for each array, what is expected and the answer; numbers that are off have a frame."""
    from matplotlib.patches import Rectangle

    side = 1 if len(pairs) < 4 else 2  # arrays in a row
    rows = [pairs[start : start + side] for start in range(0, len(pairs), side)]
    heights = [0.8 + 0.4 * max(len(np.atleast_2d(pair.want)) for pair in row) for row in rows]
    shape = {"squeeze": False, "height_ratios": heights}
    figure, axes = screen.panel(9, 0.4 + sum(heights), len(rows), 2 * side, **shape)
    figure.suptitle("left: expected; right: yours, with a frame where it differs", fontsize=10)
    for axis in axes.ravel():
        axis.axis("off")
    for number, pair in enumerate(pairs):
        row = axes[number // side]
        scale = np.abs(pair.want).max()
        for place, (values, what) in enumerate(((pair.want, "expected"), (pair.got, "yours"))):
            axis = row[2 * (number % side) + place]
            table(axis, np.atleast_2d(values), scale)
            axis.set_title(f"{pair.name}, {what}", fontsize=10)
        for i, j in np.argwhere(np.atleast_2d(pair.off)):
            frame = {"fill": False, "edgecolor": WRONG, "linewidth": 2.5}
            axis.add_patch(Rectangle((j - 0.46, i - 0.44), 0.92, 0.88, **frame))
    return figure


def table(axis, values, scale):
    """Numbers on their colours: violet above 0, orange below, the stronger the larger, up to 1.5 times `scale`."""
    shades = np.clip(values, -1.5 * scale, 1.5 * scale) / (scale or 1)
    axis.imshow(shades, cmap="PuOr", vmin=-2, vmax=2, aspect="auto")
    for (i, j), value in np.ndenumerate(values):
        colour = "white" if abs(shades[i, j]) > 1.2 else "black"
        axis.text(j, i, f"{value:.3g}", color=colour, ha="center", va="center", fontsize=9)
