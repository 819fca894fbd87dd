"""What a student's notebook imports as `grader`: `check`, `check_all` and `export`, called as Otter's are, and `show`.

The build ships this folder into student/ as `grader/`, beside Otter's test files, and inside the notebook itself. It
needs Python and nothing else; IPython is used where it runs. It must never know what the assignment is about, show test
code, or raise where one line can say what to do.
"""

from .api import check, check_all, export, show

__all__ = ["check", "check_all", "export", "show"]
