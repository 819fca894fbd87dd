"""A class's records to pages that need nothing else: what it did and did not understand, and one page a student.

The pages must never load anything, or hold a name or a message unescaped. The report holds each text once, however many
students read it.
"""

import statistics
from collections import Counter, defaultdict
from pathlib import Path

from jinja2 import Environment, PackageLoader

from autograder.classroom.records import FAILED, GRADED, safe_name
from autograder.files import replace
from autograder.grading.grade import NOT_DONE
from autograder.grading.intake import clean

FEEDBACK = "feedback"
SLOWEST, BINS = 10, 12
PAGES = Environment(loader=PackageLoader("autograder.classroom"), autoescape=True, trim_blocks=True, lstrip_blocks=True)
PAGES.filters["points"] = lambda number: f"{number:g}"


def write_feedback(out, student, record, assignment, extra):
    """The page that a student may read. assignment: its name. extra: how many of the points are extra."""
    page = PAGES.get_template("feedback.html")
    text = page.render(student=student, record=record, assignment=assignment, extra=extra, graded=GRADED, failed=FAILED)
    replace(Path(out) / feedback_page(student), encoded(text))


def encoded(page):
    """A page's bytes, also where a text holds what no encoding can write."""
    return (page + "\n").encode("utf-8", "replace")


def feedback_page(student):
    """Where it lies, below the folder of the grades."""
    return f"{FEEDBACK}/{safe_name(student.id)}.html"


class Report:
    """Takes a class's records one by one, in any order, then writes the page.

    assignment: its name. questions: {name: points}. extra: how many of these points are extra.
    """

    def __init__(self, assignment, questions, extra=0):
        self.assignment, self.questions, self.extra = assignment, questions, extra
        self.entries, self.texts = {}, {}  # {student's id: entry}, {text: its number}

    def add(self, student, record, wrong):
        """wrong: what went wrong, in one line."""
        questions = record.get("questions", {})
        failed = {name: [c for c in question["cases"] if not c["passed"]] for name, question in questions.items()}
        self.entries[student.id] = {
            "id": clean(student.id),
            "name": student.name,
            "late": student.late,
            "page": feedback_page(student),
            "status": record["status"],
            "total": record.get("total"),
            "scores": {name: question["score"] for name, question in questions.items()},
            "seconds": record.get("seconds", 0),
            "wrong": wrong,
            "hidden_only": [name for name, cases in failed.items() if cases and all(c["hidden"] for c in cases)],
            "causes": sorted({(name, cause) for name, cases in failed.items() for c in cases for cause in c["causes"]}),
            "cells": self.text(record.get("cells") or record["why"]),
            "shown": [
                [name, self.text(message)]
                for name, cases in failed.items()
                for message in dict.fromkeys(case["message"] for case in cases)
            ],
        }

    def text(self, text):
        return self.texts.setdefault(text, len(self.texts))

    def write(self, path, students):
        """students: all of the class, in the order of the table; those without a record are left out."""
        entries = [self.entries[student.id] for student in students if student.id in self.entries]
        replace(Path(path), encoded(PAGES.get_template("report.html").render(**self.values(entries))))

    def values(self, entries):
        """What the template shows."""
        graded = [entry for entry in entries if entry["status"] == GRADED]
        totals, most = [entry["total"] for entry in graded], sum(self.questions.values())
        numbered, causes = list(enumerate(entries)), defaultdict(list)
        for number, entry in numbered:
            for question, cause in entry["causes"] if entry["status"] == GRADED else ():
                if cause != NOT_DONE:
                    causes[question, cause].append(number)
        causes = sorted(causes.items(), key=lambda item: (-len(item[1]), item[0]))
        return {
            "assignment": self.assignment,
            "possible": most - self.extra,
            "extra": self.extra,
            "students": entries,
            "graded": graded,
            "not_graded": [item for item in numbered if item[1]["status"] != GRADED],
            "troubled": [item for item in numbered if item[1]["status"] == GRADED and item[1]["wrong"]],
            "slowest": sorted(numbered, key=lambda item: -item[1]["seconds"])[:SLOWEST],
            "mean": statistics.fmean(totals) if totals else 0,
            "median": statistics.median(totals) if totals else 0,
            "full": sum(total >= most - self.extra for total in totals),
            "bins": bins(totals, most),
            "questions": [self.question(name, graded) for name in self.questions],
            "causes": [{"question": question, "cause": cause, "who": who} for (question, cause), who in causes],
            "data": {
                "questions": list(self.questions.items()),
                "texts": list(self.texts),
                "students": [{key: e[key] for key in ("name", "total", "scores", "cells", "shown")} for e in entries],
            },
        }

    def question(self, name, graded):
        """One question's line: its mean, and shares of its points and of the students."""
        scores, possible, count = [entry["scores"][name] for entry in graded], self.questions[name], len(graded) or 1
        return {
            "name": name,
            "possible": possible,
            "mean": sum(scores) / count,
            "share": sum(scores) / count / possible if possible else 0,
            "full": sum(score >= possible for score in scores) / count,
            "none": sum(score == 0 for score in scores) / count,
            "not_done": sum((name, NOT_DONE) in entry["causes"] for entry in graded),
            "hidden_only": sum(name in entry["hidden_only"] for entry in graded),
        }


def bins(totals, possible):
    """[{"from", "to", "count", "share" of the largest}]: how many totals lie in each step; the last may be shorter."""
    step = max(1, -(-int(possible) // BINS))
    counts = Counter(min(int(total // step), int(possible // step)) for total in totals)
    largest = max(counts.values(), default=1)
    return [
        {
            "from": number * step,
            "to": min((number + 1) * step - 1, int(possible)),
            "count": counts[number],
            "share": counts[number] / largest,
        }
        for number in range(int(possible // step) + 1)
    ]
