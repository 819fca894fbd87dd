"""The untrusted side: a warm server that forks, and the student's process that it forks into.

The server imports numpy, IPython and matplotlib once, starts one confined process at a time on the grader's word, and
ends everything that such a process leaves behind. It must never hold a secret: all that it knows, student code can
read. So it is started fresh, with no tests, no expected values and an empty environment.
"""

import ast
import contextlib
import functools
import gc
import linecache
import os
import resource
import select
import signal
import site
import socket
import sys
import traceback
import types

from autograder import landlock, wire

MEGABYTE = 1 << 20
SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/sbin", "/etc/ld.so.cache", "/etc/passwd", "/etc/group", "/etc/localtime")
SYSTEM += ("/etc/nsswitch.conf", "/etc/fonts", "/etc/mime.types", "/etc/alternatives", "/proc/cpuinfo", "/proc/meminfo")
OPEN_FILES, TASKS, LOOK_EVERY = 256, 64, 0.1


# --- the warm server ------------------------------------------------------------------------------------------------


def main(fd):
    """Serve the grader at the other end of `fd` until it hangs up."""
    control, shell = socket.socket(fileno=fd), warm_shell()
    with contextlib.suppress(OSError):
        landlock.prctl(landlock.PR_SET_CHILD_SUBREAPER, 1)  # orphans of a student's process come to us
    running = None
    while True:
        ready, _, _ = select.select([control], [], [], LOOK_EVERY if running else None)
        if not ready:
            watch(running)
            continue
        try:
            call, fds, _, _ = socket.recv_fds(control, 1, 1)
            order = wire.decode(wire.receive(control)) if call == wire.START else {}
        except (EOFError, OSError):
            order = call = None
        if not call:
            end_all(running)
            os._exit(0)
        if order:
            running = {"limits": order, "reason": "", "status": None}
            running["pid"] = os.fork()
            if not running["pid"]:
                control.close()
                student_process(shell, fds[0], order)
            os.close(fds[0])
            running["uid"] = spare_uid(running["pid"])
            answer = running["pid"]
        else:
            end_all(running)
            answer = {"status": running["status"], "reason": running["reason"]} if running else None
            running = None
        wire.send(control, wire.encode(answer))


def warm_shell():
    """IPython's shell, made once for all forks, which neither keeps a history nor prints tracebacks."""
    import matplotlib.pyplot  # noqa: F401
    import numpy.linalg
    import numpy.random  # noqa: F401
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell.instance(config=config)
    shell.showtraceback = shell.showsyntaxerror = lambda *args, **kwargs: None
    shell.enable_gui = lambda gui=None: None  # `%matplotlib` finds no window system, and no complaint
    shell.transform_cell = functools.partial(plain_or_magic, shell.transform_cell)
    sys.modules["otter"] = Otter("otter")
    warm_up(shell)
    return shell


def plain_or_magic(transform, source):
    """IPython's transformation of a cell's source, where it is needed: what parses already is Python."""
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return transform(source)
    return source if source.endswith("\n") else source + "\n"


def warm_up(shell):
    """Go once through what every notebook needs, so that each fork finds it loaded; leave no name behind."""
    names, student = dict(shell.user_ns), Student(shell, None)
    for source in (
        "import otter\ngrader = otter.Notebook()",
        "grader.check('')",
        "def f():\n    1 / 0\n",
        "f()",
        "%pwd",
    ):
        student.do_cell(source)
    shell.user_ns.clear()
    shell.user_ns.update(names)
    gc.collect()
    gc.freeze()  # a fork's garbage collection would else copy every page of what we hold


