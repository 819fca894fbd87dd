"""Whether this machine has nothing else to do: figures that are taken beside other work are worth nothing.

Linux tells in /proc/stat how the time of each core was spent, and how many processes want to run now.
"""

import os
import platform
import time
from pathlib import Path
from typing import NamedTuple

STAT, LOAD = Path("/proc/stat"), Path("/proc/loadavg")
LOOK_SECONDS, LOOKS = 0.25, 8  # a look at the run queue, and how many of them make a sample
PATIENCE_SECONDS = 20  # what the last command has left behind may take so long to end
MAX_OTHERS, MAX_STEAL = 0.05, 0.02  # shares of the cores' time


class Ticks(NamedTuple):
    """How our cores have spent their time, in hundredths of a second, and how many processes want to run."""

    busy: int
    idle: int
    steal: int
    running: int

    @classmethod
    def of(cls, stat: str, cores: set[int]) -> "Ticks":
        """stat: what /proc/stat holds. cores: the numbers of those that we may use."""
        lines = {words[0]: [int(word) for word in words[1:]] for line in stat.splitlines() if (words := line.split())}
        busy = idle = steal = 0
        for core in cores:
            user, nice, system, unused, waiting, interrupt, soft, stolen = lines[f"cpu{core}"][:8]
            busy += user + nice + system + interrupt + soft
            idle += unused + waiting
            steal += stolen
        return cls(busy, idle, steal, lines["procs_running"][0])

    @classmethod
    def now(cls) -> "Ticks":
        return cls.of(STAT.read_text(), os.sched_getaffinity(0))


class Strain(NamedTuple):
    """What took time from us in a while: shares of our cores' time, and other processes that wanted to run."""

    others: float
    steal: float
    queue: float

    @classmethod
    def between(cls, looks: list[Ticks]) -> "Strain":
        first, last = looks[0], looks[-1]
        busy, idle, steal = (last[part] - first[part] for part in range(3))
        whole = max(1, busy + idle + steal)
        queue = sum(max(0, look.running - 1) for look in looks) / len(looks)  # one of them is who looks
        return cls(busy / whole, steal / whole, queue)

    @property
    def is_light(self) -> bool:
        return self.others <= MAX_OTHERS and self.steal <= MAX_STEAL

    def told(self, load: str) -> str:
        """load: the load average of the last minute."""
        return (
            f"load {load}, {self.others:.0%} of the cores' time used by others, {self.steal:.0%} stolen by the host, "
            f"{self.queue:.1f} other processes running"
        )


def why_busy(patience: float = PATIENCE_SECONDS) -> str:
    """What this machine is busy with, in one line; "" where it is idle, or becomes so while we wait.

    Systems without /proc/stat do not tell, and pass.
    """
    if not STAT.exists():
        return ""
    end = time.monotonic() + patience
    while True:
        looks = [Ticks.now()]
        for _ in range(LOOKS):
            time.sleep(LOOK_SECONDS)
            looks.append(Ticks.now())
        strain = Strain.between(looks)
        if strain.is_light:
            return ""
        if time.monotonic() > end:
            return strain.told(LOAD.read_text().split()[0])


class Watch:
    """How much of our cores' time the host has taken since this was made; what else ran then, nobody can tell."""

    def __init__(self) -> None:
        self.start = Ticks.now() if STAT.exists() else None

    def why_disturbed(self) -> str:
        """In one line; "" where the figures are good."""
        if self.start is None:
            return ""
        steal = Strain.between([self.start, Ticks.now()]).steal
        return f"the host took {steal:.0%} of the cores' time meanwhile" if steal > MAX_STEAL else ""


def described() -> str:
    """The machine, in a few words."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cores} cores ({processor()}), Python {platform.python_version()}"


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
