"""The one setting that changes from term to term.

Any text will do. Another one gives every public and hidden case other numbers: build the assignment again.
"""

TERM = "fall 2026"
