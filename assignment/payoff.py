"""The payoff of q7 and q8: your own functions at work, in pictures, sliders and a training run. Nothing is graded.

Students receive this file. Every `show_...` takes the notebook's names, `globals()`; where an answer is still a stub,
it says which question it waits for. It must never hold an answer: what it knows of a network it learns by calling it.
"""

import contextlib
import html
import io
import traceback

import numpy as np

import demonstrations
from advice import line_of
from demonstrations import (
    FORGET,
    KINDS,
    LONG,
    LSTMLearner,
    RNNLearner,
    T,
    UntrainedLSTM,
    decay,
    memory,
    sequence,
    stretch,
)
from pictures import FUNCTIONS, passes
from screen import NEEDS_MATPLOTLIB, PAGE_DOTS_PER_INCH, in_a_notebook, panel, picture, say

RNN, LSTM, HIDDEN, NEUTRAL = "#0072B2", "#D55E00", "#009E73", "#333333"  # colour-blind safe, as in the figures
PENS = {RNNLearner: (RNN, "-"), LSTMLearner: (LSTM, "-"), UntrainedLSTM: (NEUTRAL, "--")}  # colour and line
SETTINGS = ((2.0, 3.0), (0.9, -2.0))  # size of the weights and forget bias, where there are no sliders
POINTS_PER_INCH = 72  # in an SVG
DASHES = {"-": "none", "--": "6 3", "-.": "8 3 2 3"}
GRADIENTS = ("VanillaRNN", "unroll", "jacobian_through_time", "lstm_step", "lstm_unroll", "cell_carry")
MEMORY = ("VanillaRNN", "unroll", "rnn_backward", "lstm_unroll", "lstm_backward")
REPORTS = 50  # how often a training tells how far it is


def canvas(columns=2, height=3.6):
    """A figure and its axes, side by side, with a grid."""
    figure, axes = panel(9, height, 1, columns)
    for axis in figure.axes:
        axis.grid(alpha=0.3)
    return figure, axes


# --- how far a gradient reaches ---------------------------------------------------------------------------------------


def show_carry(answers):
    """Plot what is left of a gradient after a number of steps: in a vanilla RNN, and along an LSTM's cell path.

    The RNN's states are random numbers, and every singular value of its W_hh is 0.9.
    """
    doubts(answers, "jacobian_through_time", "cell_carry")
    with patience("The plot", answers) as answers:
        lags, units = np.arange(1, 51), 8
        rng = np.random.default_rng(0)
        W_hh = 0.9 * np.linalg.qr(rng.normal(size=(units, units)))[0]
        states = np.tanh(rng.normal(size=(lags[-1], units)))
        figure, axis = canvas(columns=1, height=4)
        left = [stretch(answers["jacobian_through_time"](states[:lag], W_hh), units) for lag in lags]
        axis.semilogy(lags, left, color=RNN, label="vanilla RNN")
        for f, style in ((0.99, "-"), (0.9, "--"), (0.5, ":")):
            left = [stretch(answers["cell_carry"](np.full((lag, units), f)), units) for lag in lags]
            axis.semilogy(lags, left, style, color=LSTM, label=f"LSTM, cell path, f = {f}")
        axis.set(title="What is left of a gradient", xlabel="number of steps", ylabel="largest stretch")
        axis.set(xlim=(0, lags[-1] + 1), ylim=(1e-16, 10))
        axis.legend(loc="lower left")  # where no curve comes
        picture(
            figure,
            "What is left of a gradient, against the number of steps. The RNN's curve falls steadily; the LSTM's falls "
            "slowly for f = 0.99 and faster than the RNN's for f = 0.5.",
        )


def show_gradients(answers, scale=0.9, forget=3.0):
    """Draw how much of a gradient is left, for the vanilla RNN and for the LSTM's two paths."""
    doubts(answers, *GRADIENTS)
    with patience("The picture", answers) as answers:
        curves = decay(answers, scale, forget)
        figure, axes = canvas()
        draw_decay(decay_axes(axes), curves)
        picture(figure, f"Stretch of a gradient against steps back. {what_is_left(curves)}")


