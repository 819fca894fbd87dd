"""What a student's notebook is told in one line, in place of a traceback."""


class NotebookError(Exception):
    """What is not as it should be, and what to do about it."""
