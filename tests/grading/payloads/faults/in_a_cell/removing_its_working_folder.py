#: removing its working folder
#: proof: not os.listdir(folder)
import os
import shutil

folder = os.getcwd()
shutil.rmtree(folder, ignore_errors=True)
