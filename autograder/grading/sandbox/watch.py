"""How much memory and disk a student's processes hold, looked at from outside.

Folders are walked by descriptors and without following links, so that nothing outside the scratch folder can be put
in the way. What cannot be looked into counts as too much: nothing honest is hidden so.
"""

import contextlib
import os
import stat
from collections.abc import Iterable

from autograder.grading.sandbox.processes import stat_fields

NAME_BYTES = 4096  # what a file's entry in its folder counts
MAX_MAPS = 1 << 20  # bytes of a process's list of mappings; an honest one has some ten thousand
MAX_FOLDER_DEPTH = 2000  # each level holds a descriptor while its folders are walked
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def bytes_written(folder: int, path: str, family: Iterable[int], enough: int) -> int:
    """Bytes on disk below a folder, and in files without a name that a process still holds. Stops looking at `enough`.

    folder: a descriptor of it; path: its path, as it stands in a list of mappings. A name takes room too, whatever the
    size of its file.
    """
    try:
        total = _below(os.open(".", FOLDER, dir_fd=folder), enough)
        return total if total > enough else total + _nameless(path, family)
    except OSError:  # a folder that is closed or too deep, a process that shows nothing
        return enough + 1


def _below(top: int, enough: int) -> int:
    """Bytes on disk below an open folder, which is closed. Raises OSError.

    The stack holds a folder that is open, and the names of those in it that wait, for each level down.
    """
    total, stack = 0, list[tuple[int, list[str]]]()
    try:
        folder: int | None = top
        while folder is not None:
            found, inner = _listed(folder, enough - total)
            total += found
            stack.append((folder, inner))
            if total > enough or len(stack) > MAX_FOLDER_DEPTH:
                return enough + 1
            folder = _next_folder(stack)
        return total
    finally:
        for open_folder, _ in stack:
            os.close(open_folder)


def _listed(folder: int, enough: int) -> tuple[int, list[str]]:
    """(bytes of what lies in an open folder, names of the folders in it). Stops looking at `enough`."""
    total, inner = 0, list[str]()
    with os.scandir(folder) as entries:
        for entry in entries:
            total += NAME_BYTES
            if total > enough:
                break
            with contextlib.suppress(FileNotFoundError):
                total += entry.stat(follow_symlinks=False).st_blocks * 512
                if entry.is_dir(follow_symlinks=False):
                    inner.append(entry.name)
    return total, inner


def _next_folder(stack: list[tuple[int, list[str]]]) -> int | None:
    """Open the next folder that waits, closing those that are done; None where none is left."""
    while stack:
        folder, waiting = stack[-1]
        while waiting:
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                return os.open(waiting.pop(), FOLDER, dir_fd=folder)
        os.close(stack.pop()[0])
    return None


def _nameless(path: str, family: Iterable[int]) -> int:
    """Bytes on disk in files without a name that are open in, or mapped by, a process of a family.

    Root in a container may lack the right to look into processes of another user; then these files are not counted.
    """
    found: dict[tuple[int, int], int] = {}
    for pid in family:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has ended
            for thread in os.listdir(f"/proc/{pid}/task"):  # threads need not share their descriptors
                try:
                    _look_into(f"/proc/{pid}/task/{thread}", path, found)
                except PermissionError:
                    if os.geteuid() and not has_ended(f"/proc/{pid}/task/{thread}"):
                        raise
    return sum(found.values())


def _look_into(thread: str, path: str, found: dict[tuple[int, int], int]) -> None:
    """Note the nameless files of one thread: those that it has open, and those below `path` that it has mapped."""
    for number in os.listdir(f"{thread}/fd"):
        _note(f"{thread}/fd/{number}", found)
    with open(f"{thread}/maps", "rb") as file:
        maps = file.read(MAX_MAPS)
    if len(maps) == MAX_MAPS:
        raise OSError("too many mappings to look at")
    for line in maps.splitlines():
        if path.encode() in line and line.endswith(b"(deleted)"):
            _note(f"{thread.partition('/task')[0]}/map_files/{line.split()[0].decode()}", found)


def has_ended(thread: str) -> bool:
    """Whether a thread is a zombie, or on its way there without memory: neither shows anything to an ordinary user."""
    fields = stat_fields(thread)
    return fields[0] in "ZX" or fields[20] == "0"


def _note(path: str, found: dict[tuple[int, int], int]) -> None:
    """Note the bytes on disk of a file, if it has no name."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        file = os.stat(path)
        if stat.S_ISREG(file.st_mode) and file.st_nlink == 0:
            found[file.st_dev, file.st_ino] = file.st_blocks * 512
