"""Show a picture in the notebook, sharp on any screen, with words for those who do not see it.

Students receive this file. It must never hold an answer.
"""

import base64
import html
import io

DOTS_PER_INCH = 160  # twice what a page shows, for screens that have it
PAGE_DOTS_PER_INCH = 80
NEEDS_MATPLOTLIB = "needs matplotlib: run `%pip install matplotlib` in a cell of its own, then this one again."


def picture(figure, alt):
    """Show a matplotlib figure. alt: what there is to see, in words."""
    from IPython.display import Image, display

    width = round(figure.get_figwidth() * PAGE_DOTS_PER_INCH)
    if in_a_notebook():
        display(Image(png(figure), format="png", width=width, alt=alt))


def png(figure):
    """A matplotlib figure as the bytes of a PNG file."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    data = io.BytesIO()
    FigureCanvasAgg(figure)
    figure.savefig(data, format="png", dpi=DOTS_PER_INCH)
    return data.getvalue()


def drawing(svg, alt):
    """Show an SVG, given as text, that nothing on the page can reach or change."""
    from IPython.display import HTML, display

    if in_a_notebook():
        data = base64.b64encode(svg.encode()).decode()
        display(HTML(f'<img alt="{html.escape(alt)}" style="max-width: 100%" src="data:image/svg+xml;base64,{data}">'))


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
