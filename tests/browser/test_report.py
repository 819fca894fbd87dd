"""The report on a class in a real browser: sorted, searched, opened, by mouse and by keys, in both colour schemes."""

import pytest

from autograder.__main__ import main
from autograder.classroom.records import Result, Status, StudentRecord
from autograder.classroom.report import Report
from autograder.classroom.roster import Student
from autograder.grading.results import CaseResult, Grading, Outcome, QuestionResult
from autograder.grading.scale import Scale
from benchmarks.browser import times_in
from tools.answers import ROOT
from tools.synthetic_class import make_class

ARCHIVE = ROOT / "autograder/dist/rnn_lstm-autograder.zip"
COUNT = 60


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    root = tmp_path_factory.mktemp("class")
    make_class(root / "class", COUNT, seed=7, hostile=0, broken=0.1)
    assert main(["class", str(root / "class"), "--out", str(root / "out"), "--zip", str(ARCHIVE)]) == 0
    return root / "out"


@pytest.fixture
def page(chromium, out):
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    requests, errors = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("dialog", lambda dialog: errors.append("a name ran as a script"))
    page.goto((out / "report.html").as_uri())
    yield page
    assert not errors and len(requests) == 1  # itself
    page.close()


def column(page, number):
    return page.locator(f"#table tbody tr:visible > :nth-child({number})").all_text_contents()


def test_a_column_is_sorted_by_a_click_and_the_other_way_by_a_second(page):
    button = page.locator("#table th button", has_text="Total")
    button.click()
    down = [float(total or -1) for total in column(page, 3)]
    assert down == sorted(down, reverse=True) and down[0] == 44
    assert page.locator("#table th[aria-sort]").get_attribute("aria-sort") == "descending"
    button.click()
    up = [float(total or -1) for total in column(page, 3)]
    assert up == sorted(up) and len(up) == COUNT
    page.locator("#table th button", has_text="Name").click()
    assert column(page, 1)[0].startswith("Ada")


def test_a_search_shows_who_matches_and_counts_them(page):
    page.get_by_label("Search").fill("not graded")
    shown = column(page, 1)
    assert 0 < len(shown) < COUNT and page.get_by_role("status").text_content() == f"{len(shown)} of {COUNT}"
    page.get_by_label("Search").fill("nobody of this name")
    assert column(page, 1) == []
    page.get_by_label("Search").fill("")
    assert len(column(page, 1)) == COUNT


def test_a_name_opens_the_feedback_and_escape_closes_it(page, look):
    page.locator("#table th button", has_text="q6a").click()
    page.locator("#table th button", has_text="q6a").click()
    link = page.locator("#table tbody a").nth(12)
    link.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    assert dialog.is_visible() and link.text_content() in dialog.text_content()
    assert "q6a_derivation: " in dialog.text_content()
    look(page, "report-feedback")
    page.keyboard.press("Escape")
    assert not dialog.is_visible()


def test_a_mistake_opens_to_those_who_made_it(page):
    first = page.locator("#mistakes ~ div tbody tr").first
    count = int(first.locator("td").first.text_content())
    first.locator("summary").click()
    first.locator("a").first.wait_for()  # the browser tells of an opened line a moment later
    assert first.locator("a").count() == count
    first.locator("a").first.click()
    assert page.get_by_role("dialog").is_visible()


