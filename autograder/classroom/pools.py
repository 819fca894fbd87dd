"""The processes that grade a class: a pool of them here, or a cluster's."""

import concurrent.futures as futures
import contextlib
import multiprocessing
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

from autograder.classroom.worker import Archive, Graded, Task, end_worker, get_ready, start_worker, work, work_here
from autograder.errors import ClusterError, OutputError
from autograder.files import make_temporary, remove_temporary

PREFIX = "class-"  # of the folder of a class's workers
MAX_PATH = 107 - len("/pymp-12345678/listener-12345678")  # a socket's, and what multiprocessing adds to a folder
CONNECT_SECONDS = 10

Result = futures.Future[Graded]


class Pool(Protocol):
    """Grades submissions, `workers` at a time."""

    workers: int

    def get_ready(self) -> None:
        """Before the first task. Raises ConfinementError where student code could read what it must not."""

    def submit(self, task: Task) -> Result: ...

    def restart(self) -> None:
        """After a worker has died: a pool of processes takes no more then."""

    def close(self, at_once: bool = False) -> None: ...


class LocalPool:
    """Processes of this machine, forked from one that has loaded the grader, so that they share its memory.

    closed: files and folders that student code must not be able to read.
    """

    def __init__(self, workers: int, archive: Archive, closed: Iterable[Path] = ()) -> None:
        if len(os.fsencode(tempfile.gettempdir())) > MAX_PATH:
            what = "too long a path for Python's sockets: set TMPDIR to a shorter one"
            raise OutputError(f"{tempfile.gettempdir()}: {what}")
        self.workers, self.archive, self.folder = workers, archive, make_temporary(PREFIX)
        self.closed = [path.absolute() for path in closed]
        os.chmod(self.folder, 0o711)  # student processes pass it, on the way to their own folders
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the arrays are small, and the cores have their workers
        self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["autograder.classroom.worker"])
        cores, own = context.SimpleQueue(), allowed_cores()
        for number in range(self.workers):
            cores.put(own[number % len(own)])
        settings = cores, str(self.folder), self.archive
        self.pool = futures.ProcessPoolExecutor(self.workers, context, start_worker, settings)

    def get_ready(self) -> None:
        """One worker tries the walls, for all; the others start meanwhile."""
        tried = self.pool.submit(get_ready, self.closed)
        for _ in range(1, self.workers):
            self.pool.submit(get_ready, [])
        tried.result()

    def submit(self, task: Task) -> Result:
        return self.pool.submit(work_here, task)

    def restart(self) -> None:
        self.pool.shutdown(cancel_futures=True)
        self._start()

    def close(self, at_once: bool = False) -> None:
        if at_once:
            for process in list((self.pool._processes or {}).values()):
                process.terminate()  # as `leave` does
        self.pool.shutdown(cancel_futures=True)
        remove_temporary(self.folder)


class DaskPool:
    """The workers of an existing Dask cluster, each of which needs this package and confinement of its own."""

    def __init__(self, address: str, archive: Archive) -> None:
        try:
            from distributed import Client
        except ImportError:
            raise ClusterError("Dask is not installed: pip install -e '.[cluster]'") from None
        try:
            connect: Any = Client
            self.client: Any = connect(address, timeout=CONNECT_SECONDS)
        except (OSError, ValueError, TimeoutError) as problem:
            raise ClusterError(f"no Dask scheduler answers at {address}: {problem}") from None
        self.workers = max(1, sum(self.client.nthreads().values()))
        self.pool: Any = self.client.get_executor()
        self.archive = self.client.scatter(archive, broadcast=True)

    def get_ready(self) -> None:
        """Nothing: each of its workers is somebody's own, and may be ready since yesterday."""

    def submit(self, task: Task) -> Result:
        return self.pool.submit(work, self.archive, task)  # type: ignore[no-any-return]

    def restart(self) -> None:
        """Nothing: the cluster replaces its workers itself."""

    def close(self, at_once: bool = False) -> None:
        self.pool.shutdown(wait=not at_once)  # without a wait it cancels what is under way
        with contextlib.suppress(Exception):  # a worker that has gone has ended
            self.client.run(end_worker)
        self.client.close()


def allowed_cores() -> list[int]:
    """The numbers of the processor's cores that this process may use."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else list(range(os.cpu_count() or 1))
