"""What prose refers to is there, is shown as it is meant, and tells no more than it should. Packages and files, too."""

import pytest

from autograder.authoring.build import checked_master
from autograder.authoring.markup import Prose
from autograder.errors import BuildError


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a\nb $x c", 1, "`$` has no partner"),
        ("$a$ and $b\n\nc$", 0, "`$` has no partner"),
        ("$$a\n\nb$", 0, "`$` has no partner"),
        ("$$$$a$$", 0, "`$` has no partner"),
        (r"$$a \tag{}$$", 0, r"an empty \tag"),
        (r"\begin{align} a", 0, "stands alone"),
        ("x\n\n<details><summary>a</summary>\n\nb", 2, "<details> is never closed"),
        ("<details>\n\nb\n\n</details>", 0, "<details> without a <summary>"),
        ("<details><summary>a</summary><summary>b</summary>\n\nc\n\n</details>", 0, "<summary> belongs at the start"),
        ("a\n\n</details>", 2, "</details> closes nothing"),
        ("<details><summary>a</summary>\n$h$\n\n</details>", 0, "leave an empty line"),
        ("<b>a", 0, "<b> is never closed"),
        ("```python\na", 0, "opens code that is never closed"),
        ("[a](#b c)", 0, "a link that is none"),
        ("[a]#b", 0, "a link that is none"),
        ("[a (b)", 0, "a link that is none"),
        ("![a](b c)", 0, "a link that is none"),
    ],
)
def test_what_is_not_shown_as_it_is_meant_is_found_at_its_line(text, line, says):
    flaws = Prose(text).flaws
    assert any(flaw.line == line and says in flaw.what for flaw in flaws), flaws


@pytest.mark.parametrize(
    "text",
    [
        r"\$5 and `$x` and $a$, $b$",
        r"$$a \text{ if $b$ } \tag{1}$$",
        "```\n$ ls\n```",
        "<details><summary>a</summary>\n\n$h$ and `f`\n\n</details>\n\n<img src='a.svg'> <br> [a](#b), [1, 2]",
        "- $a\n  b$\n\n| $a$ | $b$ |\n|---|---|\n| 1 | 2 |",
        r"\begin{align} a & b \\ c_1 \end{align}",
        "an issue (#5)",
    ],
)
def test_what_is_as_it_should_be_is_let_pass(text):
    assert Prose(text).flaws == []


def test_a_link_says_what_jupyterlab_makes_of_a_heading():
    prose = Prose("## 1.3 The `vanilla` *RNN*\n\n[here](#1.3-The-vanilla-RNN)")
    assert [place.what for place in prose.headings] == ["1.3-The-vanilla-RNN"]
    assert [place.what for place in prose.links] == ["#1.3-The-vanilla-RNN"]


def refusal(sample):
    with pytest.raises(BuildError) as stop:
        checked_master(sample.master)
    told = str(stop.value)
    assert "\n" not in told
    return told


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("### The formula", "### A formula", "the link #The-formula leads to no heading; did you mean `A-formula`?"),
        ("## 1 What it says", "## The formula", "the link #The-formula leads to 2 headings"),
        ("in section 1.", "in section 1 and 2.", "section 1 and 2: no heading begins with 2"),
        ("[equation (1)]", "[equation (2)]", r"equation (2): no formula has the \tag 2"),
        ("It is $x^2$.", "It is as in q2_rot.", "q2_rot is no question; did you mean `q2_root`?"),
        ("It is $x^2$.", "It is as in q7.", "q7 is no question"),
        ("{{points.automatic}}", "{{point.automatic}}", "did you mean `points.automatic`?"),
        ("{{points.automatic}}", "{{pointsautomatic}}", "names no question and no sum"),
        ("{{questions.written}}", "{questions.written}", "names no question and no sum"),
        ("The square of a number.", "It is math.sqrt(9).", "gives away a solution: math.sqrt(9)"),
        ("root_of_nine = ...", "root_of_nine = ...  # math.sqrt( 9 )", "gives away a solution: math.sqrt(9)"),
        ("It is $x^2$.", "It is `math.sqrt(9)`.", "gives away a solution: math.sqrt(9)"),
        (
            "import math\n",
            "import math\nimport pytest\n",
            "imports pytest, which pytest",
        ),
        ("    from helper import stored\n", "    import pytest\n    from helper import stored\n", "container lacks it"),
        ("import matplotlib.pyplot as plt", "import pytest\nimport matplotlib.pyplot as plt", "students lack it"),
    ],
)
def test_what_is_not_there_is_refused_in_one_line(sample, old, new, says):
    sample.change("pictures]", "pictures, requirements.txt]")
    told = refusal(sample.change(old, new))
    assert says in told and told.startswith("assignment/sample.py:"), told