class Otter(types.ModuleType):
    """What `import otter` finds: every name is a thing that does nothing, whatever is called on it."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Nothing()


class Nothing:
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *args, **kwargs):
        return self

    def __repr__(self):
        return ""


def spare_uid(pid):
    """A user id that no other process has, or None where we are not root. Only ids that the container maps."""
    if os.geteuid() != 0:
        return None
    with open("/proc/self/uid_map") as file:
        mapped = sum(int(line.split()[2]) for line in file)
    return 1_000_000 + pid if mapped > 6_000_000 else 20_000 + pid % 40_000


def processes():
    """(pid, parent, resident bytes) of all processes that can be seen."""
    for name in os.listdir("/proc") if os.path.isdir("/proc") else ():
        if name.isdecimal():
            with contextlib.suppress(OSError, ValueError, IndexError), open(f"/proc/{name}/stat") as file:
                fields = file.read().rpartition(")")[2].split()
                yield int(name), int(fields[1]), int(fields[21]) * resource.getpagesize()


def descendants():
    """{pid: resident bytes} of everything that came from us."""
    table, found = list(processes()), {os.getpid(): 0}
    grown = True
    while grown:
        fresh = {pid: size for pid, parent, size in table if parent in found and pid not in found}
        found |= fresh
        grown = bool(fresh)
    del found[os.getpid()]
    return found


def watch(running):
    """Between orders: end a student's process that has gone, or holds too much memory or disk."""
    limits = running["limits"]
    used = sum(descendants().values())
    if used > limits["memory"]:
        running["reason"] = f"it used more than {limits['memory'] // MEGABYTE} MB of memory"
    elif folder_size(limits["scratch"]) > limits["disk"]:
        running["reason"] = f"it wrote more than {limits['disk'] // MEGABYTE} MB to disk"
    with contextlib.suppress(ChildProcessError):
        if running["reason"] or reap(running):
            end_all(running)


def folder_size(path):
    total, folders = 0, [path]
    while folders:
        with contextlib.suppress(OSError), os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                else:
                    total += entry.stat(follow_symlinks=False).st_blocks * 512
    return total


def reap(running):
    """Collect one ended child; True where the student's first process is, or was, among the ended."""
    pid, status = os.waitpid(-1, os.WNOHANG)
    if running and pid == running["pid"] and running["status"] is None:
        running["status"] = os.waitstatus_to_exitcode(status)
    return bool(running and running["status"] is not None)


def end_all(running):
    """Kill and collect every process that came from us, however often it has forked; ours alone."""
    if running and running["status"] is None:
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.kill(running["pid"], signal.SIGKILL)
            _, status = os.waitpid(running["pid"], 0)
            running["status"] = os.waitstatus_to_exitcode(status)
    with contextlib.suppress(ChildProcessError):  # raised when none is left
        while True:
            if os.waitpid(-1, os.WNOHANG)[0]:
                continue
            for pid in descendants():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            if running and running["uid"]:
                end_user(running["uid"])
            select.select([], [], [], 0.002)


def end_user(uid):
    """Kill all processes of a user id at once, so that a fork bomb cannot run ahead."""
    helper = os.fork()
    if not helper:
        with contextlib.suppress(OSError):
            os.setresuid(uid, uid, uid)
            os.kill(-1, signal.SIGKILL)
        os._exit(0)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(helper, 0)


# --- the student's process ------------------------------------------------------------------------------------------


def student_process(shell, fd, order):
    """Confine this process, then answer the grader at `fd`. Never returns."""
    sock = None
    try:
        sock = take_descriptors(fd)
        how = confine(order)
        wire.send(sock, wire.encode((0, "ok", how, None)))
        Student(shell, sock).serve()
    except BaseException as error:
        with contextlib.suppress(BaseException):
            wire.send(sock, wire.encode((0, "error", type(error).__name__, str(error)[:500])))
    os._exit(0)


