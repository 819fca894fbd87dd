"""Small mistakes in a master: each marker, key, flag and name of it dropped, doubled, misspelled or swapped.

And so each heading, link, tag, dollar, placeholder and title in its prose.
"""

import itertools
import re
from typing import NamedTuple

import yaml

MARKER = re.compile(r"# (?:BEGIN|END) [A-Z ]+|# ASSIGNMENT CONFIG|# %%(?: \[\w+\])?| NO PROMPT")
KEY = re.compile(r"(?<![\w\"'/.])([a-z_]+)(?=: )")
FLAG = re.compile(r"(?<=: )(?:true|false)\b")
FILE = re.compile(r"[\w/]+\.(?:py|json|txt|svg)\b|(?<=, )pictures(?=\])")
PROSE = {
    "heading": re.compile(r"^#+ (?!BEGIN|END|ASSIGNMENT|%%|---)\S.*$", re.MULTILINE),
    "link": re.compile(r"(?<!!)\[[^\]\n]+\]\([^)\n]+\)"),
    "target": re.compile(r"(?<=\]\(#)[^)\n]+"),
    "bracket": re.compile(r"\]\(#?"),
    "tag": re.compile(r"</?(?:details|summary)>"),
    "formula": re.compile(r"\$+"),
    "placeholder": re.compile(r"\{\{[\w.]+\}\}"),
    "title": re.compile(r"\*\*Rubric.*\*\*|\| Points \| For \|"),
    "number": re.compile(r"(?<=section )\d|(?<=equation \()\d|(?<=\\tag\{)\d"),
}
UNSWAPPED = {
    "placeholder",
    "title",
    "formula",
    "bracket",
}  # these two for each other say something else, and no mistake
NAME = re.compile(r"\b(?:q\d_\w+|test_q\d_\w+|otter_ignore)\b")
SETTINGS = re.compile(r'^""" # BEGIN TEST CONFIG\n.*?^""" # END|^# %% \[raw\]\n"""\n.*?^"""$', re.DOTALL | re.MULTILINE)


class Mutant(NamedTuple):
    """what: its kind, then what was done to which word in which line. edits: (start, end, new text) in the source."""

    what: str
    edits: tuple[tuple[int, int, str], ...]


def applied(source, edits):
    for start, end, new in sorted(edits, reverse=True):
        source = source[:start] + new + source[end:]
    return source


def canonical(source):
    """A master's source with its settings read, so that two of one meaning are equal."""

    def settings(match):
        lines = [line for line in match[0].split("\n") if not line.startswith(("#", '"""'))]
        return repr(in_order(yaml.safe_load("\n".join(lines))))

    return SETTINGS.sub(settings, source)


def in_order(value):
    if isinstance(value, dict):
        return sorted((key, in_order(inner)) for key, inner in value.items())
    return sorted(value) if isinstance(value, list) else value


def batches(mutants):
    """The mutants in as few lists as they fit in, so that those of one list change different places."""
    found = []
    for mutant in mutants:
        reach = [range(start - 1, end + 1) for start, end, _ in mutant.edits]
        for batch, taken in found:
            if not any(a.start < b.stop and b.start < a.stop for a in reach for b in taken):
                batch.append(mutant)
                taken += reach
                break
        else:
            found.append(([mutant], reach))
    return [batch for batch, _ in found]


def mutants(source):
    """Every mutant of a master's source."""
    settings = [range(match.start(), match.end()) for match in SETTINGS.finditer(source)]
    kinds = {
        "marker": [m.span() for m in MARKER.finditer(source)],
        "key": [m.span(1) for m in KEY.finditer(source) if any(m.start() in part for part in settings)],
        "flag": [m.span() for m in FLAG.finditer(source)],
        "file": [m.span() for m in FILE.finditer(source)],
        "name": [m.span() for m in NAME.finditer(source)],
    }
    prose = source.index("# A sample")
    kinds |= {kind: [m.span() for m in pattern.finditer(source, prose)] for kind, pattern in PROSE.items()}
    for kind, spans in kinds.items():
        for span in spans:
            yield from one_word(source, kind, *span)
            yield from one_line(source, kind, *span)
        by_word = {source[a:b]: (a, b) for a, b in reversed(spans)}
        pairs = () if kind in UNSWAPPED else itertools.combinations(sorted(by_word.values()), 2)
        for (a, b), (c, d) in pairs:
            edits = ((a, b, source[c:d]), (c, d, source[a:b]))
            yield Mutant(f"{kind}: {source[a:b]} and {source[c:d]} swapped", edits)


def one_word(source, kind, start, end):
    word, line = source[start:end], source[:start].count("\n") + 1
    middle = len(word) // 2
    changes = {
        "dropped": "",
        "doubled": f"{word}{word}",
        "a letter less": word[:middle] + word[middle + 1 :],
        "two letters swapped": word[: middle - 1] + word[middle] + word[middle - 1] + word[middle + 1 :],
        "in other letters": word.swapcase(),
    }
    if kind == "flag":
        changes["turned"] = "false" if word == "true" else "true"
    for how, new in changes.items():
        if new != word:
            yield Mutant(f"{kind} {word} in line {line}: {how}", ((start, end, new),))


def one_line(source, kind, start, end):
    first, last = source.rfind("\n", 0, start) + 1, source.find("\n", end) + 1
    text, line = source[first:last], source[:start].count("\n") + 1
    yield Mutant(f"{kind} {source[start:end]}: line {line} dropped", ((first, last, ""),))
    yield Mutant(f"{kind} {source[start:end]}: line {line} doubled", ((last, last, text),))
