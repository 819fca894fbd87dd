"""What one process of a class does: grade a submission with the zip that it has opened once.

It must never let a result depend on where it runs, or leave a process or a folder behind.
"""

import contextlib
import gc
import hashlib
import multiprocessing
import os
import signal
import tempfile
import threading
import time
from multiprocessing.queues import SimpleQueue
from pathlib import Path
from typing import NoReturn

import msgspec

from autograder.classroom.answers import written_answers
from autograder.classroom.choice import read_one
from autograder.errors import IntakeError, UndecidedError
from autograder.files import remove
from autograder.grading.assignment import Assignment
from autograder.grading.grade import grade_submission, refused
from autograder.grading.gradescope import gradescope_report
from autograder.grading.intake import Submission
from autograder.grading.results import Grading
from autograder.grading.sandbox.launcher import close_launcher, launcher
from autograder.grading.sandbox.limits import Limits
from autograder.grading.sandbox.walls import check_walls

SCRIPT = "a script: of written answers, nothing was read"
READ_SECONDS = 30  # for all that a student has submitted
PATIENCE_SECONDS = 5  # for what is under way when the class's process has died


class Archive(msgspec.Struct, frozen=True):
    """An autograder zip's bytes, and their digest."""

    data: bytes
    digest: str

    @classmethod
    def of(cls, data: bytes) -> "Archive":
        return cls(data, hashlib.sha256(data).hexdigest())


class Task(msgspec.Struct, frozen=True):
    """One submission to grade, a student's files or what was read of them, and how."""

    source: tuple[Path, ...] | Submission
    limits: Limits
    unconfined: bool


class Graded(msgspec.Struct, frozen=True):
    """What comes back: the results, Gradescope's report of them as JSON, and how long it took.

    grading: None where a person has to choose first, and `why` says among what. written: {question: HTML}. note: what
    was chosen of several files.
    """

    grading: Grading | None
    report: bytes
    seconds: float
    why: str = ""
    written: dict[str, str] = {}
    note: str = ""


_open: dict[str, Assignment] = {}
_one_at_a_time = threading.Lock()
_own_archive: Archive | None = None


def work(archive: Archive, task: Task) -> Graded:
    """Grade one submission in this process, here or in a cluster. A worker's threads take turns."""
    with _one_at_a_time:
        return grade_task(task, opened(archive))


def opened(archive: Archive) -> Assignment:
    """The zip, opened once in this process."""
    if archive.digest not in _open:
        close_archive()
        with tempfile.NamedTemporaryFile(suffix=".zip") as file:
            file.write(archive.data)
            file.flush()
            _open[archive.digest] = Assignment(file.name).open()
        gc.collect()
        gc.freeze()  # what is loaded stays, and need not be looked through with each submission's garbage
    return _open[archive.digest]


def get_ready(closed: list[Path]) -> None:
    """Have all at hand that the first submission needs. closed: what student code must not be able to read, where
    this worker tries the walls. Raises ConfinementError.
    """
    assert _own_archive is not None
    with _one_at_a_time:
        launcher()  # it gets ready while the zip is opened
        assignment = opened(_own_archive)
        if closed:
            check_walls([*assignment.closed, *closed])


def grade_task(task: Task, assignment: Assignment) -> Graded:
    """Grade a task's submission."""
    start = time.perf_counter()
    written, note = dict[str, str](), ""
    try:
        submission = task.source if isinstance(task.source, Submission) else read_in_time(task.source, assignment)
        written, note = written_answers(submission, assignment.written), submission.note
        if assignment.written and not submission.notebook:
            note = SCRIPT
        grading = grade_submission(submission, assignment, task.limits, task.unconfined)
    except UndecidedError as refusal:
        return Graded(None, b"", 0, str(refusal))
    except IntakeError as refusal:
        grading = refused(assignment, refusal)
    report = msgspec.json.encode(gradescope_report(grading, assignment))
    return Graded(grading, report, round(time.perf_counter() - start, 3), grading.refusal, written, note)


def read_in_time(paths: tuple[Path, ...], assignment: Assignment) -> Submission:
    """What a student has submitted. Raises IntakeError, also where it takes too long to read."""
    before = signal.signal(signal.SIGALRM, too_slow)
    signal.setitimer(signal.ITIMER_REAL, READ_SECONDS)
    try:
        return read_one(paths, assignment)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def too_slow(*_: object) -> NoReturn:
    raise IntakeError("the file takes too long to read. Submit your .ipynb file, without large files beside it.")


def work_here(task: Task) -> Graded:
    """`work` with the zip that this worker was started with."""
    assert _own_archive is not None
    return work(_own_archive, task)


def close_archive() -> None:
    while _open:
        _open.popitem()[1].__exit__(None, None, None)


def end_worker() -> None:
    """Let go of all that this worker holds."""
    with _one_at_a_time:
        close_archive()
        close_launcher()


def start_worker(cores: "SimpleQueue[int]", folder: str, archive: Archive) -> None:
    """A local worker leaves Ctrl-C to the class, and keeps with its student processes to one core and one folder.

    On one core a question and its answer change hands without waking another one: a third of the time is saved.
    """
    global _own_archive
    _own_archive = archive
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, leave)
    tempfile.tempdir = folder
    threading.Thread(target=end_with_class, args=(folder,), daemon=True).start()
    if hasattr(os, "sched_setaffinity"):
        with contextlib.suppress(OSError):
            os.sched_setaffinity(0, {cores.get()})


def leave(*_: object) -> NoReturn:
    """End this worker at once, after its student processes and their keeper: what they have written can go then."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one would wait for what the first one holds
    with contextlib.suppress(Exception):
        close_launcher()
    os._exit(1)


def end_with_class(folder: str) -> NoReturn:
    """Leave nothing behind where the class's process is killed and can no longer end its workers."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    _one_at_a_time.acquire(timeout=PATIENCE_SECONDS)  # a submission that hangs may not hold us up
    with contextlib.suppress(Exception):
        close_launcher()
    remove(folder)
    os._exit(1)
