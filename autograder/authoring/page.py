"""An executed notebook as one HTML file that needs no network: pictures inside, mathematics as native MathML.

The page must never refer to another file or server, nor hold a script.
"""

import base64
import html
import mimetypes
import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, pass_context
from jinja2.runtime import Context
from latex2mathml.converter import convert
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from pygments.formatters import HtmlFormatter
from traitlets import default

from autograder.errors import MathError

PAGES = Environment(loader=PackageLoader("autograder.authoring"), autoescape=False)


def mathml(latex: str, display: str = "inline") -> str:
    """MathML for a LaTeX formula without its dollars; a \\tag stands beside it. Raises MathError."""
    tag = re.search(r"\\tag\{(.+?)\}", latex)
    formula = latex.replace(tag[0], "") if tag else latex
    try:
        markup = convert(formula.strip(), display=display)
    except Exception as problem:
        raise MathError(f"cannot render ${latex.strip()}$: {problem!r}") from None
    left = re.search(r"\\[A-Za-z]*", markup)
    if left:
        raise MathError(f"cannot render {left[0]} in ${latex.strip()}$")
    if display == "inline":
        return markup
    return f'<span class="formula">{markup}{f"<span>({tag[1]})</span>" if tag else ""}</span>'


class Renderer(IPythonRenderer):
    """Markdown to HTML, with formulas as MathML also inside HTML blocks such as <details>."""

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        """With the id that a notebook's own links use: its words, joined by hyphens."""
        words = re.sub(r"<[^>]+>", "", text).strip().replace(" ", "-")
        return f'<h{level} id="{html.escape(words)}">{text}</h{level}>\n'

    def block_math(self, body: str) -> str:
        return mathml(body, "block")

    def inline_math(self, body: str) -> str:
        return mathml(body)

    def latex_environment(self, name: str, body: str) -> str:
        return mathml(f"\\begin{{{name}}}{body}\\end{{{name}}}", "block")

    def block_html(self, markup: str) -> str:
        return super().block_html(with_mathematics(markup))


def with_mathematics(markup: str) -> str:
    """Turn $...$ in raw HTML into MathML, but not inside <code> or <pre>."""
    parts = re.split(r"(<code.*?</code>|<pre.*?</pre>)", markup, flags=re.DOTALL)
    for i in range(0, len(parts), 2):
        parts[i] = re.sub(r"\$([^$]+?)\$", lambda match: mathml(match[1]), parts[i])
    return "".join(parts)


class Exporter(HTMLExporter):
    """nbconvert's plain body, with our renderer for the prose."""

    @default("template_name")
    def _template_name_default(self) -> str:
        return "basic"

    @pass_context
    def markdown2html(self, context: Context, source: str) -> str:
        return markdown(context["cell"])


def markdown(cell: NotebookNode) -> str:
    """HTML for a cell's prose, wide tables in a box that scrolls; raises MathError."""
    renderer = Renderer(escape=False, exclude_anchor_links=True, attachments=cell.get("attachments"))
    prose: str = MarkdownWithMath(renderer=renderer).render(cell.source)
    return prose.replace("<table>", '<div class="scroll" tabindex="0"><table>').replace("</table>", "</table></div>")


def attach_pictures(cell: NotebookNode, folder: Path) -> None:
    """Put the files under `folder` that a cell shows into the cell, so that it can be read anywhere."""

    def attach(match: re.Match[str]) -> str:
        file = folder / match[1]
        if not file.is_file():
            return match[0]
        encoded = base64.b64encode(file.read_bytes()).decode()
        cell.setdefault("attachments", {})[file.name] = {mimetypes.guess_type(file.name)[0]: encoded}
        return f"](attachment:{file.name})"

    cell.source = re.sub(r"\]\(([^)\s:]+)\)", attach, cell.source)


def render(notebook: NotebookNode, title: str) -> str:
    """The page for an executed notebook that holds its own pictures."""
    body, _ = Exporter().from_notebook_node(notebook)  # type: ignore[no-untyped-call]
    light, dark = (highlighting(style) for style in ("default", "github-dark"))
    page = PAGES.get_template("page.html").render(title=html.escape(title), light=light, dark=dark, body=body)
    return page + "\n"


def highlighting(style: str) -> str:
    """The CSS of a style of Pygments for code."""
    css: str = HtmlFormatter(style=style).get_style_defs(".highlight")  # type: ignore[no-untyped-call]
    return css
