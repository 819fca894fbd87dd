"""Every error of the engine, from one base. The command line turns exactly these into one line.

AutograderError              exit code 1, unless it says otherwise
├── BuildError               a mistake in the assignment
│   └── MathError            a formula that cannot be rendered
├── OutputError              a file of ours cannot be written
├── GraderError              the grader itself failed on a submission, which is nobody's answer
├── CallError                what the command line names cannot be used; exit code 2
│   ├── ArchiveError         not a valid autograder zip
│   ├── RosterError          a folder without a class in it
│   ├── GradebookError       not an export of Canvas's or Moodle's gradebook, or not the right column
│   ├── WrittenError         grades of written answers that are damaged, contradict each other, or are another class's
│   ├── BrowserError         no Chromium to make PDFs with, or one that makes none
│   ├── ClusterError         no Dask cluster to grade on
│   └── ConfinementError     this system cannot confine a student's code
├── IntakeError              a submission that cannot be graded; its text is for the student
│   └── UndecidedError       nothing to grade until a person has looked: several notebooks, or none
├── WireError                a message from the other side that is malformed, too large or too deep
└── StudentError             raised by the student's code; its type is named as the student's exception
    └── OverrunError         a cell or call that took too long and was interrupted

SessionEnded                 a student's process has been stopped, or has gone. No `Exception`, so that no test
│                            function takes it for one that an answer raised
└── SessionExhausted         no more of them are started: out of time, or stopped too often
"""


class AutograderError(Exception):
    """What went wrong, in one line that says what to do."""

    exit_code = 1


class BuildError(AutograderError):
    """A mistake in the assignment, with the file, the line and the cell."""


class MathError(BuildError):
    """LaTeX that cannot be turned into MathML."""


class OutputError(AutograderError):
    """A file that we were about to write cannot be written."""


class GraderError(AutograderError):
    """The grader, or a test function of the assignment, failed on a submission."""


class CallError(AutograderError):
    """A file, folder or address that was named on the command line cannot be used."""

    exit_code = 2


class ArchiveError(CallError):
    """Not a valid autograder zip."""


class RosterError(CallError):
    """The folder holds nothing that could be graded, or its list of students cannot be read."""


class GradebookError(CallError):
    """The export of an LMS's gradebook cannot be used."""


class WrittenError(CallError):
    """The points for written answers cannot be used."""


class BrowserError(CallError):
    """No PDF can be made."""


class ClusterError(CallError):
    """The cluster cannot be used."""


class ConfinementError(CallError):
    """This system cannot confine a student's code, and nobody said that it may run all the same."""


class IntakeError(AutograderError):
    """A submission that cannot be graded; the text tells the student what to do."""


class UndecidedError(IntakeError):
    """Nothing is graded until a person has looked: there are several notebooks that differ, or none."""


class WireError(AutograderError):
    """A message that is malformed, too large or too deep."""


class StudentError(AutograderError):
    """Raised by the student's code. Its type has the name of the student's exception."""


class OverrunError(StudentError):
    """A cell or call of the student's took too long and was interrupted."""


class SessionEnded(BaseException):
    """The student's process was stopped, or has gone. overran: whether it was given all the time that there is."""

    def __init__(self, text: str, overran: bool = False) -> None:
        super().__init__(text)
        self.overran = overran


class SessionExhausted(SessionEnded):
    """No more processes are started for a submission."""
