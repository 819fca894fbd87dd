#: changing its working folder
#: proof: os.getcwd() == "/usr"
import os

os.chdir("/usr")
