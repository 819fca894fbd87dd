"""Texts that come from students, made fit to be shown, stored and sent."""

import unicodedata

MAX_MESSAGE = 1500  # characters
# The bidirectional controls, and the mark of an order of bytes.
UNFIT = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def whole(text: str) -> str:
    """A text without lone surrogates, which JSON and odd file names can hold and no encoding can write."""
    return text.encode("utf-8", "replace").decode()


def clean(text: str) -> str:
    """A bounded text without control characters or broken ones, nor what turns the direction of a text."""
    short = "".join(c if is_shown(c) else "�" for c in whole(text[:MAX_MESSAGE]))
    return short if len(text) <= MAX_MESSAGE else short + " …"


def is_shown(c: str) -> bool:
    """Whether a character may stand in a text; also those joiners and spaces that some scripts are written with."""
    return c.isprintable() or c == "\n" or (unicodedata.category(c) in ("Cf", "Zs") and c not in UNFIT)


def one_line(text: object) -> str:
    """A text with each run of white space as one space."""
    return " ".join(str(text).split())
