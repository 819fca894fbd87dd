"""No byte that a person wrote is ever lost, whatever is built, changed, renamed, refused or killed, in any order."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from autograder.__main__ import main
from autograder.authoring import build as building
from autograder.authoring import publish
from autograder.authoring.manifest import MANIFEST, PENDING
from autograder.authoring.unchanged import unchanged
from autograder.errors import BuildError, OutputError

# What a build can make, and what a person can put beside it or in its way. A file here is a folder there.
MADE = ["student/a.py", "student/b/c.py", "student/b", "student/a.py/d", "solutions/a.html", "autograder/dist/a.zip"]
FOREIGN = [
    *MADE,
    "student/.git/config",
    "student/b/notes.md",
    "student/.venv/bin/python",
    "solutions/draft.txt",
    "autograder/dist/old.zip",
    "autograder/engine.py",
    "student/b/c.py/e",
    "kept",
    "kept/student",
    "build.log",
]


class Sources:
    """What a build asks of a master."""

    def __init__(self, path):
        self.path, self.folder, self.questions = path, path.parent, {}

    def solutions(self):
        return {}

    def file_error(self, message):
        return BuildError(message)


class Desk(RuleBasedStateMachine):
    """A person's folder; `written` are the texts in it that the person wrote, each of them unique."""

    def __init__(self):
        super().__init__()
        self.root = Path(tempfile.mkdtemp(prefix="desk-")).resolve()
        self.out, self.number, self.written = self.root / "out", 0, set()
        self.forgetful = False  # whether builds can know what they have made
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(building, "Master", Sources)
        self.patch.setattr(building, "check_master", lambda master: None)
        self.patch.setattr(building, "stamp", lambda sources, manifest, out: None)
        self.patch.setattr(building, "snapshot", lambda path: {})
        self.patch.setattr(building, "make", self.make)

    def teardown(self):
        self.patch.undo()
        shutil.rmtree(self.root)

    @initialize()
    def one_assignment(self):
        self.outputs = {"student/a.py": 0, "solutions/a.html": 0}
        self.master = self.out / "assignment/one.py"
        self.write(self.master)
        self.write(self.out / "assignment/private/notes.md")

    def make(self, master, new, out):
        for name, version in self.outputs.items():
            (new / name).parent.mkdir(parents=True, exist_ok=True)
            (new / name).write_text(f"made of {name}, version {version}")
        return ["student", "solutions", "autograder/dist"]

    def write(self, path):
        self.number += 1
        text = f"a person wrote this, number {self.number}"
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file():  # one's own to overwrite
            self.written.discard(path.read_text())
        path.write_text(text)
        self.written.add(text)

    def tree(self):
        return {
            str(path.relative_to(self.out)): os.readlink(path).encode() if path.is_symlink() else path.read_bytes()
            for path in self.out.rglob("*")
            if path.is_symlink() or path.is_file()
        }

    @rule()
    def build(self):
        made = building.build(self.master, self.out)
        for name, version in self.outputs.items():
            assert (self.out / name).read_text() == f"made of {name}, version {version}"
            assert not (self.out / name).is_symlink()
        assert not building.differences(self.master, self.out).lines
        for _, place in made.placed.kept:
            assert os.path.lexists(self.out / place)
        assert not list(self.out.glob(".build-*"))

    @rule(name=st.sampled_from(MADE))
    def change_the_master(self, name):
        others = [other for other in self.outputs if f"{other}/".startswith(f"{name}/") or name.startswith(f"{other}/")]
        version = self.outputs.get(name, 0) + 1
        for other in others:
            del self.outputs[other]
        self.outputs[name] = version

    @rule(name=st.sampled_from(MADE))
    def drop_an_output(self, name):
        self.outputs.pop(name, None)

    @rule(name=st.sampled_from(FOREIGN))
    def write_a_file(self, name):
        path = self.out / name
        within = [parent for parent in path.parents if parent != self.out and parent.is_relative_to(self.out)]
        if path.is_dir() or any(parent.exists() and not parent.is_dir() for parent in within):
            return
        self.write(path)

    @rule(name=st.sampled_from(["student", "student/a.py", "student/b"]))
    def put_a_link_there(self, name):
        if (self.out / name).parent.is_dir() and not os.path.lexists(self.out / name):
            (self.out / name).symlink_to(self.out / "assignment/private")

    @rule()
    def rename_the_master(self):
        new = self.master.with_name("two.py" if self.master.name == "one.py" else "one.py")
        self.master = self.master.rename(new)

    @precondition(lambda self: (self.out / MANIFEST).exists())
    @rule()
    def lose_the_manifest(self):
        (self.out / MANIFEST).unlink()
        self.forgetful = True

    @precondition(lambda self: (self.out / MANIFEST).exists())
    @rule()
    def build_another_assignment(self):
        building.build(self.master, self.out)
        other = self.out / "more/other.py"
        self.write(other)
        before = self.tree()
        with pytest.raises(BuildError, match="name another folder with --out"):
            building.build(other, self.out)
        assert self.tree() == before

    @rule()
    def check(self):
        before = self.tree()
        building.differences(self.master, self.out)
        assert self.tree() == before

    @rule(survivor=st.integers(0, 6))
    def fail(self, survivor):
        before, rename, calls = self.tree(), os.rename, []

        def failing(old, new):
            calls.append(old)
            if len(calls) == survivor + 1:
                raise OSError("disk full")
            rename(old, new)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "rename", failing)
            try:
                building.build(self.master, self.out)
            except OutputError:
                assert without_plans(self.tree()) == without_plans(before)

    @rule(survivor=st.integers(0, 6))
    def kill(self, survivor):
        if not (child := os.fork()):
            rename, calls = os.rename, []

            def killing(old, new):
                calls.append(old)
                if len(calls) == survivor + 1:
                    os._exit(0)
                rename(old, new)

            os.rename = killing
            try:
                building.build(self.master, self.out)
            finally:
                os._exit(0)
        os.waitpid(child, 0)

    @invariant()
    def nothing_is_lost(self):
        assert {text.encode() for text in self.written} <= set(self.tree().values())

    @invariant()
    def nothing_is_kept_that_a_build_made(self):
        if not self.forgetful:
            assert not [name for name, data in self.tree().items() if name.startswith("kept") and b"made of" in data]


