"""Otter's zip with our grader in it: sorted, uncompressed, with one date and fixed permissions."""

import json
import zipfile
from pathlib import Path
from typing import NamedTuple

import msgspec

from autograder.authoring.configuration import PYTHONS
from autograder.authoring.master import Master
from autograder.authoring.publish import files
from autograder.grading.assignment import Settings
from autograder.grading.cells import SKIP_TAG, fingerprint
from autograder.grading.written import FILE as WRITTEN
from autograder.grading.written import WrittenQuestion

PACKAGE = Path(__file__).resolve().parents[1]
EXECUTABLE = {"run_autograder", "setup.sh"}
FIRST_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can hold
RUN_OTTER = '''"""Grades one submission in its container, with the student's code in a process of its own."""

import sys
from pathlib import Path
from typing import NamedTuple

SOURCE = Path(__file__).resolve().parent
sys.path.insert(0, str(SOURCE / "files"))

from autograder.grading import container  # noqa: E402

if __name__ == "__main__":
    container.main(SOURCE.parent)
'''
NO_GRADER = '''"""What notebooks import, where they are graded: it checks nothing twice, and exports nothing."""


def check(*args, **kwargs):
    pass


check_all = export = check
'''
CONTAINER = Path(__file__).parent / "templates/container.txt"
DEFAULT_PYTHON = "3.12"
ENVIRONMENT = """\
name: otter-env
channels:
- conda-forge
dependencies:
- python={python}
- pip
"""
SETUP = """\
#!/usr/bin/env bash
# Makes what grading needs, and no more: one Python, and packages of exact versions.
set -euo pipefail

export DEBIAN_FRONTEND=noninteractive CONDA_ALWAYS_YES=true MAMBA_ALWAYS_YES=true
apt-get update
apt-get install -y --no-install-recommends ca-certificates wget

source=/autograder/source
wget -nv -O "$source/miniforge.sh" \\
    "https://github.com/conda-forge/miniforge/releases/download/25.3.1-0/Miniforge3-Linux-$(uname -m).sh"
bash "$source/miniforge.sh" -b -p /usr/local/miniforge3
rm "$source/miniforge.sh"
/usr/local/miniforge3/bin/mamba env create -f "$source/environment.yml"

# What the grader needs, then what the assignment needs on top of it; the pins of the first hold for the second.
pip="/usr/local/miniforge3/envs/otter-env/bin/python -m pip install --no-cache-dir --disable-pip-version-check"
$pip --no-deps -r "$source/requirements.grader.txt"
$pip -r "$source/requirements.assignment.txt"
/usr/local/miniforge3/bin/mamba clean --all --yes || true
"""
RUN_AUTOGRADER = """\
#!/usr/bin/env bash
exec /usr/local/miniforge3/envs/otter-env/bin/python /autograder/source/run_otter.py
"""


def shipped() -> list[Path]:
    """The engine's part in the zip: the wing `grading` whole, and the modules that every wing stands on."""
    foundation = [path for path in PACKAGE.glob("*.py") if path.name != "__main__.py"]
    return sorted([*foundation, *(PACKAGE / "grading").rglob("*.py")])


def settings(master: Master, source: Path, generated: list[str]) -> Settings:
    """What our grader reads beside Otter's settings. generated: sources of cells that the build adds for students."""
    extra = [question.name for question in master.questions.values() if question.extra]
    skipped = [cell.source for cell in master.cells if cell.kind == "code" and SKIP_TAG in cell.tags]
    skipped = [fingerprint(source) for source in [*generated, *skipped]]
    return Settings(configured_files(master, source), extra, skipped)


def configured_files(master: Master, source: Path) -> list[str]:
    """The files that the configuration gives to students, those of folders one by one, as paths below the master's."""
    names = []
    for name in master.config.files:
        listed = files(source / name) if (source / name).is_dir() else [source / name]
        names += [file.relative_to(source).as_posix() for file in listed]
    return sorted(names)


class Container(NamedTuple):
    """What a zip's container installs. requirements: the assignment's own. python: the version to grade with."""

    requirements: Path
    python: str


def repack(made: Path, path: Path, settings: Settings, written: list[WrittenQuestion], container: Container) -> None:
    """Otter's zip `made`, as ours at `path`. written: the questions that a person grades."""
    with zipfile.ZipFile(made) as old:
        entries = {name: old.read(name) for name in old.namelist()}
    config = json.loads(entries["otter_config.json"]) | msgspec.to_builtins(settings)
    entries["otter_config.json"] = json.dumps(config, indent=2).encode()
    if written:
        entries[WRITTEN] = msgspec.json.format(msgspec.json.encode(written), indent=1)
    entries["environment.yml"] = ENVIRONMENT.format(python=PYTHONS[container.python]).encode()
    entries["setup.sh"], entries["run_autograder"] = SETUP.encode(), RUN_AUTOGRADER.encode()
    entries["requirements.grader.txt"] = CONTAINER.read_bytes()
    entries["requirements.assignment.txt"] = container.requirements.read_bytes()
    entries["run_otter.py"] = RUN_OTTER.encode()
    entries["files/grader.py"] = NO_GRADER.encode()
    for file in shipped():
        entries[f"files/{PACKAGE.name}/{file.relative_to(PACKAGE).as_posix()}"] = file.read_bytes()

    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as new:
        for name in sorted(entries):
            entry = zipfile.ZipInfo(name, date_time=FIRST_DATE)
            entry.create_system = 3
            entry.external_attr = (0o100755 if name in EXECUTABLE else 0o100644) << 16
            new.writestr(entry, entries[name])
