"""Results in Otter's and in Gradescope's form, each question as markdown with one line a case."""

import re
from typing import Any

from autograder.grading.assignment import Assignment
from autograder.grading.otter_types import ExceptionTestFile, GradingResults, TestCaseResult
from autograder.grading.results import CaseResult, Grading
from autograder.grading.text import one_line


def otter_results(grading: Grading, assignment: Assignment) -> GradingResults:
    """Otter's results, which `otter grade` reads."""
    files = []
    for original in assignment.tests:
        file = ExceptionTestFile(original.name, original.path, original.test_cases, original.all_or_nothing)
        file.source = original.source
        pairs = zip(original.test_cases, grading.questions[original.name].cases, strict=True)
        file.test_case_results = [TestCaseResult(case, result.line, result.passed) for case, result in pairs]
        files.append(file)
    results = GradingResults(files)
    results.set_output(grading.overview)
    return results


def gradescope_report(grading: Grading, assignment: Assignment) -> dict[str, Any]:
    """The contents of Gradescope's results.json.

    Each question has an entry that shows at once: its public cases, as the notebook tells them. What its hidden cases
    gave is an entry of its own, which shows once the grades are published, or never, as the assignment says. A refusal
    is told above all entries, and not in each of them.
    """
    results = otter_results(grading, assignment)
    report: dict[str, Any] = results.to_gradescope_dict(assignment.config)
    later = "after_published" if assignment.config.show_hidden else "hidden"
    entries = []
    for file in results.results.values():
        pairs = list(zip(file.test_cases, grading.questions[file.name].cases, strict=True))
        for hidden, name in ((False, file.name), (True, f"{file.name}: hidden checks")):
            shown = [(case, result) for case, result in pairs if result.hidden == hidden]
            if shown:
                text = "" if grading.refusal else "\n".join(case_line(case, result) for case, result in shown)
                entries.append(entry(name, [result for _, result in shown], text, later if hidden else "visible"))
    report["tests"] = entries
    return report


def entry(name: str, cases: list[CaseResult], text: str, visibility: str) -> dict[str, Any]:
    """One of Gradescope's tests. text: markdown."""
    return {
        "name": name,
        "score": round(sum(case.earned for case in cases), 5),
        "max_score": round(sum(case.points for case in cases), 5),
        "status": "passed" if all(case.passed for case in cases) else "failed",
        "visibility": visibility,
        "output": text,
        "output_format": "md",
    }


def case_line(case: Any, result: CaseResult) -> str:
    """One case's line, with points and the author's own messages. case: Otter's, which holds these."""
    points = f" ({result.earned:g}/{result.points:g})"
    author = case.success_message if result.passed else case.failure_message
    return "- " + escape(result.line) + points + (f" {author}" if author else "")


def escape(text: str) -> str:
    """Text that looks in markdown as it is, in one line."""
    return re.sub(r"([\\`*_{}\[\]<>#|~$^&])", r"\\\1", one_line(text))
