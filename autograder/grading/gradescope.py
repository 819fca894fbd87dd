"""Results in Otter's and in Gradescope's form, each question as markdown with one line a case."""

import re
from typing import Any

from otter.test_files import GradingResults
from otter.test_files.abstract_test import TestCaseResult
from otter.test_files.exception_test import ExceptionTestFile

from autograder.grading.assignment import Assignment
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
    """The contents of Gradescope's results.json."""
    results = otter_results(grading, assignment)
    report: dict[str, Any] = results.to_gradescope_dict(assignment.config)
    for entry in report["tests"]:
        if entry["name"] in results.results:
            entry["output"] = markdown(results.results[entry["name"]], grading)
        elif entry["name"] == "Public Tests":
            parts = [f"**{escape(f.name)}**\n\n{markdown(f, grading, public=True)}" for f in results.results.values()]
            entry["output"] = "\n\n".join(parts)
        entry["output_format"] = "md"
    return report


def markdown(file: ExceptionTestFile, grading: Grading, public: bool = False) -> str:
    """A question's cases, one line each, with points and the author's own messages."""
    pairs = zip(file.test_cases, grading.questions[file.name].cases, strict=True)
    return "\n".join(case_line(case, result) for case, result in pairs if not (public and result.hidden))


def case_line(case: Any, result: CaseResult) -> str:
    """One case's line. case: Otter's, which holds its author's messages."""
    points = f" ({result.earned:g}/{result.points:g})"
    author = case.success_message if result.passed else case.failure_message
    return "- " + escape(result.line) + points + (f" {author}" if author else "")


def escape(text: str) -> str:
    """Text that looks in markdown as it is, in one line."""
    return re.sub(r"([\\`*_{}\[\]<>#|~$^&])", r"\\\1", one_line(text))
