"""Processes and their descendants, as Linux shows them in /proc, and the user ids that student processes get."""

import contextlib
import functools
import os
import resource
import signal
from collections.abc import Iterable, Iterator
from typing import NamedTuple

CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


class Process(NamedTuple):
    pid: int
    parent: int
    resident: int  # bytes in memory
    cpu: float  # seconds of processor time, its own and that of children that it has collected


def processes() -> Iterator[Process]:
    """All processes that can be seen; none where there is no /proc."""
    for name in os.listdir("/proc") if os.path.isdir("/proc") else ():
        if name.isdecimal():
            with contextlib.suppress(OSError, ValueError, IndexError):
                yield process(int(name))


def process(pid: int) -> Process:
    """Raises OSError, ValueError or IndexError where it has gone."""
    fields = stat_fields(f"/proc/{pid}")
    pages = int(fields[21])
    if fields[0] == "Z":  # its first thread has ended, and another may hold all that it has
        tasks = os.listdir(f"/proc/{pid}/task")
        pages = max(int(stat_fields(f"/proc/{pid}/task/{task}")[21]) for task in tasks)
    cpu = sum(map(int, fields[11:15])) / CLOCK_TICKS
    return Process(pid, int(fields[1]), pages * resource.getpagesize(), cpu)


def stat_fields(folder: str) -> list[str]:
    """The fields of a process's or thread's `stat` after its name: state, parent, and so on. Raises OSError."""
    with open(f"{folder}/stat", encoding="ascii", errors="replace") as file:  # a process chooses its name
        return file.read().rpartition(")")[2].split()


def proportional(pids: Iterable[int]) -> int:
    """Bytes in memory of some processes together, what several of them share counted once. Raises OSError."""
    return sum(share_of(pid) for pid in pids)


def share_of(pid: int) -> int:
    """Bytes in memory of a process by its share in them, told by the first of its threads that has not ended."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for task in os.listdir(f"/proc/{pid}/task"):
            with (
                contextlib.suppress(FileNotFoundError, ProcessLookupError),
                open(f"/proc/{pid}/task/{task}/smaps_rollup") as file,
            ):
                if found := sum(int(line.split()[1]) << 10 for line in file if line.startswith("Pss:")):
                    return found
    return 0


def children(pid: int) -> list[int]:
    """The children of a process, the ended ones too. Raises OSError where the kernel does not list them.

    Of several, one can be left out while others come and go; "none" is always true.
    """
    found = list[int]()
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/children") as file:
            found += map(int, file.read().split())
    return found


def descendants(top: int, without: int = 0) -> dict[int, Process]:
    """{pid: process} of everything that came from a process, but for one child and what came from that."""
    table, found = [process for process in processes() if process.pid != without], dict[int, Process]()
    grown = True
    while grown:
        fresh = {p.pid: p for p in table if p.parent in (top, *found) and p.pid not in found}
        found |= fresh
        grown = bool(fresh)
    return found


def spare_uid(pid: int) -> int | None:
    """A user id for a process, or None where we are not root. Only ids that the container maps.

    No other process has it, except where few ids are mapped: there two that run at once share one in 40,000 times.
    """
    if os.geteuid() != 0 or not mapped_ids():
        return None
    return 1_000_000 + pid if mapped_ids() > 6_000_000 else 20_000 + pid % 40_000


@functools.cache
def mapped_ids() -> int:
    """How many user ids there are here; 0 where there is no /proc that says so."""
    try:
        with open("/proc/self/uid_map") as file:
            return sum(int(line.split()[2]) for line in file)
    except OSError:
        return 0


def threads_of(uid: int) -> int:
    """How many threads a user has now: the kernel counts them all against the limit."""
    total = 0
    for process in processes():
        with contextlib.suppress(OSError):
            if os.stat(f"/proc/{process.pid}").st_uid == uid:
                total += len(os.listdir(f"/proc/{process.pid}/task"))
    return total


def end_user(uid: int) -> None:
    """Kill all processes of a user id at once, so that a fork bomb cannot run ahead."""
    helper = os.fork()
    if not helper:
        with contextlib.suppress(OSError):
            os.setresuid(uid, uid, uid)
            os.kill(-1, signal.SIGKILL)
        os._exit(0)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(helper, 0)