def show_sliders(answers):
    """The same picture with two sliders: how large the recurrent weights are, and how open the forget gate is."""
    doubts(answers, *GRADIENTS)
    with patience("The picture with sliders", answers) as answers:
        curves = decay(answers)
        try:
            import ipywidgets as widgets
        except ImportError:
            without_sliders(answers)
            return
        from IPython.display import display

        frames = Frames()
        width = widgets.Layout(width=f"{PAGE_DOTS_PER_INCH * frames.width / POINTS_PER_INCH:.0f}px", max_width="100%")
        image, words = widgets.Image(format="svg+xml", layout=width), widgets.HTML(layout=width)
        wide = {"style": {"description_width": "9rem"}, "layout": widgets.Layout(width="30rem", max_width="100%")}
        scale = widgets.FloatSlider(0.9, min=0.1, max=2.0, step=0.05, description="size of the weights", **wide)
        forget = widgets.FloatSlider(3.0, min=-2.0, max=6.0, step=0.25, description="forget bias", **wide)

        def redraw(curves):
            image.value, words.value = frames.svg(curves), html.escape(what_is_left(curves))

        def moved(_):
            try:
                redraw(decay(answers, scale.value, forget.value))
            except Exception as error:
                words.value = html.escape(trouble("The picture", error, answers))

        redraw(curves)
        scale.observe(moved, "value")
        forget.observe(moved, "value")
        display(widgets.VBox([scale, forget, words, image]))


def without_sliders(answers):
    say("Sliders need ipywidgets (`%pip install ipywidgets`). Here are other settings instead; try your own, as in")
    for scale, forget in SETTINGS:
        say(f"payoff.show_gradients(globals(), scale={scale}, forget={forget})")
        show_gradients(answers, scale, forget)


def what_is_left(curves):
    left = {name: f"{curves[curve][-1]:.1g}" for name, curve in (("vanilla RNN", "rnn"), ("LSTM", "both"))}
    return f"Left after {T} steps: {' and '.join(f'{value} in the {name}' for name, value in left.items())}."


def decay_axes(axes):
    """Label two axes and give them empty lines: {curve: its lines}."""
    left, right = axes
    rnn = left.plot([], [], color=RNN, label="vanilla RNN")
    lstm = left.plot([], [], color=LSTM, linestyle="--", label="LSTM")
    both = right.plot([], [], color=NEUTRAL, linestyle="--", label="both paths")
    cell = right.plot([], [], color=LSTM, label="cell path alone")
    hidden = right.plot([], [], color=HIDDEN, linestyle="-.", label="hidden path alone")
    gates = right.plot([], [], "o", color=LSTM, fillstyle="none", markevery=(2, 4), label="product of forget gates")
    left.set(title="What is left of a gradient", ylabel="largest stretch")
    right.set_title("The LSTM's two paths")
    for axis in axes:
        axis.set(xlabel="steps back", xlim=(0, T + 1), ylim=(1e-12, 1e4), yscale="log")
        axis.legend(loc="upper right", ncols=2, fontsize=8)  # where no curve comes
    return {"rnn": rnn, "both": lstm + both, "cell": cell, "hidden": hidden, "forget gates": gates}


def draw_decay(lines, curves):
    for name, curve in curves.items():
        for line in lines[name]:
            line.set_data(np.arange(1, T + 1), floored(curve))


def floored(values):
    """Values for a logarithmic axis: what is 0, or too small for it, lies below."""
    return np.maximum(values, 1e-30)


class Frames:
    """The picture for one set of curves after another: the axes are drawn once, and only the lines anew, as SVG."""

    def __init__(self):
        figure, axes = canvas()
        from matplotlib import rc_context

        self.lines, text = decay_axes(axes), io.StringIO()
        with rc_context({"svg.fonttype": "none"}):
            figure.savefig(text, format="svg")
        self.empty = text.getvalue().rpartition("</svg>")[0]
        self.width, self.height = figure.get_figwidth() * POINTS_PER_INCH, figure.get_figheight() * POINTS_PER_INCH
        self.scale = POINTS_PER_INCH / figure.dpi

    def svg(self, curves):
        """The picture as the bytes of an SVG file."""
        steps = np.arange(1, T + 1)
        shapes = []
        for name, curve in curves.items():
            for line in self.lines[name]:
                places = self.scale * line.axes.transData.transform(np.column_stack([steps, floored(curve)]))
                x, y, width, height = self.scale * np.array(line.axes.bbox.bounds)
                places = places * (1, -1) + (-x, y + height)  # from the upper left corner of the axes, as in SVG
                shapes.append(
                    f'<svg x="{x:.1f}" y="{self.height - y - height:.1f}" width="{width:.1f}" height="{height:.1f}">'
                    f"{in_svg(line, places)}</svg>"
                )
        return f"{self.empty}{''.join(shapes)}</svg>".encode()


def in_svg(line, places):
    """A line of matplotlib's as SVG, through other places: (T, 2), in points."""
    pen = f'fill="none" stroke="{line.get_color()}" stroke-width="{line.get_linewidth()}"'
    if line.get_linestyle() == "None":
        first, every = line.get_markevery()
        return "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" {pen}/>' for x, y in places[first::every])
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in np.clip(places, -1e4, 1e4))
    return f'<polyline points="{points}" {pen} stroke-dasharray="{DASHES[line.get_linestyle()]}"/>'


