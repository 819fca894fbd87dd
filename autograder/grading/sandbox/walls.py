"""The walls, tried from inside before any line of a student's: what must be closed to it must not open.

It asks a process that is confined as a student's is, and that ends before one starts. What it learns holds for all that
this process's launcher starts.
"""

from collections.abc import Iterable
from pathlib import Path

from autograder.errors import ConfinementError
from autograder.grading.sandbox.limits import DEFAULT_LIMITS
from autograder.grading.sandbox.session import Session

FILES_TRIED = 3  # of a folder, beside the folder itself


def check_walls(paths: Iterable[Path]) -> None:
    """Raises ConfinementError where student code could open one of these files, list one of the folders, or open one
    of the first files in it.
    """
    tried = [str(found) for path in paths for found in samples(path) if is_text(found)]
    with Session([], {}, DEFAULT_LIMITS) as session:
        opened = session.openable(tried)
    if opened:
        raise ConfinementError(
            f"student code could read {opened[0]}: move it away from Python's own folders or close it to other users; "
            "to run the students' code all the same, add --unconfined"
        )


def is_text(path: Path) -> bool:
    """Whether a path can be sent to the other side."""
    try:
        return bool(str(path).encode())
    except UnicodeEncodeError:
        return False


def samples(path: Path) -> list[Path]:
    """A file; or a folder and a few of the files in it. Nothing where it does not exist."""
    if not path.is_dir():
        return [path.resolve()] if path.exists() else []
    files = (inside for inside in sorted(path.iterdir()) if inside.is_file() and not inside.is_symlink())
    return [path.resolve(), *(inside.resolve() for inside, _ in zip(files, range(FILES_TRIED), strict=False))]
