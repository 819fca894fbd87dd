"""A student's notebook to the written answers in it, as harmless HTML.

An answer is whatever stands between a question's heading and the next question: markdown, code, pictures, and what was
typed into the heading's own cell. What cannot be read is no answer; nothing here can fail on what a student wrote.
"""

import base64
import contextlib
import functools
import html
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin

from autograder.classroom.sanitizer import sanitized
from autograder.grading.cells import Notebook, assignment_of
from autograder.grading.intake import Submission
from autograder.grading.text import whole
from autograder.grading.written import WrittenQuestion

PLACEHOLDER = "_Type your answer here, replacing this text._"
BEGIN, END = re.compile(r"<!-- *BEGIN QUESTION *-->"), re.compile(r"<!-- *END QUESTION *-->")
MAX_TEXT, MAX_FORMULA = 20_000, 2_000  # characters of an answer's markdown, and of one formula
SHORT, KEPT_FORMULAS = 500, 1000  # characters of a formula that is kept, and how many are
MAX_PICTURES = 6 << 20  # characters of an answer's pictures together
KINDS = {b"\x89PNG": "png", b"\xff\xd8\xff": "jpeg", b"GIF8": "gif", b"RIFF": "webp"}
CUT = "\n\n*(Only the beginning of this answer is shown.)*"


class Prose(msgspec.Struct):
    """Of a notebook's cell, what an answer can consist of. attachments: {name: {kind: base64}}."""

    cell_type: str = ""
    source: str | list[str] = ""
    attachments: dict[str, dict[str, str]] = {}

    @property
    def text(self) -> str:
        return whole(self.source if isinstance(self.source, str) else "".join(self.source))


def written_answers(submission: Submission, questions: Sequence[WrittenQuestion]) -> dict[str, str]:
    """{question: HTML}, "" where nothing was written."""
    parts: dict[str, list[str]] = {question.name: [] for question in questions}
    pictures = {name: uri for name, data in submission.files.items() if (uri := picture(data))}
    for name, cell, text in answering(prose_cells(submission.notebook), questions):
        if cell.cell_type == "code":
            text = f"```python\n{text}\n```"
        parts[name].append(text)
        for title, kinds in cell.attachments.items():
            pictures[f"attachment:{title}"] = next((uri for raw in kinds.values() if (uri := encoded_picture(raw))), "")
    return {name: rendered("\n\n".join(texts), pictures) if any(texts) else "" for name, texts in parts.items()}


def is_foreign(submission: Submission, questions: Sequence[str], asked: Sequence[str]) -> bool:
    """Whether a notebook has nothing of the assignment: neither its name, nor a question's, nor in its code any of the
    names that the tests ask for, without which it could win no point.
    """
    text = submission.notebook
    if not text or any(name in text for name in questions) or assignment_of(text):
        return False
    word = re.compile(rf"\b({'|'.join(map(re.escape, asked))})\b")
    return not any(word.search(cell) for cell in submission.cells)


def prose_cells(text: str) -> Iterator[Prose]:
    try:
        cells = msgspec.json.decode(text or "{}", type=Notebook).cells
        raws = msgspec.json.decode(cells, type=list[msgspec.Raw])
        with contextlib.suppress(msgspec.MsgspecError, ValueError):
            yield from msgspec.json.decode(cells, type=list[Prose])
            return
    except (msgspec.MsgspecError, ValueError, RecursionError, TypeError):
        return
    for raw in raws:  # one of them is not as it should be: it is left out
        try:
            yield msgspec.json.decode(raw, type=Prose)
        except (msgspec.MsgspecError, ValueError):
            continue


def answering(cells: Iterator[Prose], questions: Sequence[WrittenQuestion]) -> Iterator[tuple[str, Prose, str]]:
    """(question, cell, text) of all that was written below a question's heading, or into it."""
    known = {question.name: question for question in questions}
    heading = re.compile(rf"^#+ +({'|'.join(map(re.escape, known))})\b", re.MULTILINE) if known else None
    current: WrittenQuestion | None = None
    for cell in cells:
        text = cell.text
        begins = heading.search(text) if heading and cell.cell_type == "markdown" else None
        if begins:
            current = known[begins[1]]
            given = {line.strip() for line in current.prompt.split("\n")}
            text = "\n".join(line for line in BEGIN.sub("", text).split("\n") if line.strip() not in given)
        elif cell.cell_type == "markdown" and BEGIN.search(text):
            current = None
        if current is None:
            continue
        before, *ended = END.split(text, maxsplit=1) if cell.cell_type == "markdown" else [text]
        if (answer := before.replace(PLACEHOLDER, "").strip()) and cell.cell_type in ("markdown", "code", "raw"):
            yield current.name, cell, answer
        if ended:
            current = None


def rendered(text: str, pictures: Mapping[str, str]) -> str:
    """An answer's markdown as harmless HTML."""
    if len(text) > MAX_TEXT:
        text = text[:MAX_TEXT] + CUT
    left, used = MAX_PICTURES, dict[str, str]()
    for name, uri in pictures.items():
        if name in text and len(uri) <= left:
            used[name] = uri
            left -= len(uri)
    try:
        markup: str = MARKDOWN.render(text)
    except Exception:  # whatever a renderer makes of what a student wrote
        markup = f"<pre>{html.escape(text)}</pre>"
    return sanitized(markup, used).strip()


def formula(latex: str, display: bool) -> str:
    """MathML, or the source where that cannot be made. Short ones are made once: a class writes them over and over."""
    if len(latex) > MAX_FORMULA:
        return source_of(latex)
    return short_formula(latex, display) if len(latex) <= SHORT else mathml(latex, display)


def source_of(latex: str) -> str:
    return f"<code>{html.escape(latex)}</code>"


def mathml(latex: str, display: bool) -> str:
    try:
        markup: str = convert(
            re.sub(r"\\tag\{.*?\}|\\label\{.*?\}", "", latex), display="block" if display else "inline"
        )
        if re.search(r"\\[A-Za-z]", markup):
            raise ValueError
        return markup
    except (Exception, RecursionError):
        return source_of(latex)


short_formula = functools.lru_cache(KEPT_FORMULAS)(mathml)


def inline_or_block(latex: str, options: dict[str, Any]) -> str:
    return formula(latex, bool(options.get("display_mode")))


MARKDOWN = (
    MarkdownIt("commonmark")
    .enable(["table", "strikethrough"])
    .use(dollarmath_plugin, double_inline=True, allow_labels=False, allow_digits=False, renderer=inline_or_block)
    .use(amsmath_plugin, renderer=lambda latex: formula(latex, True))
)


def encoded_picture(raw: str) -> str:
    try:
        return picture(base64.b64decode(raw, validate=False))
    except ValueError:
        return ""


def picture(data: bytes) -> str:
    """A picture's data URI; "" for bytes of another kind."""
    kind = next((kind for start, kind in KINDS.items() if data.startswith(start)), "")
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}" if kind else ""
