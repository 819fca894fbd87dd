"""Files that are written whole or not at all, and folders that student code has had.

It needs nothing but Python itself: the container's entry uses it where all else may be missing.
"""

import contextlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from autograder.errors import OutputError


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
