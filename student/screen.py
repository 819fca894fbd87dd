"""Show a picture in the notebook, sharp on any screen, with words for those who do not see it.

Students receive this file. It must never hold an answer.
"""

import base64
import html
import io

DOTS_PER_INCH = 160  # twice what a page shows, for screens that have it
PAGE_DOTS_PER_INCH = 80
PANEL, EDGE, CORNER = "#FAFAF7", "#CCCCCC", 0.12  # behind a picture, as in figures 1 to 6; the corner in inches
NEEDS_MATPLOTLIB = "needs matplotlib: run `%pip install matplotlib` in a cell of its own, then this one again."


def say(text):
    """Show a sentence, broken between words and not within them."""
    if not in_a_notebook():
        print(text)
        return
    from IPython.display import HTML, display

    display(HTML(f'<div style="max-width: 50em; margin: 0.5em 0">{html.escape(text)}</div>'))


def panel(width, height, rows=1, columns=1, **settings):
    """A figure of this size in inches and its axes, on a light panel that is legible on a dark page too."""
    from matplotlib.figure import Figure
    from matplotlib.patches import FancyBboxPatch

    figure = Figure(figsize=(width, height), layout="constrained")
    line = 0.5 / PAGE_DOTS_PER_INCH  # half of the edge's width, which would be cut off
    figure.patch = FancyBboxPatch(
        (line, line),
        width - 2 * line,
        height - 2 * line,
        boxstyle=f"round,pad=0,rounding_size={CORNER}",
        transform=figure.dpi_scale_trans,
        facecolor=PANEL,
        edgecolor=EDGE,
    )
    return figure, figure.subplots(rows, columns, subplot_kw={"facecolor": PANEL}, **settings)


def picture(figure, alt):
    """Show a matplotlib figure. alt: what there is to see, in words."""
    if in_a_notebook():
        image(png(figure), "png", round(figure.get_figwidth() * PAGE_DOTS_PER_INCH), alt)


def png(figure):
    """A matplotlib figure as the bytes of a PNG file."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    data = io.BytesIO()
    FigureCanvasAgg(figure)
    figure.savefig(data, format="png", dpi=DOTS_PER_INCH)
    return data.getvalue()


def drawing(svg, alt):
    """Show an SVG, given as text, that nothing on the page can reach or change."""
    if in_a_notebook():
        image(svg.encode(), "svg+xml", None, alt)


def image(data, kind, width, alt):
    """Show the bytes of an image as HTML: of an image by itself, JupyterLab does not read the words to anyone."""
    from IPython.display import HTML, display

    source = f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
    size = f'width="{width}"' if width else ""
    display(HTML(f'<img alt="{html.escape(alt)}" {size} style="max-width: 100%" src="{source}">'))


def formula(latex):
    """Show a formula, given as LaTeX."""
    from IPython.display import Math, display

    if in_a_notebook():
        display(Math(latex))


def in_a_notebook():
    """Whether there is a page to show something on; in a terminal, a picture would be a line about an object."""
    from IPython import get_ipython

    shell = get_ipython()
    return shell is not None and type(shell).__name__ != "TerminalInteractiveShell"
