#: rebinding the served class
#: proof: "autograder.grading.sandbox.wire" not in sys.modules
import sys

for m in ("autograder.grading.sandbox.wire", "autograder.grading.sandbox.responder"):
    sys.modules.pop(m, None)
