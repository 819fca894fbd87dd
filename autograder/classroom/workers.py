"""The processes that grade a class: what one does with a submission, a pool of them here, and a cluster's.

It must never let a worker's result depend on where it runs, or leave a process or a folder behind.
"""

import concurrent.futures as futures
import contextlib
import errno
import multiprocessing
import os
import signal
import tempfile
import threading
import time

from autograder.files import remove
from autograder.grading.grade import Assignment, grade_cells, gradescope_dict, title
from autograder.grading.sandbox.session import close_server

MAX_PATH = 107 - len("/pymp-12345678/listener-12345678")  # a socket's, and what multiprocessing adds to a folder

# --- in a worker ------------------------------------------------------------------------------------------------------

_open, _one_at_a_time = {}, threading.Lock()


def work(digest, archive, cells, extras, limits, unconfined):
    """Grade one submission in this process; a record's part that depends on it. Runs on this machine or in a cluster.

    archive: the zip's bytes, unpacked when they are first met. A worker's threads take turns.
    """
    with _one_at_a_time:
        if digest not in _open:
            close_archive()
            with tempfile.NamedTemporaryFile(suffix=".zip") as file:
                file.write(archive)
                file.flush()
                _open[digest] = Assignment(file.name).__enter__()
        start = time.perf_counter()
        results = grade_cells(cells, extras, _open[digest], limits, unconfined)
        return summary(results, _open[digest].config, time.perf_counter() - start)


def close_archive():
    while _open:
        _open.popitem()[1].__exit__(None, None, None)


def end_worker():
    with _one_at_a_time:
        close_archive()
        close_server()


def start_worker(cores, folder):
    """A local worker leaves Ctrl-C to the class, and keeps with its student processes to one core and one folder.

    On one core a question and its answer change hands without waking another one: a third of the time is saved.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, leave)
    tempfile.tempdir = folder
    threading.Thread(target=end_with_class, args=(folder,), daemon=True).start()
    if hasattr(os, "sched_setaffinity"):
        with contextlib.suppress(OSError):
            os.sched_setaffinity(0, {cores.get()})


def leave(*_):
    """End this worker at once, after its student processes and their server: what they have written can go then."""
    with contextlib.suppress(Exception):
        close_server()
    os._exit(1)


def end_with_class(folder):
    """Leave nothing behind where the class's process is killed and can no longer end its workers."""
    multiprocessing.parent_process().join()
    _one_at_a_time.acquire(timeout=5)  # what is under way may end; a submission that hangs may not hold us up
    with contextlib.suppress(Exception):
        close_server()
    remove(folder)
    os._exit(1)


def summary(results, config, seconds=0.0):
    """What a record says of a grading: plain data."""
    questions = {}
    for name, file in results.results.items():
        cases = [
            {
                "title": title(r.test_case, name),
                "hidden": r.test_case.hidden,
                "points": r.test_case.points,
                "passed": r.passed,
                "message": r.message,
                "causes": getattr(r, "causes", []),
            }
            for r in file.test_case_results
        ]
        questions[name] = {"score": file.score, "possible": file.possible, "cases": cases}
    return {
        "seconds": round(seconds, 3),
        "total": results.total,
        "possible": results.possible,
        "questions": questions,
        "cells": results.output,
        "gradescope": gradescope_dict(results, config),
    }


# --- the pools --------------------------------------------------------------------------------------------------------


class LocalPool:
    """Processes of this machine, forked from one that has loaded Otter, so that they share its memory."""

    def __init__(self, workers):
        if len(os.fsencode(tempfile.gettempdir())) > MAX_PATH:
            what = "too long a path for Python's sockets: set TMPDIR to a shorter one"
            raise OSError(errno.ENAMETOOLONG, what, tempfile.gettempdir())
        self.workers, self.folder = workers, tempfile.mkdtemp(prefix="class-")
        os.chmod(self.folder, 0o711)  # student processes pass it, on the way to their own folders
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the arrays are small, and the cores have their workers
        self.start()

    def start(self):
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["autograder.classroom.run"])
        cores, own = context.SimpleQueue(), allowed_cores()
        for number in range(self.workers):
            cores.put(own[number % len(own)])
        self.pool = futures.ProcessPoolExecutor(self.workers, context, start_worker, (cores, self.folder))

    def submit(self, *args):
        return self.pool.submit(work, *args)

    def restart(self):
        """After a worker has died: the pool of it takes no more."""
        self.pool.shutdown(cancel_futures=True)
        self.start()

    def close(self, at_once=False):
        if at_once:
            for process in list((self.pool._processes or {}).values()):
                process.terminate()  # as `leave` does
        self.pool.shutdown(cancel_futures=True)
        remove(self.folder)


class Cluster:
    """The workers of an existing Dask cluster, each of which needs this package and confinement of its own."""

    def __init__(self, address):
        try:
            from distributed import Client
        except ImportError:
            raise NoCluster("Dask is not installed: pip install -e '.[cluster]'") from None
        try:
            self.client = Client(address, timeout=10)
        except (OSError, ValueError, TimeoutError) as problem:
            raise NoCluster(f"no Dask scheduler answers at {address}: {problem}") from None
        self.workers = max(1, sum(self.client.nthreads().values()))
        self.pool, self.archive = self.client.get_executor(), None

    def submit(self, digest, archive, *args):
        self.archive = self.archive or self.client.scatter(archive, broadcast=True)
        return self.pool.submit(work, digest, self.archive, *args)

    def restart(self):
        pass

    def close(self, at_once=False):
        self.pool.shutdown(wait=not at_once)  # without a wait it cancels what is under way
        with contextlib.suppress(Exception):  # a worker that has gone has ended
            self.client.run(end_worker)
        self.client.close()


class NoCluster(Exception):
    """The cluster cannot be used; the message says what to do."""


def allowed_cores():
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else list(range(os.cpu_count() or 1))
