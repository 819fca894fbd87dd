"""Texts that come from students, made fit to be shown, stored and sent."""

MAX_MESSAGE = 1500  # characters


def whole(text: str) -> str:
    """A text without lone surrogates, which JSON and odd file names can hold and no encoding can write."""
    return text.encode("utf-8", "replace").decode()


def clean(text: str) -> str:
    """A bounded text without control characters or broken ones."""
    short = "".join(c if c.isprintable() or c == "\n" else "�" for c in whole(text[:MAX_MESSAGE]))
    return short if len(text) <= MAX_MESSAGE else short + " …"


def one_line(text: object) -> str:
    """A text with each run of white space as one space."""
    return " ".join(str(text).split())
