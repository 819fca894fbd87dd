"""The settings in a master's cells: every key known, every value of its kind; and what prose may quote of them.

Otter drops a key that it does not know without a word, and takes any value for true. The keys and the kinds of their
values are Otter's own, read off its classes; ours come on top.
"""

import difflib
import functools
import re
import typing
from collections.abc import Iterable
from typing import Any

import msgspec
import yaml

PYTHONS = {"3.11": "3.11.13", "3.12": "3.12.11", "3.13": "3.13.5"}  # what a container can have, and which of these
# In prose: {{points.automatic}}, {{questions.written}}.
PLACEHOLDER = re.compile(r"(\{?)\{\s*([a-z]+)\b(\.?)([\w.]*)\s*\}(\}?)", re.IGNORECASE)
# in prose: {{points.automatic}}
KINDS = ("points", "questions")  # of what placeholders stand for
CASE = {"points": float, "hidden": bool, "success_message": str, "failure_message": str}
OURS: dict[str, dict[str, Any]] = {"assignment": {"spoilers": list[str]}, "question": {"extra": bool}}
NEAR = 0.75  # how alike two words are of which one is a slip
REFUSED = {  # what Otter knows and this engine does not do
    "config_file": "write the settings into the master, where they are checked",
    "all_or_nothing": "every case counts by itself: write one case for what counts together",
    "plugins": "nothing here runs them",
    "seed": "nothing here sets it",
}


class SettingsError(Exception):
    """A mistake in settings. line: of the text, counted from 0."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


class Loader(yaml.SafeLoader):
    """YAML's safe part, where a key stands once."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise SettingsError(f"`{key.value}:` is given twice", key.start_mark.line)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def read(text: str, what: str) -> dict[str, Any]:
    """The settings in a text. what: of an "assignment", a "question" or a "case". Raises SettingsError."""
    try:
        settings = yaml.load(text, Loader)
    except yaml.MarkedYAMLError as problem:
        line = problem.problem_mark.line if problem.problem_mark else 0
        raise SettingsError(f"not valid YAML: {problem.problem}", line) from None
    except (yaml.YAMLError, ValueError) as problem:
        raise SettingsError(f"not valid YAML: {problem}") from None
    if not isinstance(settings, dict):
        raise SettingsError("expected lines of `key: value`")
    check(settings, kinds(what), text.split("\n"), "")
    return settings


def for_otter(settings: dict[str, Any]) -> str:
    """An assignment's settings without ours, which Otter refuses, as text."""
    return yaml.safe_dump({key: value for key, value in settings.items() if key not in OURS["assignment"]})


@functools.cache
def kinds(what: str) -> dict[str, Any]:
    """{key: the kind of its value}; the kind of a group of keys is again such a dict."""
    from otter.assign.assignment import Assignment
    from otter.assign.question_config import QuestionConfig

    if what == "case":
        return CASE
    return kinds_of(Assignment if what == "assignment" else QuestionConfig) | OURS[what]


def kinds_of(config: Any) -> dict[str, Any]:
    import fica

    found: dict[str, Any] = {}
    hints = typing.get_type_hints(config)
    for name, key in vars(config).items():
        if isinstance(key, fica.Key):
            inner = key.get_subkey_container()
            found[key.get_name(name)] = kinds_of(inner) if inner else hints.get(name, Any)
    return found


def check(settings: dict[Any, Any], known: dict[str, Any], lines: list[str], group: str) -> None:
    """All keys are known and their values of their kinds. Raises SettingsError."""
    for key, value in settings.items():
        stands = re.compile(rf"(?:^|[\s{{,]){re.escape(str(key))}\s*:")
        line = next((n for n, text in enumerate(lines) if stands.search(text)), 0)
        if key in REFUSED and value:
            raise SettingsError(f"{group}`{key}:` is not possible here: {REFUSED[key]}", line)
        if key not in known:
            raise SettingsError(f"{group}unknown key `{key}:`, which Otter ignores{nearest(str(key), known)}", line)
        kind = known[key]
        if isinstance(kind, dict):
            if isinstance(value, dict):
                check(value, kind, lines, f"{key}: ")
            elif not isinstance(value, bool):
                raise SettingsError(f"{key}: needs lines of `key: value`", line)
        elif key != "points":  # which has a rule of its own
            try:
                msgspec.convert(value, kind)
            except msgspec.ValidationError as problem:
                raise SettingsError(f"{group}`{key}:` is of the wrong kind: {problem}", line) from None


def nearest(name: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """A question whether another name was meant; "" where none is near. cutoff: how near, from 0 to 1."""
    found = difflib.get_close_matches(name, sorted(known), 1, cutoff)
    return f"; did you mean `{found[0]}`?" if found else ""


def filled_in(text: str, points: dict[str, float], lists: dict[str, str]) -> str:
    """A text with what {{points.NAME}} and {{questions.KIND}} stand for. Raises SettingsError."""
    known = {f"points.{name}": f"{number:g}" for name, number in points.items()}
    known |= {f"questions.{kind}": names for kind, names in lists.items()}

    def meant(match: re.Match[str]) -> str:
        before, kind, dot, rest, after = match.groups()
        if before and after and f"{kind}.{rest}" in known:
            return known[f"{kind}.{rest}"]
        near = kind.lower().startswith(KINDS) or dot and nearest(kind.lower(), KINDS, NEAR)
        if not (before and after and near or dot and kind in KINDS):
            return match[0]  # somebody else's
        line = text[: match.start()].count("\n")
        raise SettingsError(f"{match[0]} names no question and no sum{nearest(f'{kind}.{rest}', known)}", line)

    return PLACEHOLDER.sub(meant, text)
