#: a detached shell
#: proof: os.path.exists("started")
import os
import subprocess
import time

subprocess.run("nohup setsid sh -c 'touch started; sleep 60' >/dev/null 2>&1 &", shell=True)
time.sleep(0.3)
