"""Of all that a student has submitted, the one thing that is graded."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from autograder.classroom.answers import is_foreign, prose_cells
from autograder.errors import IntakeError, UndecidedError
from autograder.grading.assignment import Assignment
from autograder.grading.intake import Submission, read_submission
from autograder.grading.text import clean

FOREIGN = "nothing in the notebook is of this assignment. Submit the notebook that was handed out, with your answers."


def read_one(paths: Sequence[Path], assignment: Assignment) -> Submission:
    """What there is to grade in a student's files: of several, the only one that carries the assignment's name, or any
    where all say the same. Raises IntakeError; UndecidedError where a person has to choose.
    """
    found: list[tuple[Path, Submission]] = []
    refusals: list[IntakeError] = []
    for path in paths:
        try:
            submission = read_submission(path, assignment.name, assignment.skipped)
            if is_foreign(submission, [*assignment.points], assignment.asked):
                raise IntakeError(FOREIGN)
            found.append((path, submission))
        except IntakeError as refusal:
            refusals.append(refusal)
    if not found:
        raise refusals[0]
    if len(paths) == 1:
        return found[0][1]
    ours = [(path, submission) for path, submission in found if submission.is_ours] or found
    if any(content(submission) != content(ours[0][1]) for _, submission in ours):
        names = ", ".join(shown(path) for path, _ in ours)
        raise UndecidedError(clean(f"submitted {len(ours)} files: {names}. Leave the one that counts"))
    path, submission = ours[0]
    why = "it alone carries the assignment's name" if len(ours) == 1 else "the others say the same"
    why = "the others cannot be" if len(found) == 1 else why
    note = f"Of {len(paths)} files, {shown(path)} is graded: {why}."
    return msgspec.structs.replace(submission, note=clean(note))


def shown(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def content(submission: Submission) -> tuple[list[str], list[str]]:
    """What two copies of one notebook have in common."""
    return submission.cells, [cell.text for cell in prose_cells(submission.notebook)]