def without_plans(tree):
    """A tree without the working files of a build that was killed, which the next build clears away."""
    return {name: data for name, data in tree.items() if not name.startswith(".build-") and name != PENDING}


Desk.TestCase.settings = settings(max_examples=30, stateful_step_count=25, deadline=None, derandomize=True)
TestNothingIsLost = Desk.TestCase


def test_what_a_person_put_into_the_folders_survives_a_rebuild_and_travels_nowhere(sample, capsys, without_kernels):
    student = sample.root / "student"
    (sample.folder / "data.json").write_text("[1, 2]")
    sample.change("files: [helper.py,", "files: [data.json, helper.py,")
    for name in (".git/HEAD", ".venv/pyvenv.cfg", "notes/monday.md"):
        (student / name).parent.mkdir(parents=True)
        (student / name).write_text("mine")
    assert main(["build"]) == 0
    told = capsys.readouterr().out
    assert "not made by a build, left as it is: student/.git/, student/.venv/, student/notes/\n" in told
    assert {(student / name).read_text() for name in (".git/HEAD", ".venv/pyvenv.cfg", "notes/monday.md")} == {"mine"}
    manifest = (sample.root / MANIFEST).read_text()
    assert "notes" not in manifest
    assert "student/data.json" in manifest and "assignment/data.json" not in manifest  # which an author wrote

    capsys.readouterr()
    assert main(["build"]) == 0
    assert capsys.readouterr().out == "Nothing has changed since the last build.\n"

    (student / "helper.py").write_text("edited")
    assert main(["build"]) == 0
    told = capsys.readouterr().out
    assert "kept: student/helper.py was not as a build had made it, and is now kept/student/helper.py\n" in told
    assert (sample.root / "kept/student/helper.py").read_text() == "edited"
    assert (student / "helper.py").read_bytes() == (sample.folder / "helper.py").read_bytes()


def test_a_manifest_that_somebody_changed_is_refused(tmp_path):
    (tmp_path / MANIFEST).parent.mkdir(parents=True)
    (tmp_path / MANIFEST).write_text("<<<<<<< ours\n")
    with pytest.raises(BuildError, match="is not as the build wrote it"):
        building.Known(tmp_path)


@pytest.mark.parametrize("out", [".", "private", "elsewhere"])
def test_outputs_among_the_sources_are_refused(sample, out, capsys):
    if out == "elsewhere":
        sample.folder.rename(sample.root / "student")
        assert main(["build", "student/sample.py"]) == 1
    else:
        assert main(["build", "assignment/sample.py", "--out", str(sample.folder / out)]) == 1
    assert "would lie in the master's folder, or around it" in capsys.readouterr().err


def test_a_second_build_at_the_same_time_is_refused(tmp_path):
    with (
        publish.alone(tmp_path),
        pytest.raises(OutputError, match="another build is at work"),
        publish.alone(tmp_path),
    ):
        pass


def test_a_source_that_changes_while_a_build_reads_it_is_built_again(sample, monkeypatch, without_kernels):
    make = building.make

    def slow(master, new, out):
        names = make(master, new, out)
        (sample.folder / "helper.py").write_text((sample.folder / "helper.py").read_text() + "\n# saved meanwhile\n")
        return names

    monkeypatch.setattr(building, "make", slow)
    building.build(sample.master, sample.root)
    assert not unchanged(sample.master, sample.root)


def test_a_file_behind_a_link_is_not_a_builds_even_if_it_has_the_same_bytes():
    desk = Desk()
    try:
        desk.one_assignment()
        desk.build()
        (desk.out / "student").rename(desk.out / "published")
        (desk.out / "student").symlink_to(desk.out / "published")
        desk.drop_an_output("student/a.py")
        desk.build()
        assert (desk.out / "published/a.py").exists()
    finally:
        desk.teardown()
