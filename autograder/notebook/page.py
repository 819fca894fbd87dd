"""What the notebook shows, twice: as text for terminals, and as HTML that reads well in light and dark, and aloud.

Colour is never the only sign, and never that of running text: that keeps the colour of the page it stands on. Nothing
here may hold a script, or need a font.
"""

import html
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass

WIDTH = 88
GOOD, BAD, OPEN = "#1f9d55", "#d9463b", "#8a8a8a"  # each stands out on white and on black
COLOURS = {True: GOOD, False: BAD, None: OPEN}
MARKS = {True: "✓", False: "✗", None: "○"}
BLOCK = "margin:0.4em 0;padding:0.2em 0 0.2em 0.8em;border-left:4px solid {};max-width:52em;line-height:1.45"
MESSAGE = "margin:0.2em 0 0.6em 1.4em;white-space:pre-wrap;overflow-wrap:break-word"
CELL = "padding:0.15em 0.9em 0.15em 0;text-align:{};vertical-align:top;background:transparent;white-space:normal"


class Shown:
    """Something with a text and an HTML form; notebooks take the second, terminals the first."""

    def text(self) -> str:
        raise NotImplementedError

    def html(self) -> str:
        raise NotImplementedError

    def __repr__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        return self.html()


@dataclass(repr=False)
class Notice(Shown):
    """One thing that a person should know or do. sign: whether it is good news; None where it is neither."""

    line: str
    sign: bool | None = False

    def text(self) -> str:
        return wrapped(self.line)

    def html(self) -> str:
        return block(COLOURS[self.sign], f"<span>{escaped(self.line)}</span>")


def sign(passed: bool | None, words: str) -> str:
    """A mark and its words, as text; None stands for what is still open."""
    return f"{MARKS[passed]} {words}"


def coloured_sign(passed: bool | None, words: str) -> str:
    """The same in HTML: the mark coloured, the words for those who do not see it."""
    style = f"color:{COLOURS[passed]};font-weight:bold"
    return f'<span aria-hidden="true" style="{style}">{MARKS[passed]}</span> {escaped(words)}'


def points(number: float, unit: bool = True) -> str:
    """A number of points as people write it."""
    text = f"{round(number, 2):g}"
    return text if not unit else f"{text} point" if number == 1 else f"{text} points"


def wrapped(text: str, indent: str = "") -> str:
    """A text broken between words, never inside one; lines of its own stay lines."""
    options = {"width": WIDTH, "initial_indent": indent, "subsequent_indent": indent}
    lines = [
        textwrap.fill(line, break_long_words=False, break_on_hyphens=False, **options)  # type: ignore[arg-type]
        for line in text.split("\n")
    ]
    return "\n".join(lines)


def escaped(text: str) -> str:
    return html.escape(text, quote=True)


def breakable(name: str) -> str:
    """A question's name, which a narrow page may break after each of its words."""
    return escaped(name).replace("_", "_<wbr>")


def block(colour: str, *parts: str) -> str:
    """Parts of a result, with a bar of one colour beside them."""
    return f'<div style="{BLOCK.format(colour)}">{"".join(parts)}</div>'


def attention(lines: Iterable[str]) -> str:
    """What must not be overlooked, a line each."""
    return "".join(f"<div><strong>Attention:</strong> {escaped(line)}</div>" for line in lines)


def message(text: str) -> str:
    return f'<div style="{MESSAGE}">{escaped(text)}</div>'


def row(cells: Iterable[str], kind: str = "td", numbers: Iterable[int] = ()) -> str:
    """A row of a table whose first cell names it. numbers: the columns that are aligned on the right."""
    made, right = [], set(numbers)
    for column, cell in enumerate(cells):
        tag = "th" if kind == "th" or column == 0 else "td"
        scope = f' scope="{"col" if kind == "th" else "row"}"' if tag == "th" else ""
        style = CELL.format("right" if column in right else "left")
        made.append(f'<{tag}{scope} style="{style}">{cell}</{tag}>')
    return f"<tr>{''.join(made)}</tr>"