def test_a_helper_s_imports_count_and_those_that_may_fail_do_not(sample):
    helper = sample.folder / "helper.py"
    helper.write_text(f"try:\n    import pytest\nexcept ImportError:\n    pytest = None\n\n{helper.read_text()}")
    checked_master(sample.master)
    helper.write_text(helper.read_text() + "\n\ndef other():\n    import pytest\n")
    assert "imports pytest, which pytest brings, and the grader's container lacks it" in refusal(sample)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("nunpy==2.4.6", "assignment/requirements.txt:3: nunpy is not installed here; did you mean `numpy`?"),
        ("nothing-like-it", "assignment/requirements.txt:3: nothing-like-it is not installed here; install it"),
    ],
)
def test_a_package_that_nothing_here_is_called_is_refused(sample, line, says):
    (sample.folder / "requirements.txt").write_text(f"numpy==2.4.6\nmatplotlib==3.11.2\n{line}\n")
    assert says in refusal(sample)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("a b.txt", "a b.txt cannot be a name everywhere"),
        ("ü.txt", "cannot be a name everywhere"),
        ("aux.py", "cannot be a name everywhere"),
        ("a'.txt", "cannot be a name everywhere"),
        ("Helper.py", "differs from another file of the students' in capital letters alone"),
        ("random.py", "takes the place of Python's own module random"),
        ("grader/x.py", "grader is a name that the build itself uses"),
    ],
)
def test_a_file_whose_name_would_not_do_everywhere_is_refused(sample, name, says):
    path = sample.folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("")
    told = refusal(sample.change("files: [helper.py,", f'files: [helper.py, "{name}",'))
    assert says in told and told.startswith('assignment/sample.py:13: cell "ASSIGNMENT CONFIG": files: '), told


def test_a_master_whose_name_is_no_notebook_s_is_refused(sample):
    sample.master = sample.master.rename(sample.folder / "hw 6 (new).py")
    assert "the master's name becomes the notebook's: use letters" in refusal(sample)


def test_markdown_that_students_get_is_read_and_filled_in_too(sample):
    sample.change("files: [helper.py,", "files: [helper.py, README.md,")
    readme = sample.folder / "README.md"
    readme.write_text(
        "# A\n\n[the notebook](sample.ipynb), [here](#a), {{questions.written}}, [tests](tests/q1_square.py)\n"
    )
    checked_master(sample.master)
    for text, says in (
        ("[a](helpr.py)", "assignment/README.md:3: helpr.py does not exist; did you mean `helper.py`?"),
        ("[a](private/oracle.py)", "assignment/README.md:3: students do not get private/oracle.py"),
        ("{{questions.writen}}", "assignment/README.md:3: {{questions.writen}} names no question and no sum"),
        ("<b>a", "assignment/README.md:3: <b> is never closed"),
        ("see q9_more", "assignment/README.md:3: q9_more is no question"),
        ("[a](#b)", "assignment/README.md:3: the link #b leads to no heading of this file"),
    ):
        readme.write_text(f"# A\n\n{text}\n")
        assert says in refusal(sample)
