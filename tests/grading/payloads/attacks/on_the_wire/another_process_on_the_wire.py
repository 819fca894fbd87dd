#: another process on the wire
#: says: All cells|twice two
import subprocess

child = subprocess.Popen(["sleep", "600"], pass_fds=[3])
if child.poll() is not None:
    raise RuntimeError("it did not start")
