"""Otter's own grading, forked from a process that has imported it once: a program that the fixture `otter` talks to.

Each line of its input is a JSON object {path, archive, seconds, cells}; each line of its output what Otter made of that
submission, {total, points, shown}, or null where it left no result in time. Where there are cells, these run without a
kernel, in the process that then runs Otter's test files. A submission runs in a process group of its own, which is
killed with all that is left in it.
"""

import contextlib
import json
import os
import signal
import sys
import time
import zipfile
from pathlib import Path

from otter.api import grade_submission
from otter.test_files import ExceptionTestFile


def main():
    for line in sys.stdin:
        request = json.loads(line)
        answer = Path(request["path"]).parent / "otter.json"
        pid = os.fork()
        if not pid:
            grade(request, answer)
        end = time.monotonic() + request["seconds"]
        while (ended := os.waitpid(pid, os.WNOHANG)) == (0, 0) and time.monotonic() < end:
            time.sleep(0.02)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, 0)
        was_killed = os.WIFSIGNALED(ended[1])
        print(answer.read_text() if answer.exists() and not was_killed else "null", flush=True)
        answer.unlink(missing_ok=True)


def grade(request, answer):
    """Grade in this process, a fork, and end it."""
    os.setsid()
    if request["cells"] and (pid := os.fork()):  # a process above it that a cell may kill
        os.waitpid(pid, 0)
        os._exit(0)
    folder = answer.parent
    os.environ["TMPDIR"] = str(folder)  # what a killed Otter leaves goes with the test's folder
    os.chdir(folder)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    try:
        files = without_a_kernel(request) if request["cells"] else with_otter(request)
        shown = [r.message for file in files for r in file.test_case_results if not r.test_case.hidden]
        new = answer.with_suffix(".new")
        points = {file.name: [r.test_case.points * r.passed for r in file.test_case_results] for file in files}
        total = sum(map(sum, points.values()))
        new.write_text(json.dumps({"total": total, "points": points, "shown": shown}))
        new.rename(answer)
    finally:
        os._exit(0)


def with_otter(request):
    return list(grade_submission(request["path"], request["archive"], quiet=True).results.values())


def without_a_kernel(request):
    with zipfile.ZipFile(request["archive"]) as file:
        file.extractall()
    sys.path[:0] = ["", "files"]
    names = {}
    for cell in request["cells"]:
        exec(compile(cell, "cell", "exec"), names)
    tests = [ExceptionTestFile.from_file(str(path)) for path in sorted(Path("tests").glob("*.py"))]
    for test in tests:
        test.run(names)
    return tests


if __name__ == "__main__":
    main()