def test_the_keyboard_reaches_everything(page):
    kinds = set()
    page.locator("body").press("Tab")
    for _ in range(200):
        kinds.add(page.evaluate("document.activeElement.tagName"))
        page.keyboard.press("Tab")
    assert {"SUMMARY", "A", "INPUT", "BUTTON"} <= kinds


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_it_is_legible_in(chromium, out, look, scheme, width):
    page = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto((out / "report.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert contrast(
        *page.evaluate("[getComputedStyle(document.body).color, getComputedStyle(document.body).background]")
    )
    soft = "getComputedStyle(document.querySelector('.soft')).color"
    assert contrast(page.evaluate(soft), page.evaluate("getComputedStyle(document.body).background"))
    look(page, f"report-{scheme}-{width}")
    page.close()


def contrast(front, back):
    """Whether two CSS colours differ enough to be read (4.5 to 1)."""

    def light(colour):
        parts = [int(part) / 255 for part in colour[colour.index("(") + 1 : colour.index(")")].split(",")[:3]]
        r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    high, low = sorted((light(front), light(back)), reverse=True)
    return (high + 0.05) / (low + 0.05) >= 4.5


def test_nothing_of_a_table_is_cut_without_a_hint(chromium, out):
    page = chromium.new_page(viewport={"width": 390, "height": 900})
    page.goto((out / "report.html").as_uri())
    tables = "[...document.querySelectorAll('table')]"
    cut = f"{tables}.filter(t => t.scrollWidth > innerWidth).map(t => t.parentNode.className)"
    assert set(page.evaluate(cut)) == {"scroll"}
    assert "linear-gradient" in page.evaluate("getComputedStyle(document.querySelector('.scroll')).backgroundImage")
    bottoms = "new Set([...document.querySelectorAll('.histogram i')].map(i => i.getBoundingClientRect().bottom)).size"
    assert page.evaluate(bottoms) == 1
    status = page.locator("#table tbody .status").first.bounding_box()
    assert status["x"] + status["width"] <= 390
    page.close()


def test_it_prints_without_cutting(chromium, out, look):
    page = chromium.new_page()
    page.goto((out / "report.html").as_uri())
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 720, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= 720
    look(page, "report-print", full_page=True)
    page.close()


def test_ten_thousand_students_open_sort_and_search_within_a_second(chromium, tmp_path):
    write_report(tmp_path / "report.html", 10_000)
    times = times_in(chromium, tmp_path / "report.html")
    assert max(times) < 1000, times
    page = chromium.new_page()
    page.goto((tmp_path / "report.html").as_uri())
    assert page.locator("#table tbody tr").count() == 100
    assert page.get_by_role("status").text_content() == "10,000 of 10,000"
    assert page.locator(".tiles strong").first.text_content() == "10,000"
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#table tbody tr").count() == 1000
    assert page.get_by_role("status").text_content() == "10,000 of 10,000; here are the first 1,000"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("#table tbody tr").count() == 100
    page.get_by_label("Search").fill("student 9999")
    assert column(page, 1) == ["Student 9999"] and page.locator(".pages").is_hidden()
    page.get_by_label("Search").fill("")
    page.locator("#on").click()
    assert page.locator("#where").text_content() == "101 to 200"
    page.close()


def write_report(path, count):
    """A report on many, of whom each has one of a hundred results."""
    scale = Scale({f"q{n}": 3.0 for n in range(16)})
    report, students = Report("many", scale), []
    for number in range(count):
        wrong = CaseResult("claim", False, 3, Outcome.FAILED, f"wrong in way {number % 50}", [f"mistake {number % 50}"])
        right = CaseResult("claim", False, 3, Outcome.PASSED)
        questions = {f"q{n}": QuestionResult([wrong if number % 100 == n else right]) for n in range(16)}
        grading = Grading(questions, "All cells of the notebook ran.")
        student = Student(f"id{number}", f"Student {number}")
        record = StudentRecord(student=student.id, status=Status.GRADED, grading=grading)
        scores = {name: question.score for name, question in questions.items()}
        report.add(Result(student, record, scale.total(scores), scores, {}), "")
        students.append(student)
    report.write(path, students)


def test_without_a_script_the_names_lead_to_the_pages(chromium, out):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((out / "report.html").as_uri())
    name = page.locator("#table tbody a").first.text_content()
    page.locator("#table tbody a").first.click()
    assert page.locator("h1").text_content() == name
    context.close()


def test_a_feedback_page_holds_what_the_student_reads(chromium, out, look):
    page = chromium.new_page(viewport={"width": 800, "height": 900})
    page.goto(next(iter(sorted((out / "feedback").iterdir()))).as_uri())
    assert "rnn_lstm" in page.locator("main").text_content()
    look(page, "feedback", full_page=True)
    page.close()
