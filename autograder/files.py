"""Files that are written whole or not at all, folders that student code has had, and folders that are ours alone.

It needs nothing but Python itself: the container's entry uses it where all else may be missing.
"""

import contextlib
import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from autograder.errors import OutputError

MAX_DEPTH = 50  # folders within folders
OWNER = ".owner"  # locked while the process lives that made a temporary folder
_held: dict[str, int] = {}


def replace(path: Path, data: bytes) -> None:
    """Write a file's bytes whole or not at all. Raises OutputError, which names the file."""
    new = ""
    try:
        handle, new = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}-", suffix=".new")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(new, 0o666 & ~current_umask())
        os.replace(new, path)
    except OSError as problem:
        with contextlib.suppress(OSError):
            os.unlink(new)
        raise OutputError(f"{path}: {problem.strerror or problem}") from problem


def current_umask() -> int:
    """The bits that new files are made without; Python has no way to ask but to set them."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def remove(folder: str | Path) -> None:
    """Remove a folder that student code has had: never follows a link; closed or very deep folders included."""
    with contextlib.suppress(OSError, RecursionError):
        shutil.rmtree(folder)
    if os.path.lexists(folder):
        subprocess.run(["chmod", "-R", "u+rwx", "--", folder], check=False, stderr=subprocess.DEVNULL)
        subprocess.run(["rm", "-rf", "--", folder], check=False, stderr=subprocess.DEVNULL)


def files_below(folder: Path) -> Iterator[Path]:
    """The plain files below a folder, those of each folder sorted; no link is followed, and no depth too great."""
    waiting = [(folder, 0)]
    while waiting:
        here, depth = waiting.pop()
        try:
            entries = sorted(os.scandir(here), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            if entry.is_file(follow_symlinks=False):
                yield Path(entry.path)
        inner = [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
        if depth < MAX_DEPTH:
            waiting += [(Path(path), depth + 1) for path in reversed(inner)]


def lock(path: Path) -> bool:
    """Lock a file, made where it is missing, for as long as this process lives; whether nobody else has it."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return False
    _held[str(path)] = handle
    return True


def unlock(path: Path) -> None:
    """Let go of what `lock` has locked."""
    if (handle := _held.pop(str(path), None)) is not None:
        os.close(handle)


def make_temporary(prefix: str) -> Path:
    """A temporary folder that only we can read; `sweep` removes it once this process has been killed."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    lock(folder / OWNER)
    return folder


def remove_temporary(folder: Path) -> None:
    unlock(folder / OWNER)
    remove(folder)


def sweep(prefixes: Iterable[str]) -> None:
    """Remove temporary folders of ours whose processes have been killed before they could."""
    for prefix in prefixes:
        for folder in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
            with contextlib.suppress(OSError):
                owner = folder / OWNER
                if owner.lstat().st_uid == os.getuid() and lock(owner):
                    remove_temporary(folder)