# --- the memory task --------------------------------------------------------------------------------------------------


def draw_memory(results, axes):
    left, right = axes
    for kind, (colour, line) in PENS.items():
        if kind.name in results:
            found, pen = results[kind.name], {"color": colour, "linestyle": line}
            left.plot(found[max(found)][0], label=kind.name, **pen)
            right.plot(list(found), [100 * share for _, share in found.values()], marker="o", **pen)
    left.axhline(np.log(2), color=NEUTRAL, linestyle=":", label="guessing")
    left.set(title=f"Learning to remember for {LONG} steps", xlabel="update", ylabel="loss", ylim=(0, None))
    left.legend(fontsize=8)
    right.axhline(50, color=NEUTRAL, linestyle=":")
    right.set(title="After training", xlabel="steps to remember for", ylabel="right answers, %", ylim=(0, 105))


def show_memory(answers, forget=FORGET):
    """Train both networks, with the notebook's own backward functions, to recall a symbol after a wait.

    A third, the control, is an LSTM whose weights get no gradient.

    forget: the bias that the LSTM's forget gates start with.
    """
    doubts(answers, *MEMORY)
    kinds = []
    for kind in KINDS:
        with patience(f"The {kind.name}'s training", answers) as names:
            learner = kind(names, np.random.default_rng(0))
            xs, _ = sequence(np.random.default_rng(0), 2)
            learner.score(xs)
            learner.gradients(xs, 1.0)
            kinds.append(kind)
    if kinds:
        lags, updates = demonstrations.LAGS, demonstrations.UPDATES
        with patience("The training", answers) as names, progress(len(kinds) * len(lags) * updates) as step:
            figure, axes = canvas()
            results = memory(names, kinds, lags, step=step, forget=forget)
            draw_memory(results, axes)
            right = "; ".join(f"{name} {100 * found[LONG][1]:.0f} %" for name, found in results.items())
            picture(figure, f"Loss while learning, and right answers by wait. After a wait of {LONG} steps: {right}.")


@contextlib.contextmanager
def progress(total):
    """A bar in a notebook, nothing elsewhere; yields a function that counts one on."""
    if not in_a_notebook():
        yield lambda: None
        return
    from IPython.display import HTML, display

    def bar(done):
        share = 100 * done // total
        return HTML(f'<label>training <progress max="100" value="{share}"></progress> {share} %</label>')

    shown, done = display(bar(0), display_id=True), 0

    def step():
        nonlocal done
        done += 1
        if done % max(1, total // REPORTS) == 0 or done == total:
            shown.update(bar(done))

    yield step


# --- what they share --------------------------------------------------------------------------------------------------


class Answers(dict):
    """The notebook's names. `last` is the answer that was asked for last; a missing one is a NameError, as there."""

    last = None

    def __getitem__(self, name):
        if name not in self:
            raise NameError(f"name {name!r} is not defined")
        self.last = name
        return super().__getitem__(name)


@contextlib.contextmanager
def patience(what, answers):
    """Yields the notebook's names; a stub, a missing name or an error in an answer becomes one sentence."""
    answers = Answers(answers)
    try:
        yield answers
    except Exception as error:
        say(trouble(what, error, answers))


def trouble(what, error, answers):
    """What is in the way of a picture, and which answer it comes from."""
    if isinstance(error, NotImplementedError):
        return f"{what} appears when {error} is done."
    if isinstance(error, NameError) and str(error).endswith("is not defined") and not blamed(error):
        return f"{what} cannot be made yet: {error}. Run the cells above, from the top."
    if isinstance(error, ImportError) and str(error.name).split(".")[0] in ("matplotlib", "PIL"):
        return f"{what} {NEEDS_MATPLOTLIB}"
    function, kind = blamed(error), f"{type(error).__name__}: {str(error)[:200].rstrip('.')}"
    if function:
        found = f"{function} stopped with {kind}{line_of(error)}"
    else:
        function = answers.last
        found = f"what {function} returned does not fit ({kind})."
    question = next((question for question, name in FUNCTIONS.items() if name == function), None)
    return f"{what} could not be made: {found} Does the check of {question} pass?"


def blamed(error):
    """The answer in which an exception was raised, or None where that happened outside of all answers."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    names = [frame.f_code.co_qualname.split(".")[0] for frame in frames]
    return next((name for name in reversed(names) if name in FUNCTIONS.values()), None)


def doubts(answers, *names):
    """Say of which answers, of these that a picture is drawn from, the public check does not pass."""
    for question, name in FUNCTIONS.items():
        if name in names and name in answers and not passes(question, answers[name]):
            short = question.partition("_")[0]
            say(f"{short}'s check does not pass: what follows is drawn with it all the same.")
