# ruff: noqa: E501
"""What student code can and cannot do where it runs, seen from inside: each cell leaves `outcome` behind."""

import contextlib
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from autograder.__main__ import main
from autograder.errors import ConfinementError, SessionEnded, StudentError, WireError
from autograder.grading.assignment import Assignment
from autograder.grading.grade import grade
from autograder.grading.sandbox import landlock, launcher, seccomp, syscalls, watch
from autograder.grading.sandbox.limits import Limits
from autograder.grading.sandbox.processes import processes, proportional
from autograder.grading.sandbox.proxy import Proxy
from autograder.grading.sandbox.session import Session, definition_of
from autograder.grading.sandbox.walls import check_walls
from tests.kit import HONEST, QUICK, command_line, write_notebook, write_zip

confined = pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock")

TRY = """
try:
    {}
    outcome = "done"
except BaseException as error:
    outcome = type(error).__name__
"""


def outcome(body, unconfined=False):
    with Session([TRY.format(body.replace("\n", "\n    "))], {}, QUICK, unconfined) as run:
        run.ensure()
        assert not run.complaints, run.complaints
        return run.get("outcome")


@pytest.fixture
def run():
    with Session(HONEST, {"helper.py": b"two = 2\n"}, QUICK) as run:
        run.ensure()
        assert not run.complaints
        yield run


DENIED = ("PermissionError", "FileNotFoundError", "OSError", "ProcessLookupError", "NotADirectoryError")


READ = [
    "open({secret!r}).read()",
    "import os; os.listdir({folder!r})",
    "import os; os.stat({secret!r}); open({secret!r}, 'rb')",
    "open('/etc/shadow').read()",
    "open('/proc/1/status').read()",
    "import os; open(f'/proc/{{os.getppid()}}/environ').read()",
    "import os; open(f'/proc/{{os.getppid()}}/mem', 'rb').close()",
    "import os; os.listdir('/proc')",
    "import os; os.listdir('/tmp')",
    "import os; os.listdir('/')",
    "import os; os.symlink({secret!r}, 'link'); open('link').read()",
    "import os; os.link({secret!r}, 'hard'); open('hard').read()",
    "import subprocess; subprocess.run(['cat', {secret!r}], check=True, capture_output=True).stdout or 1 / 0",
]
WRITE = [
    "open({target!r}, 'w').write('x')",
    "import os; os.mkdir({target!r})",
    "import os; os.rename('own', {target!r})",
    "import os; os.symlink('/etc/passwd', {target!r})",
    "import os; os.truncate({victim!r}, 0)",
    "open({victim!r}, 'w')",
    "import os; os.remove({victim!r})",
    "import os; os.mkfifo('fifo')",
    "import sys; open({python!r}, 'w').write('x')",
    "open({shared!r}, 'w').write('x')",
]
SET = [  # answered as if it had worked
    "import os; os.chmod({victim!r}, 0)",
    "import os; os.chmod({folder!r}, 0)",
    "import os; os.fchmod(os.open({victim!r}, os.O_PATH), 0)",
    "import os; os.chmod('victim', 0, dir_fd=os.open({folder!r}, os.O_PATH))",
    "import os; os.chown({victim!r}, 4711, 4711)",
    "import os; os.lchown({victim!r}, 4711, 4711)",
    "import os; os.chown('victim', 4711, 4711, dir_fd=os.open({folder!r}, os.O_PATH))",
    "import os; os.utime({victim!r}, (1, 1))",
    "import os; os.utime({folder!r}, (1, 1))",
]
SEND = [
    "import socket; socket.create_connection(('127.0.0.1', {port}), 1)",
    "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', {port}))",
    "import socket; socket.socket(socket.AF_UNIX).bind('own.sock')",
    "import urllib.request; urllib.request.urlopen('http://127.0.0.1:{port}', timeout=1).close()",
    "import subprocess; subprocess.run(['bash', '-c', 'echo > /dev/tcp/127.0.0.1/{port}'], check=True)",
]


