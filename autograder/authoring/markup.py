"""What a renderer makes of the prose in a master: tags and dollars that close, links that lead somewhere, numbers that
something has.

It reads the prose as Jupyter does: mathematics first, then CommonMark. This module must never run the master's code.
"""

import functools
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

VOID = {"br", "col", "hr", "img", "input", "wbr"}
MAY_STAY_OPEN = {"dd", "dt", "li", "p", "td", "th", "tr"}
FOLDED, LABEL = "details", "summary"
FENCE = r"^(?P<fence> {0,3}(?:`{3,}|~{3,}))[^\n]*\n.*?^(?P=fence)[^\n]*$"
KEPT = FENCE + r"|(?P<tick>`+)(?!`).+?(?<!`)(?P=tick)(?!`)|\\\$"
DISPLAY = r"\$\$(?!\$)(?:\\text\{[^}]*\}|[^$])+\$\$(?!\$)"
INLINE = r"\$(?!\$)(?:(?!\n\s*\n)[^$])+?\$"
MATHEMATICS = rf"{DISPLAY}|{INLINE}|\\begin\{{(?P<name>\w+\*?)\}}.*?\\end\{{(?P=name)\}}"
PARTS = re.compile(f"(?P<kept>{KEPT})|{MATHEMATICS}", re.DOTALL | re.MULTILINE)
OPEN = re.compile(r"(?<!\\)\$|\\(?:begin|end)\{\w+\*?\}|\b[Ee]quations? \(\s*\)")
EMPTY_TAG = re.compile(r"\\tag\{\s*\}")
RAW_LINK = re.compile(r"\]\s?\(|\]\s?#|\(#[\w.-]*[A-Za-z]|!\[|\[[^\[\]]*$|^[^\[\]]*\]")
MASK = "MATHEMATICS"  # in the place of a formula, which may look like anything
RAW_MARKUP = re.compile(rf"`|\*\*|\]\(|{MASK}")
TAG = re.compile(r"<!--.*?-->|<[^>]*>", re.DOTALL)


class Place(NamedTuple):
    """Something that a text holds. line: where, counted from 0."""

    line: int
    what: str


class Prose:
    """A text in Markdown, read once.

    headings: of each, what a link to it says after the #. words: of each heading, its text. flaws: what would be shown
    as it stands, or swallows what comes after it.
    """

    def __init__(self, text: str) -> None:
        self.headings: list[Place] = []
        self.words: list[Place] = []
        self.links: list[Place] = []
        masked, self.formulas = mask(text)
        self.flaws = [*open_formulas(masked)]
        self.flaws += [Place(text.count("\n", 0, tag.start()), "an empty \\tag") for tag in EMPTY_TAG.finditer(text)]
        tags, tokens = Tags(), reader().parse(masked)
        for before, token in zip([None, *tokens], tokens, strict=False):
            line = token.map[0] if token.map else 0
            if token.type == "inline":
                if before and before.type == "heading_open":
                    self.words.append(Place(line, words(token)))
                    self.headings.append(Place(line, words(token).replace(" ", "-")))
                self._read(token, line, tags)
            elif token.type == "html_block":
                tags.read(token.content, line)
                if RAW_MARKUP.search(TAG.sub("", token.content)):
                    what = "Markdown beside HTML is shown as it stands: leave an empty line between them"
                    self.flaws.append(Place(line, what))
            elif token.type == "fence" and not is_closed(token, masked):
                self.flaws.append(Place(line, f"a line with {token.markup} opens code that is never closed"))
        tags.end()
        self.links += tags.targets
        self.flaws += tags.flaws

    def _read(self, token: Token, line: int, tags: "Tags") -> None:
        """What stands in a paragraph, a heading or a table's cell."""
        for child in token.children or []:
            if child.type == "link_open":
                self.links.append(Place(line, str(child.attrs["href"])))
            elif child.type == "image":
                self.links.append(Place(line, str(child.attrs["src"])))
            elif child.type == "html_inline":
                tags.read(child.content, line)
            elif child.type in ("softbreak", "hardbreak"):
                line += 1
            elif child.type == "text" and (found := RAW_LINK.search(child.content)):
                around = child.content[max(0, found.start() - 30) : found.end() + 20].strip()
                self.flaws.append(Place(line, f"a link that is none, since it is not [words](target): {around}"))


class Tags(HTMLParser):
    """The HTML among the prose of one text, tag by tag."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, int]] = []
        self.flaws: list[Place] = []
        self.targets: list[Place] = []
        self.line = 0
        self.labelled = False  # whether the innermost folded part has a label

    def read(self, markup: str, line: int) -> None:
        self.line = line - self.getpos()[0] + 1
        self.feed(markup)

    @property
    def here(self) -> int:
        return self.line + self.getpos()[0] - 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.targets += [Place(self.here, value) for name, value in attrs if name in ("href", "src") and value]
        if tag == LABEL and (not self.open or self.open[-1][0] != FOLDED or self.labelled):
            self.flaws.append(Place(self.here, "<summary> belongs at the start of a <details>, once"))
        if self.open and self.open[-1][0] == FOLDED and not self.labelled and tag != LABEL:
            self.flaws.append(Place(self.open[-1][1], "<details> without a <summary> at its start"))
        self.labelled = tag != FOLDED and self.labelled or tag == LABEL
        if tag not in VOID:
            self.open.append((tag, self.here))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open[-1][0] in MAY_STAY_OPEN and self.open[-1][0] != tag:
            self.open.pop()
        if not self.open or self.open[-1][0] != tag:
            self.flaws.append(Place(self.here, f"</{tag}> closes nothing that is open"))
            return
        if tag == FOLDED and not self.labelled:
            self.flaws.append(Place(self.open[-1][1], "<details> without a <summary> at its start"))
        self.open.pop()

    def end(self) -> None:
        self.close()
        self.flaws += [
            Place(line, f"<{tag}> is never closed: what comes after it is swallowed")
            for tag, line in self.open
            if tag not in MAY_STAY_OPEN
        ]


@functools.cache
def reader() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")


def mask(text: str) -> tuple[str, list[str]]:
    """A text with a word in the place of each formula, as many lines as before; and the formulas."""
    formulas: list[str] = []

    def masked(match: re.Match[str]) -> str:
        if match["kept"]:
            return match[0]
        formulas.append(match[0])
        return MASK + "\n" * match[0].count("\n")

    return PARTS.sub(masked, text), formulas


def open_formulas(masked: str) -> Iterator[Place]:
    """What is left of formulas where these are masked, and is no code."""
    without_code = PARTS.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), masked)
    for found in OPEN.finditer(without_code):
        what = "has no partner in its paragraph; for the sign itself, write \\$" if found[0] == "$" else "stands alone"
        yield Place(without_code[: found.start()].count("\n"), f"`{found[0]}` {what}")


def is_closed(token: Token, text: str) -> bool:
    """Whether a fence ends before its text does."""
    first, end = token.map or (0, 0)
    last = text.split("\n")[end - 1].strip()
    return end - first > 1 and last.startswith(token.markup) and set(last) == set(token.markup)


def words(token: Token) -> str:
    return "".join(child.content for child in token.children or [] if child.type in ("text", "code_inline"))
