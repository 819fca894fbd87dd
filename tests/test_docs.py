"""The documentation agrees with the files: what it names exists, and every module of the two main rooms is named."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TRACKED = subprocess.run(
    ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True
).stdout.split()
FILES = {name for name in TRACKED if (ROOT / name).exists()}
DOCS = sorted(
    {"README.md", "CONTRIBUTING.md", *(name for name in FILES if re.fullmatch(r"docs/(?!catalogue)\w+\.md", name))}
)
NAME = re.compile(r"`([\w./-]+\.(?:py|js|toml|ipy|txt))`")
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
GENERATED = ("autograder/dist/", "student/", "solutions/")
NAMED_BY_THEIR_FOLDER = ("assignment/private/mistakes/q", "autograder/authoring/templates/")

pytestmark = pytest.mark.skipif(not FILES, reason="not a git checkout")


@pytest.mark.parametrize("doc", DOCS)
def test_what_a_document_names_or_links_exists(doc):
    text = (ROOT / doc).read_text(encoding="utf-8")
    paths = [f"/{name}" for name in FILES]
    missing = [name for name in NAME.findall(text) if not any(path.endswith(f"/{name}") for path in paths)]
    links = [link for link in LINK.findall(text) if "://" not in link]
    missing += [link for link in links if not ((ROOT / doc).parent / link).exists()]
    assert missing == []


def test_contributing_says_what_every_module_is_for():
    named = {Path(name).name for name in NAME.findall((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))}
    modules = [
        name
        for name in FILES
        if name.startswith(("assignment/", "autograder/"))
        and name.endswith(".py")
        and not name.endswith("__init__.py")
        and not name.startswith((*GENERATED, *NAMED_BY_THEIR_FOLDER))
    ]
    assert len(modules) > 80
    assert sorted(name for name in modules if Path(name).name not in named) == []
