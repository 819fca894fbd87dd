"""What the grader's container installs: what grading needs, all of it pinned, and no more."""

import json
import re
import shutil
import subprocess
import venv
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import yaml
from otter import grade as otter_grade

from autograder.authoring.archive import CONTAINER

ROOT = Path(__file__).resolve().parents[2]
PIN = re.compile(r"([a-z0-9-]+)==([\w.]+)")


def pins(text):
    lines = [line for line in text.split("\n") if line and not line.startswith("#")]
    assert all(PIN.fullmatch(line) for line in lines)
    return dict(PIN.fullmatch(line).groups() for line in lines)


def test_the_containers_pins_are_those_that_are_tested_with():
    constraints = {
        re.sub(r"[-_.]+", "-", name).lower(): version
        for name, version in re.findall(r"^([\w.-]+)==(\S+)$", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
    }
    wanted = pins(CONTAINER.read_text())
    assert wanted == {name: constraints.get(name) for name in wanted}


def test_no_front_end_and_no_browser_is_installed():
    assert not {"jupyterlab", "notebook", "jupyter-server", "playwright", "sphinx"} & set(pins(CONTAINER.read_text()))
    with zipfile.ZipFile(ROOT / "autograder/dist/rnn_lstm-autograder.zip") as archive:
        setup = archive.read("setup.sh").decode()
    assert not re.search("playwright|nb_conda|texlive|pandoc", setup)
    assert subprocess.run(["bash", "-n"], input=setup, text=True).returncode == 0


def test_otter_grade_finds_in_the_zip_what_its_image_is_made_from(built):
    dockerfile = (Path(otter_grade.__file__).parent / "Dockerfile").read_text()
    added = [name for line in re.findall(r"^ADD (.*) \S+$", dockerfile, re.MULTILINE) for name in line.split()]
    with zipfile.ZipFile(built.root / "autograder/dist/sample-autograder.zip") as archive:
        names = archive.namelist()
        environment = yaml.safe_load(archive.read("environment.yml"))
    assert len(added) > 6
    for pattern in added:
        start = pattern.rstrip("*")
        assert any(name.startswith(start) for name in names), pattern
    assert environment == {"name": "otter-env", "channels": ["conda-forge"], "dependencies": ["python=3.12.11", "pip"]}


def environment_of(folder, names):
    """A Python that has just these packages, as links to ours."""
    venv.create(folder, symlinks=True)
    (site,) = folder.glob("lib/python3*/site-packages")
    for name in names:
        for file in distribution(name).files or []:
            top = file.parts[0]
            if top not in ("..", "__pycache__") and not (site / top).exists():
                (site / top).symlink_to(
                    Path(file.locate()).parents[len(file.parts) - 2] if len(file.parts) > 1 else file.locate()
                )
    return folder / "bin/python"


def graded(folder, built, python):
    """The score that the zip gives the sample's solution in a container's layout, run by `python`."""
    with zipfile.ZipFile(built.root / "autograder/dist/sample-autograder.zip") as archive:
        archive.extractall(folder / "source")
    (folder / "submission").mkdir()
    shutil.copy(built.root / "solutions/sample.ipynb", folder / "submission")
    done = subprocess.run(
        [python, folder / "source/run_otter.py"], cwd=folder, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return sum(test.get("score", 0) for test in json.loads((folder / "results/results.json").read_text())["tests"])


def test_the_pinned_packages_are_enough_to_grade(built, tmp_path):
    names = pins(CONTAINER.read_text())
    assert graded(tmp_path / "all", built, environment_of(tmp_path / "python", names)) == 5
    fewer = [name for name in names if name != "fica"]
    assert graded(tmp_path / "fewer", built, environment_of(tmp_path / "python without", fewer)) == 0