AT_OTHERS = [
    "import os; os.kill({grader}, 0)",
    "import os; os.kill(os.getppid(), 0)",
    "import os; os.killpg(os.getpgid({grader}), 0)",
    "import os; os.kill(1, 0)",
    "import ctypes, os; l = ctypes.CDLL(None, use_errno=True)\nif l.ptrace(0x4206, os.getppid(), 0, 0): raise OSError",
]
CALLS = {  # a name of the table: arguments that the kernel would else take
    "add_key": "b'user', b'k', b'v', 1, -1",
    "bind": "0, 0, 0",
    "cachestat": "0, 0, 0, 0",
    "connect": "0, 0, 0",
    "fadvise64": "0, 0, 0, 0",
    "fallocate": "1, 0, 0, 4096",
    "inotify_init1": "0",
    "madvise": "0, 0, 21",  # out with a file's pages
    "memfd_create": "b'm', 0",
    "mincore": "0, 4096, b'x'",
    "mq_getsetattr": "-1, 0, 0",
    "msgget": "7, 0o1666",
    "process_madvise": "-1, 0, 0, 21, 0",
    "preadv2": "0, 0, 0, 0, 0, 8",
    "sched_setaffinity": "0, 8, b'x'",
    "sched_setscheduler": "0, 5, b'x' * 4",
    "semget": "7, 1, 0o1666",
    "sendmsg": "0, 0, 0",
    "setns": "0, 0",
    "setpriority": "2, 0, 5",
    "setsockopt": "0, 1, 7, 0, 0",
    "setxattr": "b'f', b'user.a', b'x', 1, 0",
    "shmget": "0x5eed, 4096, 0o1666",
    "unshare": "0x10000000",
    "ustat": "os.stat('.').st_dev, b'x' * 64",
    "vmsplice": "1, 0, 0, 0",
    "capget": "b'\\x22\\x05\\x08\\x20\\1\\0\\0\\0', b'x' * 24",  # what another process may do
    "clone": "0x10000011, 0, 0, 0, 0",  # into a new user namespace
    "fcntl": "0, 1026, 1",  # a watch on a folder
    "clock_gettime": "~os.getpid() << 3, b'x' * 16",  # a clock of a process
    "io_setup": "1, b'\\0' * 8",
    "name_to_handle_at": "-100, b'f', b'\\0' * 200, b'x' * 8, 0",
    "personality": "0xffffffff",
    "pidfd_open": "os.getpid(), 0",
    "statfs": "b'f', b'x' * 200",
    "sync": "",
    "sysinfo": "b'x' * 200",
    "syslog": "10, 0, 0",
    "userfaultfd": "1",
    "ioctl": "0, 0x40305828, b'x' * 48",  # disk reserved
    "prlimit64": "os.getpid(), 7, 0, 0",  # limits by process number
    "socketpair": "1, 2, 0, 0",  # a pair of datagrams
}


class Outside:
    """A folder beside the grader's, with a file in it, and a server: what student code must leave as it is."""

    def __init__(self, folder, port):
        self.folder, self.victim = folder / "outside", folder / "outside" / "victim"
        self.folder.mkdir()
        self.victim.write_text("SECRET")
        own = f"made-by-tests-{os.getpid()}"  # other processes run tests at the same time
        self.made = [self.folder / "made", Path(sys.prefix) / f"lib/{own}.py", Path("/dev/shm") / own]
        for path in (folder, self.folder):
            os.chmod(path, 0o777)  # the file system alone would let everybody in
        self.names = {
            "secret": str(self.victim),
            "victim": str(self.victim),
            "folder": str(self.folder),
            "target": str(self.made[0]),
            "python": str(self.made[1]),
            "shared": str(self.made[2]),
            "port": port,
        }
        self.before = self.state()

    def state(self):
        """Modes, owners, times and content of all that is there."""
        stats = [os.stat(path) for path in (self.folder, self.victim) if path.exists()]
        kept = [(s.st_mode, s.st_uid, s.st_gid, s.st_mtime_ns, s.st_size) for s in stats]
        return kept, [path for path in self.made if os.path.lexists(path)]

    def clean(self):
        for path in self.made:
            if path.is_dir():
                path.rmdir()
            elif os.path.lexists(path):
                path.unlink()


