"""What the project says of itself agrees with its files: documents, the Makefile, the rules on imports."""

import re
import subprocess
import tomllib
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


def test_contributing_and_the_makefile_name_every_target():
    make = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.search(r"^\.PHONY: (.+)$", make, re.MULTILINE)[1].split()) - {"all"}
    assert targets == set(re.findall(r"^([a-z-]+):", make, re.MULTILINE)) - {"all"}
    table = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("To set up without make")[0]
    assert targets == set(re.findall(r"^\| `make ([a-z-]+)`", table, re.MULTILINE))
    assert targets == set(re.findall(r"make ([a-z-]+)", make.split("\n\n")[0]))


def test_the_engine_is_forbidden_to_import_any_module_of_the_assignment():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    contract = next(c for c in contracts if c["name"] == "The engine knows no assignment")
    modules = {path.stem for path in (ROOT / "assignment").glob("*.py")} - {"rnn_lstm"}
    assert set(contract["forbidden_modules"]) == modules | {"private", "tools"}
