"""A class's submissions, graded by many processes at once, each result kept as soon as it is there.

It must never let one submission stop the others, hold more than a window of them in memory, or lose what is graded:
whatever stops a run, Ctrl-C included, the next one resumes it.
"""

import concurrent.futures as futures
import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import NamedTuple

import click
import msgspec

from autograder.classroom.choice import read_one
from autograder.classroom.exports import GradeExport
from autograder.classroom.feedback import FOLDER as FEEDBACK
from autograder.classroom.gradebook import GRADES, REPORT, Gradebook, scale, title
from autograder.classroom.interrupt import Interrupt
from autograder.classroom.leftovers import settle
from autograder.classroom.marks import Marks
from autograder.classroom.pdfs import FOLDER as PDFS
from autograder.classroom.pdfs import find_chromium, write_pdfs
from autograder.classroom.pools import DaskPool, LocalPool, Pool, Result, allowed_cores
from autograder.classroom.progress import ClassProgress
from autograder.classroom.records import Records, Status, StudentRecord, safe_name
from autograder.classroom.roster import Student, read_class
from autograder.classroom.sheet import PAGE
from autograder.classroom.worker import Archive, Task
from autograder.errors import CallError, ConfinementError, IntakeError, OutputError, UndecidedError, WrittenError
from autograder.files import lock, unlock
from autograder.grading.assignment import Assignment
from autograder.grading.grade import refused
from autograder.grading.gradescope import gradescope_report
from autograder.grading.intake import Submission, content_digest
from autograder.grading.results import Grading
from autograder.grading.sandbox.limits import DEFAULT_LIMITS, Limits
from autograder.grading.text import clean, one_line

RESULTS, LOCK = "results", ".lock"
WINDOW = 3  # submissions under way, for each worker
LOOK_SECONDS = 0.2  # how often it looks for what stops a run
INTERRUPTED = 130  # the exit code of what Ctrl-C has ended


class Settings(msgspec.Struct, frozen=True):
    """How a class is graded. jobs: processes, one for each core otherwise. fresh: grade again what has a record.

    dask: the address of a scheduler. unconfined: grade also where student code cannot be confined. closed: what student
    code must not read, beside the class, its results and the zip. written: files with the points for written answers.
    pdf: print these answers, too.
    """

    jobs: int | None = None
    fresh: bool = False
    dask: str | None = None
    unconfined: bool = False
    limits: Limits = DEFAULT_LIMITS
    closed: tuple[Path, ...] = ()
    written: tuple[Path, ...] = ()
    pdf: bool = False


DEFAULT_SETTINGS = Settings()


class Done(NamedTuple):
    """A student's record, and whether an earlier run has made it."""

    student: Student
    record: StudentRecord
    kept: bool = False


class Waiting(NamedTuple):
    """What a worker has to do for a student, and the digest that its record will carry."""

    student: Student
    digest: str
    task: Task


