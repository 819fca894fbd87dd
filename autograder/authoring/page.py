"""An executed notebook as one HTML file that needs no network: pictures inside, mathematics as native MathML.

The page must never refer to another file or server, nor hold a script.
"""

import base64
import html
import mimetypes
import re

from jinja2 import Template, pass_context
from latex2mathml.converter import convert
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments.formatters import HtmlFormatter
from traitlets import default

STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.6 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }
pre, code { font-family: ui-monospace, monospace; font-size: 0.9em; }
pre { overflow-x: auto; margin: 0; }
.input_area { background: light-dark(#f6f8fa, #1c2128); border-radius: 6px; padding: 0.6rem 0.8rem; }
.output_wrapper { border-left: 3px solid light-dark(#d0d7de, #444c56); margin: 0.4rem 0; padding: 0.2rem 0.8rem; }
.prompt { display: none; }
.cell { margin: 0.8rem 0; }
img, svg { max-width: 100%; }
.scroll { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; }
th, td { border: 1px solid light-dark(#d0d7de, #444c56); padding: 0.3rem 0.7rem; text-align: left; }
details { border: 1px solid light-dark(#d0d7de, #444c56); border-radius: 6px; }
details { margin: 0.4rem 0; padding: 0.3rem 0.8rem; }
.formula { display: flex; align-items: center; overflow-x: auto; overflow-y: hidden; }
.formula math { flex: 1; }
"""
PAGE = Template(
    """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }}</title>
<style>{{ style }}{{ light }}
@media (prefers-color-scheme: dark) {
{{ dark }}
}</style>
</head>
<body>
<main>
{{ body }}
</main>
</body>
</html>
"""
)


class UnknownMathematics(ValueError):
    """LaTeX that could not be turned into MathML."""


def mathml(latex, display="inline"):
    """MathML for a LaTeX formula without its dollars; a \\tag stands beside it."""
    tag = re.search(r"\\tag\{(.+?)\}", latex)
    formula = latex.replace(tag[0], "") if tag else latex
    try:
        markup = convert(formula.strip(), display=display)
    except Exception as problem:
        raise UnknownMathematics(f"cannot render ${latex.strip()}$: {problem!r}") from None
    left = re.search(r"\\[A-Za-z]*", markup)
    if left:
        raise UnknownMathematics(f"cannot render {left[0]} in ${latex.strip()}$")
    if display == "inline":
        return markup
    return f'<span class="formula">{markup}{f"<span>({tag[1]})</span>" if tag else ""}</span>'


class Renderer(IPythonRenderer):
    """Markdown to HTML, with formulas as MathML also inside HTML blocks such as <details>."""

    def heading(self, text, level, **attrs):
        """With the id that a notebook's own links use: its words, joined by hyphens."""
        words = re.sub(r"<[^>]+>", "", text).strip().replace(" ", "-")
        return f'<h{level} id="{html.escape(words)}">{text}</h{level}>\n'

    def block_math(self, body):
        return mathml(body, "block")

    def inline_math(self, body):
        return mathml(body)

    def latex_environment(self, name, body):
        return mathml(f"\\begin{{{name}}}{body}\\end{{{name}}}", "block")

    def block_html(self, markup):
        return super().block_html(with_mathematics(markup))


def with_mathematics(markup):
    """Turn $...$ in raw HTML into MathML, but not inside <code> or <pre>."""
    parts = re.split(r"(<code.*?</code>|<pre.*?</pre>)", markup, flags=re.DOTALL)
    for i in range(0, len(parts), 2):
        parts[i] = re.sub(r"\$([^$]+?)\$", lambda match: mathml(match[1]), parts[i])
    return "".join(parts)


class Exporter(HTMLExporter):
    """nbconvert's plain body, with our renderer for the prose."""

    @default("template_name")
    def _template_name_default(self):
        return "basic"

    @pass_context
    def markdown2html(self, context, source):
        return markdown(context["cell"])


def markdown(cell):
    """HTML for a cell's prose, wide tables in a box that scrolls; raises UnknownMathematics."""
    renderer = Renderer(escape=False, exclude_anchor_links=True, attachments=cell.get("attachments"))
    prose = MarkdownWithMath(renderer=renderer).render(cell.source)
    return prose.replace("<table>", '<div class="scroll" tabindex="0"><table>').replace("</table>", "</table></div>")


def attach_pictures(cell, folder):
    """Put the files under `folder` that a cell shows into the cell, so that it can be read anywhere."""

    def attach(match):
        file = folder / match[1]
        if not file.is_file():
            return match[0]
        encoded = base64.b64encode(file.read_bytes()).decode()
        cell.setdefault("attachments", {})[file.name] = {mimetypes.guess_type(file.name)[0]: encoded}
        return f"](attachment:{file.name})"

    cell.source = re.sub(r"\]\(([^)\s:]+)\)", attach, cell.source)


def render(notebook, title):
    """The page for an executed notebook that holds its own pictures."""
    body, _ = Exporter().from_notebook_node(notebook)
    light, dark = (HtmlFormatter(style=name).get_style_defs(".highlight") for name in ("default", "github-dark"))
    return PAGE.render(title=title, style=STYLE, light=light, dark=dark, body=body)