@pytest.fixture
def outside(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        outside = Outside(tmp_path, server.getsockname()[1])
        yield outside
        outside.clean()


def holds(body, outside, unconfined=False):
    """Whether student code that runs `body` gets nothing from outside and leaves no trace there."""
    cell = "open('own', 'w').close()\n" + body.format(**outside.names)
    got = outcome(cell, unconfined=unconfined)
    unchanged, outside.before = outside.state() == outside.before, outside.state()
    if body not in SET:
        return unchanged and got != "done"
    return unchanged and (got == "done" or ("os.open(" in body and got == "PermissionError"))


@confined
@pytest.mark.parametrize("body", [*READ, *WRITE, *SET, *SEND])
def test_what_lies_outside_cannot_be_read_changed_or_reached(body, outside):
    assert holds(body, outside)


class TestWithoutTheWalls:
    """The same and other programs win where nothing holds them."""

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def no_walls(cls):
        with another_system(NO_LANDLOCK, NO_SECCOMP, NO_USER, zygote=NO_VIEW):
            yield

    @pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user may not do all of this")
    @pytest.mark.parametrize("body", [*READ, *WRITE, *SET, *SEND[1:3]])
    def test_what_lies_outside_is_within_reach(self, body, outside):
        assert not holds(body, outside, unconfined=True)

    @pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user may not do all of this")
    @pytest.mark.parametrize("body", AT_OTHERS)
    def test_others_are_within_reach(self, body):
        assert outcome(body.format(grader=os.getpid()), unconfined=True) == "done"

    @pytest.mark.skipif(not seccomp.is_known(), reason="no table of calls for this processor")
    @pytest.mark.parametrize("call", CALLS)
    def test_the_kernel_does_not_forbid(self, call):
        assert outcome(made_call(call), unconfined=True) != "PermissionError"


@confined
@pytest.mark.parametrize("version", range(1, landlock.version() + 1))
def test_landlock_and_the_filter_hold_an_ordinary_user(version, outside):
    """Of every version, with no user id of the students' own."""
    with another_system(NO_USER, f"landlock.version = lambda: {version}\n"):
        assert [body for body in [*READ, *WRITE, *SET, *SEND] if not holds(body, outside)] == []


@confined
@pytest.mark.parametrize("body", AT_OTHERS)
def test_signals_to_others_and_tracing_them_are_denied(body):
    assert outcome(body.format(grader=os.getpid())) in DENIED


@confined
@pytest.mark.skipif(not seccomp.is_known(), reason="no table of calls for this processor")
@pytest.mark.parametrize("call", CALLS)
def test_nothing_is_left_to_others_or_out_of_the_count_by(call):
    assert outcome(made_call(call)) == "PermissionError"


def made_call(name):
    """A cell that makes a system call of the table by its number."""
    number = syscalls.number(name, platform.machine())
    return f"""import ctypes, os
open('f', 'w').close()
l = ctypes.CDLL(None, use_errno=True)
if l.syscall({number}{CALLS[name] and ", " + CALLS[name]}) < 0: raise OSError(ctypes.get_errno(), 'no')"""


NEW = {
    "cachestat": 451,
    "setxattrat": 463,
    "memfd_secret": 447,
    "statmount": 457,
    "listmount": 458,
    "futex_wake": 454,
    "futex_wait": 455,
    "futex_requeue": 456,
    "fchmodat2": 452,
}  # on all processors, not in every system's headers
HEADERS = {"x86_64": "x86_64-linux-gnu/asm/unistd_64.h", "aarch64": "asm-generic/unistd.h"}  # under /usr/include


@pytest.mark.parametrize("processor", HEADERS)
def test_the_numbers_in_the_table_are_those_of_the_kernels_headers(processor):
    path = Path("/usr/include") / HEADERS[processor]
    if not path.exists():
        pytest.skip("the kernel's headers are not installed")
    known = NEW | dict(re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", path.read_text()))
    table = {name: syscalls.number(name, processor) for name in syscalls.NUMBERS}
    assert {name: n for name, n in table.items() if n is not None} == {n: int(known[n]) for n in table if n in known}


def test_no_call_of_the_table_is_newer_than_what_exists_for_students():
    assert max(n for pair in syscalls.NUMBERS.values() for n in pair if n is not None) <= syscalls.NEWEST
    assert list(syscalls.NUMBERS) == sorted(syscalls.NUMBERS)


def test_every_call_of_the_table_is_forbidden_or_conditional():
    named = [name for group in syscalls.FORBIDDEN.values() for name in group.split()]
    others = f"{syscalls.CONDITIONAL} {syscalls.WITHOUT_EFFECT} {syscalls.BEFORE_LANDLOCK_3}".split()
    assert sorted([*named, *others]) == sorted(syscalls.NUMBERS)


@confined
@pytest.mark.parametrize(
    "how", ["flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)", "lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)"]
)
def test_locks_say_that_they_hold_and_tell_nobody_anything(how, tmp_path):
    """Of two processes both get the lock: so sqlite works, and what one locks the other cannot see."""
    body = f"""import fcntl, os
file = open('locked', 'w')
fcntl.{how}
if not os.fork():
    other = open('locked', 'w')
    fcntl.{how.replace("file", "other")}
    os._exit(7)
if os.waitstatus_to_exitcode(os.wait()[1]) != 7: raise ValueError"""
    assert outcome(body) == "done"


TOUCH = """import os
before = os.stat(os.devnull).st_mtime_ns
os.utime(os.devnull)
if os.stat(os.devnull).st_mtime_ns != before: raise ValueError('it left a time behind')"""
WAKE = f"""import ctypes, mmap, os, time
call = ctypes.CDLL(None).syscall
word = ctypes.c_int.from_buffer(mmap.mmap(-1, 4096))
where = ctypes.c_void_p(ctypes.addressof(word))
second = (ctypes.c_long * 2)(1, 0)
if not os.fork():
    call({syscalls.number("futex", platform.machine())}, where, 0, 0, second)
    os._exit(0)
time.sleep(0.3)
woken = call({syscalls.number("futex", platform.machine())}, where, 1, 9)
os.wait()
if woken: raise ValueError(f'{{woken}} waited')"""


@confined
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can have a view of the files of its own")
def test_reading_a_file_tells_nobody_that_it_was_read():
    file = Path(np.__file__).with_name("py.typed")
    os.utime(file, (1e9, file.stat().st_mtime))
    body = f"import os\nopen({str(file)!r}).read()\nif os.stat({str(file)!r}).st_atime != 1e9: raise ValueError"
    with another_system(zygote=NO_VIEW):
        assert outcome(body) == "ValueError"
    os.utime(file, (1e9, file.stat().st_mtime))
    assert outcome(body) == "done"


@confined
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can have a view of the files of its own")
@pytest.mark.parametrize("path", ["/proc/1/fd", "/proc/self/task", "/proc/uptime"])
def test_nothing_of_other_processes_can_be_asked(path):
    """How many files a process has open is the size of a folder, and Landlock lets everybody ask for sizes."""
    body = f"import os; os.stat({path!r})"
    with another_system(zygote=NO_VIEW):
        assert outcome(body) == "done"
    assert outcome(body) == "FileNotFoundError"


QUEUE = """
import ctypes, os, signal
signal.pthread_sigmask(signal.SIG_BLOCK, [40])
for _ in range(2000):
    if ctypes.CDLL(None).sigqueue(os.getpid(), 40, 0):
        raise OSError
"""


def test_signals_that_wait_are_too_few_to_use_up_what_one_user_may_have():
    """Who finds nothing left for its own would know that another has filled it."""
    with another_system(zygote="zygote.confine.__globals__['MAX_SIGNALS'] = 50_000\n"):
        assert outcome(QUEUE) == "done"
    assert outcome(QUEUE) == "OSError"


def test_no_program_of_the_system_collects_what_a_crash_leaves():
    """A program that the kernel pipes cores to gets them at a limit of 0, too, and not at 1."""
    assert outcome("import resource\nif resource.getrlimit(resource.RLIMIT_CORE) != (1, 1): raise OSError") == "done"


ASK = """
import os, sys
from autograder.grading.sandbox import libc, mounts
if os.geteuid() == 0:
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
    libc.prctl(4, 1)  # PR_SET_DUMPABLE: as one who has been this user from the start
me = os.getuid(), os.getgid()
if sys.argv[2] == "a view" and not mounts.make_view(sys.argv[1]):
    sys.exit("not allowed here")
assert me == (os.getuid(), os.getgid())
try:
    print(os.stat(f"/proc/{os.getppid()}/fd").st_size)
except FileNotFoundError:
    print("nothing", os.listdir("/proc"), mounts.libc().umount2(b"/proc", 2), mounts.libc().sethostname(b"mine", 4))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone has namespaces")
def test_an_ordinary_user_cannot_ask_either_where_the_kernel_has_user_namespaces(tmp_path):
    """Which gives no right to take the view away again."""
    tmp_path.chmod(0o777)

    def asked(how):
        command = [sys.executable, "-c", ASK, tempfile.mkdtemp(dir=tmp_path), how]
        os.chmod(command[-2], 0o777)
        return subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2])

    for folder in tmp_path.parents:
        if not folder.stat().st_mode & 0o001:
            folder.chmod(folder.stat().st_mode | 0o011)
    assert int(asked("no view").stdout) >= 3
    seen = asked("a view")
    if seen.stderr == "not allowed here\n":
        pytest.skip("this kernel gives ordinary users no namespaces")
    assert seen.stdout == "nothing ['cpuinfo'] -1 -1\n", seen.stderr


@confined
@pytest.mark.parametrize("body", [TOUCH, WAKE], ids=["a file's time", "a shared futex"])
def test_nothing_is_told_to_another_by(body):
    with pytest.raises(ValueError):  # without the wall it is
        exec(body, {})
    assert outcome(body) == "done"


@confined
def test_a_call_that_is_newer_than_the_table_is_absent():
    body = f"""import ctypes
l = ctypes.CDLL(None, use_errno=True)
if l.syscall({syscalls.NEWEST + 1}, -1, 0, 0, 0) != -1 or ctypes.get_errno() != 38: raise ValueError(ctypes.get_errno())"""
    assert outcome(body) == "done"


HARMLESS = {
    "a pair of streams": "import socket\na, b = socket.socketpair()\na.send(b'x')\nif b.recv(1) != b'x': raise ValueError",
    "limits of its own": "import resource\nresource.setrlimit(resource.RLIMIT_CORE, (0, 0))",
    "an ioctl": "import os\ntry: os.get_terminal_size(1)\nexcept OSError as e:\n    if e.errno == 1: raise",
    "fcntl": "import fcntl\nfcntl.fcntl(0, fcntl.F_SETFD, fcntl.fcntl(0, fcntl.F_GETFD))",
    "a thread and a child": "import os, threading\nthreading.Thread(target=print).start()\nif not os.fork(): os._exit(0)\nos.wait()",
}


@pytest.mark.parametrize("call", HARMLESS)
def test_the_same_calls_with_other_arguments_are_left(call):
    assert outcome(HARMLESS[call]) == "done"


def test_the_environment_says_nothing():
    os.environ["COURSE_TOKEN"] = "SECRET"
    try:
        with Session(["import os; names = sorted(os.environ); text = str(dict(os.environ))"], {}, QUICK) as run:
            run.ensure()
            assert "SECRET" not in run.get("text") and "COURSE_TOKEN" not in run.get("names")
    finally:
        del os.environ["COURSE_TOKEN"]


def test_no_descriptor_but_the_wire_and_the_loops_own_is_open():
    cell = "import asyncio, os\nloop = asyncio.get_event_loop()\n"
    cell += "own = [loop._selector.fileno(), loop._ssock.fileno(), loop._csock.fileno()]\n"
    cell += "fds = []\nfor n in range(300):\n    try: os.fstat(n); fds.append(n)\n    except OSError: pass"
    with Session([cell], {}, QUICK) as run:
        run.ensure()
        assert set(run.get("fds")) == {0, 1, 2, 3, *run.get("own")}


def test_the_process_holds_no_secret_module():
    cell = "import sys; loaded = [m for m in sys.modules if m.startswith(('autograder', 'otter'))]"
    with Session([cell], {}, QUICK) as run:
        run.ensure()
        loaded = set(run.get("loaded"))
        assert {name for name in loaded if not name.startswith("autograder.grading.sandbox")} == {
            "autograder",
            "autograder.errors",
            "autograder.grading",
            "otter",
        }
        trusted = {
            f"autograder.grading.sandbox.{name}" for name in ("session", "exchange", "launcher", "keeper", "proxy")
        }
        assert not loaded & trusted


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can hand out user ids")
def test_each_submission_has_a_user_id_of_its_own():
    cell = "import os; ids = os.getresuid() + os.getresgid(); groups = os.getgroups()"
    seen = []
    for _ in range(2):
        with Session([cell], {}, QUICK) as run:
            run.ensure()
            assert run.get("groups") == [] and len(set(run.get("ids"))) == 1
            seen.append(run.get("ids")[0])
    assert seen[0] != seen[1] and 0 not in seen


@pytest.mark.parametrize("body", ["import os; os.setuid(0)", "import os; os.setgid(0)", "import os; os.chroot('.')"])
def test_no_way_back_to_root(body):
    with Session([TRY.format(body), "import os; uid = os.geteuid()"], {}, QUICK) as run:
        run.ensure()
        assert run.get("outcome") == "PermissionError" and run.get("uid") != 0


@pytest.mark.parametrize(
    "cell",
    [
        "import numpy.fft, sqlite3, decimal",
        "import numpy as np; np.save('a.npy', np.eye(2)); assert np.load('a.npy').shape == (2, 2)",
        "%matplotlib inline\nimport matplotlib.pyplot as plt; plt.plot([1, 2]); plt.show(); plt.savefig('a.png')",
        "%load_ext autoreload\n%autoreload 2\n%timeit -n1 -r1 1",
        "out = !echo hello\nassert out == ['hello']",
        "%%bash\necho hello > file\nls",
        "import asyncio; t = asyncio.create_task(asyncio.sleep(0)); assert asyncio.get_event_loop().is_running()",
        "await __import__('asyncio').sleep(0)",
        "import threading; t = threading.Thread(target=print); t.start(); t.join()",
        "import subprocess; assert subprocess.check_output(['true']) == b''",
        "import tempfile; tempfile.TemporaryFile().write(b'x')",
        "import otter; grader = otter.Notebook(); grader.check('q1'); grader.check_all(); grader.export(pdf=False)",
        "from otter import Notebook; Notebook('x', y=1).check('q')",
        "print('x' * 100); display(1); 5",
        "import platform; platform.platform()",
        "import subprocess, time; child = subprocess.Popen(['true']); time.sleep(0.4)  # ended, and not collected",
    ],
)
def test_honest_cells_run(cell):
    with Session([cell], {}, Limits(cell=10)) as run:
        run.ensure()
        assert not run.complaints, run.complaints


def test_a_failing_cell_does_not_stop_the_next():
    cells = ["a = 1", "b = 1 / 0", "def f(:", "import sys; sys.exit(3)", "quit()", "raise KeyboardInterrupt", "c = 3"]
    with Session(cells, {}, QUICK) as run:
        run.ensure()
        assert run.get("a") == 1 and run.get("b") is None and run.get("c") == 3 and run.starts == 1
        assert run.complaints[1] == "ZeroDivisionError: division by zero (line 1 of its cell: b = 1 / 0)"
        assert run.complaint_about("b") == f"The cell that defines it has an error: {run.complaints[1]}"


@pytest.mark.parametrize(
    "line",
    [
        "def f(x):",
        "class f:",
        "f = 1",
        "f: int = 1",
        "  f=1",
        "a, f = 1, 2",
        "(a, f) = 1, 2",
        "from x import f",
        "import x as f",
    ],
)
def test_a_line_that_defines_a_name_is_found(line):
    assert definition_of("f").search(f"x = 1\n{line}\n")


@pytest.mark.parametrize(
    "line", ["f(1)", "f == 1", "def ff(x):", "a = f", "g.f(1)", "# f = 1", "x = 'f = 1'", "fx = 1"]
)
def test_a_line_that_only_uses_a_name_is_not(line):
    assert not definition_of("f").search(f"x = 1\n{line}\n")


def test_functions_methods_and_attributes_cross(run):
    assert run.get("double")(4) == 8 and run.get("nothing", 5) == 5
    counter = run.get("Counter")()
    assert type(counter).__name__ == "Counter" and isinstance(counter, Proxy)
    counter.total = 2
    assert type(counter.add(5)).__name__ == "Counter" and counter.total == 7
    assert np.array(counter).dtype == object and counter != 7


def test_an_object_may_go_back_where_it_came_from():
    with Session(["def make(): return {1}", "def size(s): return len(s)"], {}, QUICK) as run:
        run.ensure()
        assert run.get("size")(run.get("make")()) == 1


def test_an_object_of_the_tests_never_crosses(run):
    for thing in (open, object(), lambda: 0, {1}, np.array([None])):
        with pytest.raises(WireError, match="cannot cross"):
            run.get("double")(thing)
    assert run.get("double")(1) == 2


def test_arguments_changed_in_place_come_back_changed():
    cell = "def f(a, p, l, same):\n    a *= 2\n    p['w'][0] = 7\n    p['new'] = 1\n    del p['old']\n    l.append(3)"
    with Session([cell], {}, QUICK) as run:
        run.ensure()
        a, p, items, same = np.arange(3.0), {"w": np.zeros(2), "old": 0}, [1], np.eye(2)
        w = p["w"]
        run.get("f")(a, p, l=items, same=same)
        assert a.tolist() == [0, 2, 4] and p["w"] is w and w.tolist() == [7, 0] and items == [1, 3]
        assert set(p) == {"w", "new"} and np.array_equal(same, np.eye(2))


def test_an_exception_keeps_its_type_text_and_place():
    cell = "def f(kind):\n    raise kind\ndef g(n):\n    return f([ZeroDivisionError('nil'), SystemExit(3), KeyError('k')][n])"
    with Session([cell, "class Odd(Exception): pass\ndef h(): raise Odd('x')", "def todo(): raise NotImplementedError('q1')"],
                    {}, QUICK) as run:  # fmt: skip
        run.ensure()
        with pytest.raises(ZeroDivisionError, match=r"^nil \(in f, line 2 of its cell: raise kind\)$"):
            run.get("g")(0)
        with pytest.raises(StudentError) as caught:
            run.get("g")(1)
        assert type(caught.value).__name__ == "SystemExit" and not isinstance(caught.value, SystemExit)
        with pytest.raises(KeyError, match=r"^'k'"):
            run.get("g")(2)
        with pytest.raises(StudentError) as caught:
            run.get("h")()
        assert type(caught.value).__name__ == "Odd"
        with pytest.raises(NotImplementedError, match="^q1$"):
            run.get("todo")()


def test_a_proxy_of_an_ended_process_is_dead(run):
    double = run.get("double")
    run.stop()
    with pytest.raises(SessionEnded):
        double(1)
    run.ensure()
    with pytest.raises(SessionEnded):
        double(1)
    assert run.get("double")(1) == 2


def test_the_scratch_folder_goes_with_the_process(run):
    folder = run.scratch
    assert Path(folder).is_dir()
    run.stop()
    assert not Path(folder).exists()


@confined
def test_nothing_outlives_a_keeper_that_is_killed():
    cell = "import os, time\npids = [os.getpid()]\nfor _ in range(2):\n    pid = os.fork()\n    if not pid:\n"
    cell += "        os.setsid()\n        time.sleep(60)\n        os._exit(0)\n    pids.append(pid)"
    with Session([cell], {}, QUICK) as run:
        run.ensure()
        pids = run.get("pids")
        assert len(pids) == 3 and all(running(pid) for pid in pids)
        run.launcher.kill()
        end = time.monotonic() + 5
        while any(running(pid) for pid in pids) and time.monotonic() < end:
            time.sleep(0.02)
        assert not any(running(pid) for pid in pids)


def running(pid):
    """Whether a process is there and no zombie, which some other parent has yet to collect."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


IMPORTS = """
import sys
sys.path.insert(0, {0!r})
from autograder.grading.sandbox import {module}, landlock, libc, processes, seccomp
"""
NO_LANDLOCK = "landlock.version = lambda: 0\n"
NO_SECCOMP = "seccomp.install = lambda *_: False\n"
NO_USER = "{module}.spare_uid = processes.spare_uid = lambda pid: None\n"
NO_VIEW = "zygote.mounts.make_view = lambda empty: False\n"
NO_TABLE = "seccomp.is_known = lambda processor='': False\n"
ALL_OPEN = "confinement.open_to_others = lambda path: True\n"
DARWIN = """
kernel = zygote.warm_kernel()
zygote.warm_kernel = lambda: kernel
sys.platform = "darwin"
"""


@contextlib.contextmanager
def another_system(*both, zygote=""):
    """Student processes as on a system with these changes, in the keeper and the zygote, or in the zygote alone."""
    launcher.close_launcher()
    keeper, started = ((IMPORTS + "".join(both)).replace("{module}", name) for name in ("keeper", "confinement"))
    started += f"from autograder.grading.sandbox import zygote\n{zygote}zygote.main({{1}})\n"
    keeper += f"keeper.ZYGOTE = {started!r}\n".replace("{", "{{").replace("}", "}}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(launcher, "KEEPER", keeper + "keeper.main({1}, {0!r})")
        yield
        launcher.close_launcher()


@pytest.fixture
def nothing_confines():
    """Student processes as on macOS, which has neither Landlock nor seccomp nor a second user id."""
    with another_system(NO_LANDLOCK, NO_SECCOMP, NO_USER, zygote=DARWIN):
        yield


def test_a_proxy_stays_the_same_while_the_process_lives():
    with Session(["class A: pass\na = A()\ndef f(): pass"], {}, QUICK) as run:
        run.ensure()
        assert run.get("f") is run.get("f") and run.get("a") is run.get("a") and run.get("a") is not run.get("f")


def test_without_confinement_grading_refuses(nothing_confines):
    with pytest.raises(ConfinementError, match="neither Landlock nor a second user id"):
        Session(HONEST, {}, QUICK).ensure()


def test_unconfined_grading_is_asked_for_and_loud(nothing_confines, tmp_path, capsys):
    path, archive = write_notebook(tmp_path / "a.ipynb", HONEST), write_zip(tmp_path / "small.zip")
    with Assignment(archive) as assignment:
        assert grade(path, assignment, QUICK, unconfined=True).total == 6
    assert capsys.readouterr().err.startswith("UNCONFINED: the student's code was held by nothing")


@pytest.fixture
def below_python(tmp_path_factory):
    """A folder below Python's own, which every student's process may read."""
    folder = Path(tempfile.mkdtemp(prefix="walls-", dir=sys.prefix))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_the_walls_hold_around_what_must_be_closed(tmp_path):
    (tmp_path / "hidden.json").write_text("{}")
    os.chmod(tmp_path, 0o777)
    check_walls([tmp_path, tmp_path / "hidden.json", tmp_path / "not there", Path.home()])


def test_a_file_below_pythons_own_folders_is_found_before_a_student_finds_it(below_python):
    (below_python / "hidden.json").write_text("{}")
    for path in (below_python, below_python / "hidden.json"):
        with pytest.raises(ConfinementError, match=r"student code could read .*walls-.*--unconfined"):
            check_walls([path])


def test_grading_refuses_in_one_line_where_a_wall_is_missing(below_python, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    archive, path = write_zip(below_python / "small.zip"), write_notebook(tmp_path / "a.ipynb", HONEST)
    assert main(["grade", str(path), "--zip", str(archive)]) == 2
    told = capsys.readouterr().err
    assert "student code could read" in told and told.count("\n") == 1
    assert main(["grade", str(path), "--zip", str(archive), "--unconfined"]) == 0
    assert "total  6 of 6" in capsys.readouterr().out


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can hand out user ids")
def test_without_landlock_what_others_may_read_is_found():
    with (
        another_system(NO_LANDLOCK, zygote=ALL_OPEN),
        pytest.raises(ConfinementError, match=r"student code could read /etc/(hostname|passwd)"),
    ):
        check_walls([Path("/etc/hostname"), Path("/etc/passwd")])


def test_a_processor_whose_system_calls_are_not_known_is_told():
    with another_system(NO_TABLE):
        with pytest.raises(ConfinementError, match=r"this processor, \w+, are not known.*--unconfined"):
            Session(HONEST, {}, QUICK).ensure()
        with Session(HONEST, {}, QUICK, unconfined=True) as run:
            run.ensure()
            assert run.hold and not run.hold.seccomp


@pytest.mark.parametrize(("state", "size", "ended"), [("R", 5000, False), ("Z", 0, True), ("R", 0, True)])
def test_a_process_that_shows_nothing_since_it_ends_hides_nothing(state, size, ended, tmp_path):
    """It gives back its memory first: for a moment it runs without any. An honest pool was taken for a hiding place."""
    (tmp_path / "stat").write_text(f"7 (python) {state} " + "1 " * 19 + f"{size} 0 0\n")
    assert watch.has_ended(str(tmp_path)) == ended


LEADERLESS = """
import ctypes, os, threading, time
held = b"x" * (100 << 20)
threading.Thread(target=time.sleep, args=(60,)).start()
print(flush=True)
ctypes.CDLL(None).syscall({"aarch64": 93}.get(os.uname().machine, 60), 0)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone tells what processes share")
def test_the_share_of_a_process_whose_first_thread_has_ended_is_that_of_its_others():
    with subprocess.Popen([sys.executable, "-c", LEADERLESS], stdout=subprocess.PIPE) as child:
        child.stdout.readline()
        while Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
            time.sleep(0.01)
        share = proportional([child.pid])
        child.kill()
    assert share > 100 << 20


def test_a_process_whose_name_is_no_text_is_seen():
    """Else it would outlive the grading of an ordinary user, who has no other way to find it."""
    name = "import ctypes; ctypes.CDLL(None).prctl(15, b'\\xff) S 1', 0, 0, 0); print(flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", name], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        child.stdout.readline()
        assert child.pid in {process.pid for process in processes() if process.parent == os.getpid()}
        child.stdin.close()


MARK = "MARK-{}-" + "7f3a" * 4
HOSTILE_CELLS = """
import ctypes, os, threading
mark = {mark!r}
ctypes.CDLL(None).prctl(15, mark.encode()[:15], 0, 0, 0)  # the process's name
for name in (mark, mark + "-in-a-folder"):
    os.mkdir(name)
    open(f"{{name}}/{{mark}}", "w").write(mark * 100)
os.symlink("/" + mark, mark + "-link")
held = open(mark + "-open", "w"); os.unlink(mark + "-open")
child = os.fork()
if not child:
    ctypes.CDLL(None).prctl(15, mark.encode()[:15], 0, 0, 0)
    os.execv("/bin/sleep", [mark, "60"])
print(mark * 1000)
import time; time.sleep(0.15)  # long enough to be looked at
def answer(x): raise ValueError(mark)
"""


def memory_holds(pid, mark):
    """Whether a process has some bytes anywhere in its memory."""
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb") as memory:
        for line in maps:
            region, rights = line.split()[:2]
            if "r" not in rights or "[v" in line:
                continue
            start, end = (int(part, 16) for part in region.split("-"))
            memory.seek(start)
            with contextlib.suppress(OSError):
                if mark in memory.read(end - start):
                    return True
    return False


def zygote_pid():
    keeper = launcher.launcher().process.pid
    (pid,) = (p.pid for p in processes() if p.parent == keeper and b"zygote" in command_line(p.pid))
    return pid


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may read the memory of student processes")
def test_what_students_are_forked_from_holds_nothing_of_theirs():
    for number in range(10):
        with Session(
            [HOSTILE_CELLS.format(mark=MARK.format(number))], {f"{MARK.format(number)}.txt": b"x"}, QUICK
        ) as run:
            run.ensure()
            with pytest.raises(StudentError):
                run.get("answer")(1)
            assert memory_holds(run.launcher.running, MARK.format(number).encode())  # so it would be found
    common = MARK.format("")[-16:].encode()
    assert not memory_holds(zygote_pid(), common)
    with Session(["x = 1"], {}, QUICK) as following:
        following.ensure()
        assert not memory_holds(following.launcher.running, common)


def test_a_launcher_closes_also_where_a_signal_came_while_it_asked_for_its_keeper(monkeypatch):
    """The interrupted thread holds subprocess's lock, and will not go on before the handler that closes has ended."""
    monkeypatch.setattr(launcher, "CLOSE_SECONDS", 0.3)
    own = launcher.Launcher()
    with own.process._waitpid_lock:
        closing = threading.Thread(target=own.close, daemon=True)
        closing.start()
        closing.join(20)
        assert not closing.is_alive()
