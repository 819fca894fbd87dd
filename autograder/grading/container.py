"""The container's entry: whatever happens, it leaves a valid results.json, written after student code has gone.

Layout: /autograder/source (the zip, unpacked), submission, results. It must never let the student's process see
any of the three.
"""

import contextlib
import json
import os
import pickle
import traceback
from pathlib import Path
from typing import Any

from autograder.files import replace

SORRY = "The autograder did not finish. Submit again; if this stays, tell your instructor."


def main(root: str | Path = "/autograder", **settings: Any) -> None:
    """Grade root/submission with root/source into root/results: results.json, and results.pkl for `otter grade`.

    settings: those of `autograder.grading.grade.grade`.
    """
    root = Path(root)
    results = root / "results"
    results.mkdir(parents=True, exist_ok=True)
    replace(results / "results.json", json.dumps(fallback()).encode())
    if os.geteuid() == 0:  # the container is ours alone: close it to the student's user id
        for name in ("source", "submission", "results"):
            os.chmod(root / name, 0o700)
    try:
        report, graded = graded_in(root, settings)
        replace(results / "results.pkl", pickle.dumps(graded))
        replace(results / "results.json", json.dumps(report, indent=2).encode())
        print(f"score: {graded.total:g} of {graded.possible:g}")
    except Exception:
        with contextlib.suppress(Exception):
            replace(results / "results.json", json.dumps(fallback(traceback.format_exc())).encode())


def graded_in(root: Path, settings: dict[str, Any]) -> tuple[dict[str, Any], Any]:
    """(Gradescope's report, Otter's results), after the last student process has gone."""
    # Imported here, so that an environment without Otter leaves a fallback too.
    from autograder.grading.assignment import Assignment
    from autograder.grading.grade import grade
    from autograder.grading.gradescope import gradescope_report, otter_results
    from autograder.grading.sandbox.launcher import close_launcher
    from autograder.grading.sandbox.walls import check_walls

    try:
        with Assignment(root / "source") as assignment:
            if not settings.get("unconfined"):
                closed = ("source", "source/tests", "source/files", "submission", "results")
                check_walls([*assignment.closed, *(root / name for name in closed)])
            grading = grade(root / "submission", assignment, **settings)
            return gradescope_report(grading, assignment), otter_results(grading, assignment)
    finally:
        close_launcher()


def fallback(trace: str = "") -> dict[str, Any]:
    """A result for a grading that failed; the instructor alone sees why."""
    tests = [{"name": "Autograder", "score": 0, "output": SORRY, "visibility": "visible", "status": "failed"}]
    if trace:
        tests.append({"name": "What failed", "output": trace, "visibility": "hidden", "status": "failed"})
    return {"score": 0, "output": SORRY, "tests": tests}


if __name__ == "__main__":
    main()
