"""Files that are written whole or not at all, and folders that student code has had.

It must need nothing but Python itself: the container's entry uses it where all else may be missing.
"""

import contextlib
import os
import shutil
import subprocess


def replace(path, data):
    """Write a file's bytes whole or not at all; an OSError names the file."""
    new = path.with_name(path.name + ".new")
    try:
        new.unlink(missing_ok=True)
        new.write_bytes(data)
        os.replace(new, path)
    except OSError as problem:
        with contextlib.suppress(OSError):
            new.unlink(missing_ok=True)
        raise OSError(problem.errno, problem.strerror, str(path)) from None


def remove(folder):
    """Remove a folder that student code has had: never follows a link; closed or very deep folders included."""
    with contextlib.suppress(OSError, RecursionError):
        shutil.rmtree(folder)
    if os.path.lexists(folder):
        subprocess.run(["chmod", "-R", "u+rwx", "--", folder], check=False, stderr=subprocess.DEVNULL)
        subprocess.run(["rm", "-rf", "--", folder], check=False, stderr=subprocess.DEVNULL)
