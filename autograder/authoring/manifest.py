"""What a build has made: which files, with which bytes. Only these may a later build replace or remove.

The manifest is in autograder/dist/. While a build puts its files in place, a second one beside it says what they are
going to be, so that a build that was killed is known to have made them. This module must never change a file other than
these two.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import msgspec

from autograder.authoring.master import Master
from autograder.authoring.names import defined
from autograder.errors import BuildError
from autograder.files import replace

STUDENT, SOLUTIONS, DIST = "student", "solutions", "autograder/dist"
GENERATED = (STUDENT, SOLUTIONS, DIST)
MANIFEST = f"{DIST}/manifest.json"
PENDING = f"{DIST}/.pending.json"  # the digests of a build that is putting its files in place, or was killed at it
STAMP = f"{DIST}/.built.json"  # what the last build was made from


class Manifest(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one build made.

    master: its path below the folder of the outputs; the file's name where it lies elsewhere. questions: the names that
    each question's solution defines. files: the SHA-256 of every file, by its path below the folder of the outputs.
    written: the questions that a person grades.
    """

    master: str
    questions: dict[str, list[str]]
    files: dict[str, str]
    written: list[str] = []

    def encode(self) -> bytes:
        return msgspec.json.format(msgspec.json.encode(self, order="deterministic"), indent=1) + b"\n"


NOTHING = Manifest("", {}, {})


def manifest_of(master: Master, names: Iterable[str], new: Path, out: Path) -> Manifest:
    """The manifest of the files `names` below the folder `new`, made from a master to be put below `out`."""
    questions: dict[str, list[str]] = {name: [] for name in master.questions}
    questions |= {name: sorted(defined(source)) for name, source in master.solutions().items()}
    files = {name: digest(new / name) for name in sorted(names)}
    written = [question.name for question in master.questions.values() if question.manual]
    return Manifest(identity(master, out), questions, files, written)


def identity(master: Master, out: Path) -> str:
    path = master.path.resolve()
    return path.relative_to(out).as_posix() if path.is_relative_to(out) else path.name


def read_manifest(out: Path) -> Manifest:
    """The last build's manifest, an empty one where there was none. Raises BuildError where it has been changed."""
    path = out / MANIFEST
    if not path.exists():
        return NOTHING
    data = path.read_bytes()
    try:
        manifest = msgspec.json.decode(data, type=Manifest)
    except msgspec.DecodeError:
        manifest = NOTHING
    if manifest.encode() != data:
        raise BuildError(
            f"{MANIFEST} is not as the build wrote it: restore it, or remove it; without it, the build keeps a copy of "
            "each file that it replaces"
        )
    return manifest


class Known:
    """The digests that builds of ours gave the files below `out`, a killed build's included."""

    def __init__(self, out: Path) -> None:
        self.last = read_manifest(out)
        self.digests = {name: {value} for name, value in self.last.files.items()}
        if (out / PENDING).exists():
            for name, values in msgspec.json.decode((out / PENDING).read_bytes(), type=dict[str, set[str]]).items():
                self.digests.setdefault(name, set()).update(values)

    def made(self, name: str, path: Path) -> bool:
        """Whether the file at `path` is one that a build made as `name`, unchanged."""
        return path.is_file() and not path.is_symlink() and digest(path) in self.digests.get(name, ())

    def generated(self) -> list[str]:
        """The paths in the generated folders that builds have made."""
        return sorted(name for name in self.digests if is_generated(name))


def is_generated(name: str) -> bool:
    path = Path(name)
    return ".." not in path.parts and any(path.is_relative_to(folder) for folder in GENERATED)


def check_place(master: Master, out: Path, last: Manifest) -> None:
    """The outputs land neither among the sources nor on another assignment's. Raises BuildError."""
    for name in GENERATED:
        folder = out / name
        if folder.is_relative_to(master.folder) or master.folder.is_relative_to(folder):
            raise master.file_error(f"{name}/ would lie in the master's folder, or around it: name another with --out")
    ours = identity(master, out)
    if last.master in ("", ours):
        return
    if "/" not in last.master:
        hint = f"name another folder with --out, or remove {MANIFEST} there if {last.master} was renamed"
    elif (out / last.master).exists():
        hint = "name another folder with --out"
    else:
        return  # renamed
    raise master.file_error(f"{out} holds what is built from {last.master}: {hint}")


def write_pending(manifest: Manifest, known: Known, out: Path) -> None:
    """Say which files are about to be made, beside those that were."""
    pending = {name: set(values) for name, values in known.digests.items()}
    for name, value in manifest.files.items():
        pending.setdefault(name, set()).add(value)
    (out / DIST).mkdir(parents=True, exist_ok=True)
    replace(out / PENDING, msgspec.json.encode(pending, order="deterministic"))


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