def grade_class(
    folder: Path,
    out: Path,
    assignment: Assignment,
    exports: Sequence[GradeExport] = (),
    settings: Settings = DEFAULT_SETTINGS,
) -> int:
    """Grade the class in `folder` into `out` with an open Assignment; returns the exit code.

    exports: to fill in. Raises RosterError, ClusterError, ConfinementError and OutputError; what was graded
    by then is kept.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        if not lock(out / LOCK):
            raise CallError(f"another run writes to {out}: let it finish, or name another folder")
        try:
            return _grade_class(folder, out, assignment, exports, settings)
        finally:
            unlock(out / LOCK)
    except (OSError, OutputError) as problem:
        raise OutputError(f"{told(problem)}; what was graded is kept in {out}") from problem


def _grade_class(
    folder: Path, out: Path, assignment: Assignment, exports: Sequence[GradeExport], settings: Settings
) -> int:
    chromium = find_chromium() if settings.pdf else ""
    marks = named_marks(assignment, settings)
    for export in exports:
        parts = "with the written answers" if marks else "without the written answers, which --written adds"
        export.check_points(scale(assignment, marks is not None), parts if assignment.written else "all of them")
    roster = read_class(folder)
    archive = Archive.of(assignment.archive.read_bytes())
    run = ClassRun(assignment, archive, out, settings)
    if marks:
        earlier = Records(out / RESULTS)
        marks.check_class(record for student in roster.students if (record := earlier.get(student)))
    book = Gradebook(out, assignment, roster.students, marks)
    closed = () if settings.unconfined else (*assignment.closed, folder, out, out / RESULTS, *settings.closed)
    pool: Pool
    if settings.dask:
        pool = DaskPool(settings.dask, archive)
    else:
        pool = LocalPool(settings.jobs or len(allowed_cores()), archive, closed)
    unknown: list[str] = []
    try:
        pool.get_ready()
        with Interrupt() as interrupt, ClassProgress(len(roster.students)) as progress:
            for done in run.grade(roster.students, pool, interrupt.pressed):
                book.add(done.student, done.record, done.kept)
                progress.step(failed=not done.record.is_graded, kept=done.kept)
    finally:
        pool.close(at_once=len(book) < len(roster.students))
        if len(book):
            unknown = book.write(exports)
    if marks and marks.grades and not marks.used:
        raise WrittenError("none of the graded answers is in this class: name the file that was saved for it")
    if chromium and len(book) == len(roster.students):
        click.echo(write_pdfs(out, roster.students, run.records, assignment, chromium))
    old = run.settle(roster.students, exports, len(book) == len(roster.students))
    left = [f"left alone: {line}" for line in roster.left_alone]
    again = [f"{RESULTS}/{name} is of no use as it is: graded again" for name in run.records.unreadable]
    for line in [*left, *again, *unknown, *old, *book.lines()]:
        click.echo(clean(line))  # file names come from students, and a terminal obeys
    if len(book) < len(roster.students):
        told = f"stopped: {len(book)} of {len(roster.students)} are done and kept; the same command resumes"
        click.echo(told, err=True)
        return INTERRUPTED
    return int(book.statuses[Status.FAILED] > 0)


def named_marks(assignment: Assignment, settings: Settings) -> Marks | None:
    """The points for written answers, where a file with them was named. Raises CallError."""
    if not settings.written:
        return None
    if not assignment.written:
        raise CallError(f"{assignment.archive} has no written questions: leave out --written")
    return Marks(settings.written, assignment.written, title(assignment))


def told(problem: OSError | OutputError) -> str:
    """What cannot be read or written, and why."""
    if isinstance(problem, OSError) and problem.filename:
        return f"{problem.filename}: {problem.strerror}"
    return str(problem)


class ClassRun:
    """Grades students with an open Assignment; their records lie below `out`."""

    def __init__(self, assignment: Assignment, archive: Archive, out: Path, settings: Settings) -> None:
        self.assignment, self.archive, self.settings = assignment, archive, settings
        self.records, self.out = Records(out / RESULTS), out

    def settle(self, students: list[Student], exports: Sequence[GradeExport], whole: bool) -> list[str]:
        """Deal with what earlier runs have left. whole: whether all students are done."""
        names = [safe_name(student.id) for student in students]
        made = {GRADES, REPORT, PAGE, *(export.file for export in exports)}
        made |= {f"{folder}/{name}{end}" for name in names for folder, end in ((RESULTS, ".json"), (FEEDBACK, ".html"))}
        printed = {f"{PDFS}/{name}.pdf" for name in names}
        if self.settings.pdf:
            made |= printed
        return settle(self.out, made, () if self.settings.pdf else printed, (RESULTS, FEEDBACK, PDFS), whole)

    def grade(self, students: list[Student], pool: Pool, stopped: Callable[[], bool] = lambda: False) -> Iterator[Done]:
        """Each student's record as it comes, until `stopped()`."""
        coming = iter(students)
        under_way: dict[Result, Waiting] = {}
        while not stopped():
            while not stopped() and len(under_way) < WINDOW * pool.workers and (student := next(coming, None)):
                prepared = self.prepare(student)
                if isinstance(prepared, Done):
                    yield prepared
                else:
                    under_way[self.submit(pool, prepared.task)] = prepared
            if not under_way:
                return
            done, _ = futures.wait(under_way, LOOK_SECONDS, return_when=futures.FIRST_COMPLETED)
            died = [under_way.pop(future) for future in done if isinstance(future.exception(), BrokenProcessPool)]
            for future in done & under_way.keys():
                yield self.finish(under_way.pop(future), future)
            if died:  # one of those under way has ended its worker, and with it the pool
                for waiting in [*died, *under_way.values()]:
                    if stopped():
                        return
                    pool.restart()
                    yield self.finish(waiting, self.submit(pool, waiting.task))
                under_way = {}
                pool.restart()

    def prepare(self, student: Student) -> Done | Waiting:
        """What a worker has to do for a student; the record at once, where there is nothing to do."""
        if not student.paths:
            return self.keep(student, ungraded(student, student.problem))
        contents = " ".join(content_digest(path) for path in student.paths)
        digest = hashlib.sha256(f"{self.archive.digest} {contents}".encode()).hexdigest()
        kept = None if self.settings.fresh else self.records.get(student)
        if kept and kept.is_graded and kept.digest == digest:
            return Done(student, kept, kept=True)
        source: tuple[Path, ...] | Submission = student.paths
        if self.settings.dask:  # its workers need not see our files
            try:
                source = read_one(student.paths, self.assignment)
            except UndecidedError as refusal:
                return self.keep(student, ungraded(student, str(refusal)))
            except IntakeError as refusal:
                grading = refused(self.assignment, refusal)
                record = StudentRecord(
                    student=student.id,
                    status=Status.NOT_GRADED,
                    why=grading.refusal,
                    digest=digest,
                    grading=grading,
                )
                return self.keep(student, record, grading)
        return Waiting(student, digest, Task(source, self.settings.limits, self.settings.unconfined))

    def keep(self, student: Student, record: StudentRecord, grading: Grading | None = None) -> Done:
        """Write the record of a submission that no worker has seen."""
        report = msgspec.json.encode(gradescope_report(grading, self.assignment)) if grading else None
        self.records.keep(student, record, report)
        return Done(student, record)

    def submit(self, pool: Pool, task: Task) -> Result:
        try:
            return pool.submit(task)
        except BrokenProcessPool as died:  # it broke since we last looked
            future: Result = futures.Future()
            future.set_exception(died)
            return future

    def finish(self, waiting: Waiting, future: Result) -> Done:
        """Write the record of what a worker has done. Raises ConfinementError: then no submission can be graded."""
        student = waiting.student
        try:
            graded = future.result()
        except ConfinementError:
            raise
        except Exception as problem:
            return self.keep(student, failure(student, problem))
        if graded.grading is None:
            return self.keep(student, ungraded(student, graded.why))
        record = StudentRecord(
            student=student.id,
            status=Status.NOT_GRADED if graded.why else Status.GRADED,
            why=graded.why,
            digest=waiting.digest,
            seconds=graded.seconds,
            grading=graded.grading,
            note=graded.note,
            written=graded.written,
        )
        self.records.keep(student, record, graded.report)
        return Done(student, record)


def ungraded(student: Student, why: str) -> StudentRecord:
    """The record of a student of whom nothing can be graded: the points stay empty."""
    return StudentRecord(student=student.id, status=Status.NOT_GRADED, why=why)


def failure(student: Student, problem: Exception) -> StudentRecord:
    """What a failure of the grader itself leaves: no points, and no digest, so that the next run tries again."""
    why = one_line(f"{type(problem).__name__}: {problem}")
    return StudentRecord(student=student.id, status=Status.FAILED, why=why)
