"""A class's submissions, graded by many processes at once, each result kept as soon as it is there.

It must never let one submission stop the others, hold more than a window of them in memory, or lose what is graded:
whatever stops a run, Ctrl-C included, the next one goes on from there.
"""

import concurrent.futures as futures
import hashlib
import signal
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import click
import msgspec

from autograder.classroom.gradebook import Gradebook
from autograder.classroom.progress import ClassProgress
from autograder.classroom.records import FAILED, GRADED, NOT_GRADED, Records
from autograder.classroom.roster import read_class
from autograder.classroom.workers import Cluster, LocalPool, allowed_cores, summary
from autograder.grading.grade import not_graded
from autograder.grading.intake import Refused, clean, read_submission
from autograder.grading.sandbox.session import Confinement, Limits

RESULTS = "results"
WINDOW = 3  # submissions under way, for each worker
LOOK_EVERY = 0.2  # seconds, for what stops a run


def grade_class(folder, out, assignment, archive, canvas=None, jobs=None, fresh=False, dask=None, unconfined=False):
    """Grade the class in `folder` into `out`; returns the exit code.

    assignment: open; archive: its zip. canvas: a CanvasExport to fill in. Raises NoClass, NoCluster, Confinement and
    OSError; what was graded by then is kept.
    """
    students, left = read_class(folder)
    room = Classroom(assignment, archive, out, unconfined=unconfined, fresh=fresh)
    book, unknown = Gradebook(out, assignment, students), []
    pool = Cluster(dask) if dask else LocalPool(jobs or len(allowed_cores()))
    try:
        with Interrupt() as interrupt, ClassProgress(len(students)) as progress:
            for student, record, kept in room.grade(students, pool, interrupt.pressed):
                book.add(student, record, kept)
                progress.step(failed=record["status"] != GRADED, kept=kept)
    finally:
        pool.close(at_once=len(book) < len(students))
        if len(book):
            unknown = book.write(canvas)
    for line in [*(f"left alone: {line}" for line in left), *unknown, *book.lines()]:
        click.echo(clean(line))  # file names come from students, and a terminal obeys
    if len(book) < len(students):
        click.echo(f"stopped: {len(book)} of {len(students)} are done and kept; the same command goes on", err=True)
        return 130
    return int(book.count(FAILED) > 0)


class Interrupt:
    """Ctrl-C or `kill` as a question, so that it breaks nothing off in the middle; the second is what it always is."""

    SIGNALS = (signal.SIGINT, signal.SIGTERM)

    def __enter__(self):
        self.was_pressed = False
        self.before = {number: signal.signal(number, self.note) for number in self.SIGNALS}
        return self

    def __exit__(self, *_):
        for number, handler in self.before.items():
            signal.signal(number, handler)

    def note(self, *_):
        self.was_pressed = True
        self.__exit__()

    def pressed(self):
        return self.was_pressed


class Classroom:
    """Grades students with an open Assignment into the folder `out`.

    archive: the path of the assignment's zip. fresh: whether to grade again what has a record.
    """

    def __init__(self, assignment, archive, out, limits=Limits(), unconfined=False, fresh=False):  # noqa: B008
        self.assignment, self.records = assignment, Records(Path(out) / RESULTS)
        self.limits, self.unconfined, self.fresh = limits, unconfined, fresh
        self.zip = Path(archive).read_bytes()
        self.digest = hashlib.sha256(self.zip).hexdigest()

    def grade(self, students, pool, stopped=lambda: False):
        """Yield (student, record, whether it was kept from before) as they come, until `stopped()`."""
        waiting, under_way = iter(students), {}
        while not stopped():
            while not stopped() and len(under_way) < WINDOW * pool.workers and (student := next(waiting, None)):
                record, task = self.prepare(student)
                if task:
                    under_way[self.submit(pool, task)] = student, record, task
                elif record["status"] == GRADED:
                    yield student, record, True
                else:
                    yield student, self.records.keep(student, record), False
            if not under_way:
                return
            done, _ = futures.wait(under_way, LOOK_EVERY, return_when=futures.FIRST_COMPLETED)
            died = [under_way.pop(future) for future in done if isinstance(future.exception(), BrokenProcessPool)]
            for future in done & under_way.keys():
                student, record, _ = under_way.pop(future)
                yield student, self.records.keep(student, record | self.result(future)), False
            if died:  # one of those under way has ended its worker, and with it the pool
                for student, record, task in [*died, *under_way.values()]:
                    if stopped():
                        return
                    pool.restart()
                    alone = self.result(self.submit(pool, task))
                    yield student, self.records.keep(student, record | alone), False
                under_way = {}
                pool.restart()

    def prepare(self, student):
        """(what is known of a student, what a worker has to do), the latter None where there is nothing to do."""
        record = {"student": student.id, "status": NOT_GRADED, "why": student.problem}
        if student.path is None:
            return record, None
        try:
            cells, extras = read_submission(student.path, self.assignment.config.assignment_name)
            work = msgspec.msgpack.encode([self.digest, cells, sorted(extras.items())])
        except Refused as refusal:
            refused = summary(not_graded(self.assignment, refusal), self.assignment.config)
            return record | {"why": str(refusal)} | refused, None
        except Exception as problem:
            return record | failure(problem), None
        record |= {"status": GRADED, "digest": hashlib.sha256(work).hexdigest()}
        kept = None if self.fresh else self.records.get(student)
        if kept and kept["status"] == GRADED and kept.get("digest") == record["digest"]:
            return kept, None
        return record, (cells, extras)

    def submit(self, pool, task):
        try:
            return pool.submit(self.digest, self.zip, *task, self.limits, self.unconfined)
        except BrokenProcessPool as died:  # it broke since we last looked
            future = futures.Future()
            future.set_exception(died)
            return future

    @staticmethod
    def result(future):
        """What a worker's answer adds to a record. Raises Confinement: then no submission can be graded."""
        try:
            return future.result()
        except Confinement:
            raise
        except Exception as problem:
            return failure(problem)


def failure(problem):
    """What a failure of the grader itself leaves: no points, and no digest, so that the next run tries again."""
    return {"status": FAILED, "why": f"{type(problem).__name__}: {problem}", "digest": None}