def take_descriptors(fd):
    """Keep `fd` and nothing else; standard input, output and error lead nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    os.dup2(fd, 3)
    os.set_inheritable(3, False)
    os.closerange(4, 65536)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115
    return socket.socket(fileno=3)


def confine(order):
    """Shut this process in; returns what holds it, in words. Raises PermissionError where nothing does."""
    scratch, uid, version = order["scratch"], spare_uid(os.getpid()), landlock.available()
    if not (version or uid or order["unconfined"]):
        raise PermissionError("neither Landlock nor a second user id can be had here")
    os.setsid()
    os.chdir(scratch)
    os.environ.update(HOME=scratch, TMPDIR=scratch, IPYTHONDIR=scratch, MPLCONFIGDIR=scratch)
    sys.path[:] = [""] + [p for p in sys.path if p != order["engine"]]
    held, passable = [], open_to_others(sys.prefix) and open_to_others(sys.base_prefix)
    if uid:
        for folder, folders, files in os.walk(scratch):
            for name in (".", *folders, *files):
                os.chown(os.path.join(folder, name), uid, uid, follow_symlinks=False)
    tasks = TASKS if uid else TASKS + tasks_of(os.getuid())
    for kind, limit in (
        (resource.RLIMIT_AS, order["memory"]),
        (resource.RLIMIT_NPROC, tasks),
        (resource.RLIMIT_FSIZE, order["disk"]),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CPU, order["cpu"]),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # macOS refuses some
            resource.setrlimit(kind, (limit, limit))
    if uid:
        if not (version or passable):
            raise PermissionError(
                f"user {uid} cannot read {sys.prefix}: make the folders above it passable (chmod o+x)"
            )
        landlock.become(uid, keep_reading=bool(version) and not passable)
        held.append("a user id of its own" + ("" if passable else " (with leave to read the interpreter)"))
    if sys.platform == "linux":
        landlock.prctl(landlock.PR_SET_NO_NEW_PRIVS, 1)
        landlock.prctl(landlock.PR_SET_PDEATHSIG, signal.SIGKILL)
        if version:
            libraries = {sys.prefix, sys.base_prefix, *site.getsitepackages()}
            landlock.confine_files([*SYSTEM, *libraries], [scratch])
            held.append(f"Landlock {version}")
        if landlock.forbid_calls():
            held.append("seccomp")
    return ", ".join(held) or "NOTHING: its code can read and write what you can"


def open_to_others(path):
    """Whether any user may pass all folders above a path and enter it."""
    path, parts = os.path.realpath(path), []
    while path not in parts:
        parts.append(path)
        path = os.path.dirname(path)
    return all(os.stat(part).st_mode & 0o001 for part in parts)


def tasks_of(uid):
    """How many threads a user has now: the kernel counts them all against the limit."""
    total = 0
    for pid, _, _ in processes():
        with contextlib.suppress(OSError):
            if os.stat(f"/proc/{pid}").st_uid == uid:
                total += len(os.listdir(f"/proc/{pid}/task"))
    return total


class Student:
    """Runs cells and answers: the names of the notebook, attributes, calls."""

    def __init__(self, shell, sock):
        self.shell, self.sock, self.pid = shell, sock, os.getpid()
        self.objects, self.numbers = [], {}
        self.getpid, self.leave = os.getpid, os._exit

    def serve(self):
        while True:
            self.frame = wire.receive(self.sock)
            number, op, *rest = self.message = wire.decode(self.frame, self.found)
            try:
                answer = (number, "ok", *getattr(self, f"do_{op}")(*rest))
            except BaseException as error:
                answer = (number, "error", *described(error))
            if self.getpid() != self.pid:
                self.leave(0)  # a fork of the student's that fell out of its cell
            try:
                frame = wire.encode(answer, self.named)
            except wire.WireError as error:
                frame = wire.encode((number, "error", "ValueError", f"the answer cannot be sent: {error}"))
            wire.send(self.sock, frame)

    def named(self, thing):
        """The number of an object that stays here, and the name of its type."""
        if id(thing) not in self.numbers:
            self.numbers[id(thing)] = len(self.objects)
            self.objects.append(thing)
        return self.numbers[id(thing)], type.__dict__["__name__"].__get__(type(thing))

    def known(self, thing):
        return self.named(thing)[0], "object"  # as the grader names what it sends back

    def found(self, number, _):
        return self.objects[number]

    def do_cell(self, source):
        """Run a cell; the answer is None or what went wrong, as (type, message, where)."""
        result = self.shell.run_cell(source, store_history=False)
        error = result.error_before_exec or result.error_in_exec
        return None if error is None else described(error), None

    def do_get(self, name):
        return (name in self.shell.user_ns, self.shell.user_ns.get(name)), None

    def do_getattr(self, thing, name):
        return getattr(thing, name), None

    def do_setattr(self, thing, name, value):
        setattr(thing, name, value)
        return None, None

    def do_call(self, function, args, kwargs):
        """The result, and the arguments where the call has changed them."""
        result = function(*args, **kwargs)
        same = wire.encode(self.message, self.known) == self.frame  # the message holds these very arguments
        return result, None if same else (args, kwargs)


def described(error):
    """(type, message, where) of an exception; type is a built-in one where the exception is one."""
    name, message, where = "Exception", "", ""
    with contextlib.suppress(BaseException):
        name = str(type(error).__name__)[:80]
        message = str(error)[:200]
        if isinstance(error, SyntaxError):
            return name, str(error.msg)[:200], f"line {error.lineno} of its cell: {(error.text or '').strip()[:80]}"
        frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith("<ipython-input")]
        if frames:
            last = frames[-1]
            code = (last.line or linecache.getline(last.filename, last.lineno)).strip()[:80]
            inside = "" if last.name == "<module>" else f"in {last.name}, "
            where = f"{inside}line {last.lineno} of its cell: {code}"
    return name, message, where
