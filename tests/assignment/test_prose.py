"""The notebook's prose and figures, as renderers take them: VS Code's is markdown-it, JupyterLite's reads Latin-1."""

import re

import nbformat
import pytest
from defusedxml import ElementTree
from markdown_it import MarkdownIt

from derivation import PARTIALS
from tools.answers import ROOT

FIGURES = sorted((ROOT / "assignment" / "figures").iterdir())
BOOKS = {name: nbformat.read(ROOT / name / "rnn_lstm.ipynb", as_version=4) for name in ("student", "solutions")}
TEXTS = [cell.source for book in BOOKS.values() for cell in book.cells if cell.cell_type == "markdown"]
DETAILS = [text for text in TEXTS if "<details" in text]
TAGS = re.compile(
    r"\s*(<details>\s*(<summary>[^\n]*</summary>)?|<summary>[^\n]*</summary>|</details>|<!--.*?-->|<img [^<>]*>)\s*"
)


def raw(text):
    """What a renderer shows as it stands, since it takes it for HTML."""
    return [token.content for token in MarkdownIt("commonmark").parse(text) if token.type == "html_block"]


@pytest.mark.parametrize("text", DETAILS, ids=lambda text: text.strip().split("\n")[0][:40])
def test_what_is_folded_is_rendered_as_markdown(text):
    assert text.count("<details>") == text.count("<summary>") == text.count("</details>")
    for block in raw(text):
        assert TAGS.fullmatch(block), f"shown as it stands: {block!r}"


def test_a_hint_without_its_blank_lines_would_be_found():
    for text in ("<details><summary>Hint</summary>\n$h$\n\n</details>", "<details>\n$h$\n</details>"):
        assert not all(TAGS.fullmatch(block) for block in raw(text))


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.strip().split("\n")[0][:40])
def test_derivatives_are_with_respect_to_something(text):
    assert not re.search(r"\b(derivative|gradient|differentiate\w*)s?( of [^.,;:]{1,30})? by (the )?[$`]", text)


@pytest.mark.parametrize("path", FIGURES, ids=lambda path: path.stem)
def test_a_figure_is_ascii_and_well_formed(path):
    path.read_bytes().decode("ascii")
    root = ElementTree.parse(path).getroot()
    assert root.get("role") == "img" and root.get("viewBox")
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))


def test_the_eight_gradients_have_one_order_in_list_table_and_arguments():
    text = next(text for text in TEXTS if "built from these eight" in text or "combination of the following" in text)
    listed = text.split("$$")[1].replace(r"\frac{\partial ", "").replace(r"}{\partial ", "/").replace("}", "")
    listed = [re.sub(r"[\\\s{]", "", name) for name in listed.split(r",")]
    rows = re.findall(r"^\| \$\\partial ([^$]+)\$ \| `(\w+)`", text, re.MULTILINE)
    assert [re.sub(r"\\partial|[ {}]", "", symbol) for symbol, _ in rows] == listed
    assert tuple(argument for _, argument in rows) == PARTIALS


def test_every_figure_is_referred_to_by_its_number_in_order():
    book = "\n".join(TEXTS[: len(TEXTS) // 2])
    captions = [int(number) for number in re.findall(r"(?:^\*|<summary>)Figure (\d):", book, re.MULTILINE)]
    assert sorted(set(captions)) == list(range(1, 9))
