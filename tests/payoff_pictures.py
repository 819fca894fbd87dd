"""Draw the still pictures of q8 from the reference solution. Run as a module from the root: `make pictures`."""

import matplotlib

import payoff
from tests.matrix import MASTER, solved

FIGURES = MASTER.parent / "figures"
SETTINGS = {
    "svg.hashsalt": "payoff",
    "svg.fonttype": "path",
    "axes.facecolor": "#FAFAF7",
    "savefig.facecolor": "#FAFAF7",
}


def main():
    matplotlib.use("agg")
    with matplotlib.rc_context(SETTINGS):
        answers = solved()
        figure, axes = payoff.canvas()
        payoff.draw_decay(payoff.decay_axes(axes), payoff.decay(answers))
        figure.savefig(FIGURES / "payoff_gradients.svg", metadata={"Date": None})
        figure, axes = payoff.canvas()
        payoff.draw_memory(payoff.memory(answers), axes)
        figure.savefig(FIGURES / "payoff_memory.svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
