"""A small assignment to build: each test gets its own copy and may break it."""

import fcntl
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from autograder.authoring import build as building
from autograder.authoring.build import LOG, build

settings.register_profile("same every time", deadline=None, derandomize=True, database=None)
settings.load_profile("same every time")
SAMPLE = Path(__file__).parent / "authoring/sample"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers():
    """Three for two cores: nearly half of the time, a test waits for a deadline or another process."""
    return (os.cpu_count() or 1) * 3 // 2


class Sample:
    """A copy of the sample in `root`/assignment, whose master a test can change."""

    def __init__(self, root):
        self.root = root
        self.folder = root / "assignment"
        if not self.folder.exists():
            shutil.copytree(SAMPLE, self.folder, ignore=shutil.ignore_patterns("__pycache__"))
        self.master = self.folder / "sample.py"

    def change(self, old, new, count=1):
        text = self.master.read_text()
        assert old in text
        self.master.write_text(text.replace(old, new, count))
        return self

    def line_of(self, text, nth=1):
        """The number of the line where `text` starts, the nth time that it occurs in the master."""
        before = text.join(self.master.read_text().split(text)[:nth])
        return before.count("\n") + 1

    def plant_old_outputs(self):
        for name in ("student", "solutions", "autograder/dist"):
            (self.root / name).mkdir(parents=True)
            (self.root / name / "old.txt").write_text("old")

    def outputs(self):
        """Every file but the sources: its path and bytes."""
        return {
            str(file.relative_to(self.root)): file.read_bytes()
            for file in sorted(self.root.rglob("*"))
            if file.is_file() and self.folder not in file.parents and file.name != LOG
        }


@pytest.fixture
def sample(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Sample(tmp_path)


@pytest.fixture
def without_kernels(monkeypatch):
    """Builds of a master whose notebooks and score need not be tried again: they run no cell and trust the solution."""
    monkeypatch.setattr(building, "execute", lambda master, notebook, folder: notebook)
    monkeypatch.setattr(building, "otter_grade", lambda notebook, archive: None)
    monkeypatch.setattr(building, "check_score", lambda master, results: None)


@pytest.fixture(scope="session")
def built(tmp_path_factory, request):
    """The sample, built once, by whichever process of the tests comes first; tests only read it."""
    folder = tmp_path_factory.getbasetemp()
    folder = folder.parent if hasattr(request.config, "workerinput") else folder  # pytest-xdist's processes share it
    with open(folder / "built.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (folder / "built").exists():
            return Sample(folder / "built")
        made = Sample(folder / "built")
        (made.root / "autograder").mkdir()
        (made.root / "autograder/engine.py").write_text("stays")
        build(made.master, made.root)
        return made
