"""The process that all student processes are forked from, warm with IPython, numpy and matplotlib. It only forks.

It must never hold a secret, since all that it knows student code can read; nor a byte that a student chose, since the
next student could read that. So it never looks at what it has forked, not even at how it ended: a student's process
is the child of a child that ends at once, and goes to the keeper.
"""

import contextlib
import os
import socket
import sys
import time
from typing import NoReturn

from autograder.grading.sandbox import messages, mounts, seccomp, stream, wire
from autograder.grading.sandbox.confinement import confine, take_descriptors
from autograder.grading.sandbox.kernel import Kernel, warm_kernel
from autograder.grading.sandbox.messages import FIRST_REPLY, Fault, Order, Raised, Ready, Started
from autograder.grading.sandbox.processes import mapped_ids
from autograder.grading.sandbox.responder import Responder

MAX_REFUSAL = 500  # characters of why confinement failed


def main(fd: int) -> None:
    """Fork for the keeper at the other end of `fd` until it hangs up."""
    control = socket.socket(fileno=fd)
    if seccomp.is_known():
        seccomp.call_filter(os.uname().machine)  # made once for all forks
    kernel = warm_kernel()
    if sys.platform == "linux":
        mapped_ids()  # while /proc can be seen
        empty = os.path.join(os.environ["HOME"], "proc")
        os.mkdir(empty)
        mounts.make_view(empty)
    with contextlib.suppress(EOFError, OSError):
        while True:
            _, wire_fd = stream.receive_call(control)
            order, _ = wire.decode(stream.receive(control), messages.ORDERS)
            pid = fork_student(kernel, wire_fd, order)
            os.close(wire_fd)
            stream.send(control, wire.Packer().frame(Started(pid)))
    os._exit(0)


def fork_student(kernel: Kernel, wire_fd: int, order: Order) -> int:
    """Fork a helper that forks the student's process and ends, so that the keeper inherits it; its number."""
    reader, writer = os.pipe()
    helper = os.fork()
    if not helper:
        helper, pid = os.getpid(), os.fork()
        if pid:
            os.write(writer, str(pid).encode())
            os._exit(0)
        while os.getppid() == helper:  # the keeper's death must end this process, the helper's must not
            time.sleep(0)
        student_process(kernel, wire_fd, order)
    os.waitpid(helper, 0)
    pid = int(os.read(reader, 20))
    os.close(reader)
    os.close(writer)
    return pid


def student_process(kernel: Kernel, wire_fd: int, order: Order) -> NoReturn:
    """Confine this process, then answer the grader at the other end of `wire_fd`."""
    sock = None
    try:
        sock = take_descriptors(wire_fd)
        stream.send(sock, wire.Packer().frame(Ready(FIRST_REPLY, confine(order))))
        kernel.move_to(order.scratch)
        Responder(kernel, sock).serve()
    except BaseException as error:
        with contextlib.suppress(BaseException):
            fault = Fault(type(error).__name__, str(error)[:MAX_REFUSAL])
            assert sock is not None
            stream.send(sock, wire.Packer().frame(Raised(FIRST_REPLY, fault)))
    os._exit(0)
