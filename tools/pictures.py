"""Draw the still pictures of q8 from the reference solution. Run as a module from the root: `make pictures`."""

import io

import matplotlib
from matplotlib.figure import Figure

import demonstrations
import payoff
from tools.answers import ROOT, solved

FIGURES = ROOT / "assignment" / "figures"
SETTINGS = {"svg.hashsalt": "payoff", "svg.fonttype": "path"}


GRADIENTS = (
    "What is left of a gradient, against steps back",
    "Two plots with logarithmic axes, over 40 steps back. Left: the vanilla RNN's curve falls steadily, the LSTM's "
    "stays near 1. Right, for the LSTM: the hidden path alone falls fastest, the cell path alone falls to a sixth and "
    "carries the products of the forget gates, both together stay near 1.",
)
MEMORY = (
    "Learning to remember",
    "Left: the loss over 80 updates for a wait of 40 steps; the vanilla RNN and the control stay near the level of "
    "guessing, the LSTM falls to nearly 0. Right: after training, the LSTM answers nearly all questions right at every "
    "wait from 2 to 40 steps; the vanilla RNN does so up to a wait of 10 steps and guesses at 20 and 40; the control, "
    "an LSTM whose own gradient is set to 0, falls to about 60 %.",
)
NOTHING = dict.fromkeys(("Date", "Creator", "Format", "Type"))


def save(figure: Figure, name: str, title: str, description: str) -> None:
    """Write a figure as SVG that says what it is to those who do not see it."""
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata=NOTHING)
    words = f' <title id="{name}-title">{title}</title>\n <desc id="{name}-desc">{description}</desc>'
    head, end, rest = text.getvalue().partition(' version="1.1">\n')
    role = f' role="img" aria-labelledby="{name}-title {name}-desc"'
    (FIGURES / f"{name}.svg").write_text(f"{head}{role}{end}{words}\n{rest}", encoding="utf-8")


def main() -> None:
    matplotlib.use("agg")
    with matplotlib.rc_context(SETTINGS):
        answers = solved()
        figure, axes = payoff.canvas()
        payoff.draw_decay(payoff.decay_axes(axes), demonstrations.decay(answers))
        save(figure, "payoff_gradients", *GRADIENTS)
        figure, axes = payoff.canvas()
        payoff.draw_memory(demonstrations.memory(answers), axes)
        save(figure, "payoff_memory", *MEMORY)


if __name__ == "__main__":
    main()
