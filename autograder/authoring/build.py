"""Build student/, solutions/ and autograder/dist/ from a master, all of them or none.

Otter Assign splits the master in a temporary folder; what it leaves is normalised (same master, same bytes), verified
(nothing of a solution in student/, the solution gets all points) and only then put in place. This module must never
write into the old outputs before everything has been verified, and never know what the assignment is about.
"""

import contextlib
import difflib
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import jupytext
import nbformat
import yaml
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from otter.api import grade_submission
from otter.assign import main as otter_assign
from otter.test_files.exception_test import ExceptionTestFile

from autograder.authoring import page
from autograder.authoring.master import BuildError, Master

KEPT_METADATA = {"tags", "editable", "deletable", "otter", "jupyter"}
LANGUAGE = {"file_extension": ".py", "mimetype": "text/x-python", "name": "python", "pygments_lexer": "ipython3"}
EXECUTABLE = {"run_autograder", "setup.sh"}
MARKER = re.compile(r"# ?(?:BEGIN|END) (?:SOLUTION|PROMPT|TESTS|TEST CONFIG)|hidden ?[=:] ?[Tt]rue")
SHORT = 12  # a line with fewer characters gives nothing away in the notebook and its tests ...
IDIOM = 24  # ... and in the helpers that an author wrote, neither does one with fewer than these
CELL_SECONDS = 600
PACKAGE = Path(__file__).resolve().parents[1]
RUN_OTTER = '''"""Grades one submission in its container, with the student's code in a process of its own."""

import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parent
sys.path.insert(0, str(SOURCE / "files"))

from autograder.grading import container  # noqa: E402

if __name__ == "__main__":
    container.main(SOURCE.parent)
'''
OPEN_HOME = """
# the interpreter lies below root's home, and the student's process has a user id of its own
chmod o+x /root
"""


def build(path, out):
    """Build everything from the master at `path` and put it under `out`; returns the paths written."""
    out = Path(out).resolve()
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".build-", dir=out) as stage:
        made = make(Master(path), Path(stage) / "new", out)
        install(made, Path(stage), out)
    return [out / name for name in made]


def differences(path, out):
    """Build without writing; a list of lines that tell how `out` differs from it, empty where it does not."""
    out = Path(out).resolve()
    with tempfile.TemporaryDirectory(prefix="build-") as stage:
        new = Path(stage) / "new"
        return [line for name in make(Master(path), new, out) for line in compare(out / name, new / name, name)]


def make(master, new, out):
    """Build into the folder `new`, with every check; returns the names of what belongs under `out`."""
    with tempfile.TemporaryDirectory(prefix="assign-") as temporary, quiet(temporary):
        work = Path(temporary) / "work"
        source, split = work / "source", work / "split"
        ignored = shutil.ignore_patterns(".*", "__pycache__")
        shutil.copytree(master.path.resolve().parent, source, ignore=ignored)
        names = ["student", "solutions", "autograder/dist"]
        computed = run_fixtures(master, source)
        if master.path.resolve().parent.is_relative_to(out):
            for file in computed:
                names.append(str(master.path.resolve().parent.relative_to(out) / file.name))
                (new / names[-1]).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, new / names[-1])

        assign(master, source, split)
        archive = new / "autograder/dist" / f"{master.path.stem}-autograder.zip"
        repack(next((split / "autograder").glob("*.zip")), archive, settings(master, source))
        shutil.copytree(split / "autograder/tests", new / "autograder/dist/tests")
        with zipfile.ZipFile(archive) as made:
            made.extract("otter_config.json", new / "autograder/dist")
        check_test_files(master, new / "autograder/dist/tests", lambda case: True)

        student = new / "student"
        shutil.copytree(split / "student", student)
        notebook = f"{master.path.stem}.ipynb"
        blank = nbformat.read(student / notebook, as_version=4)
        lines = cell_lines(blank)
        write(normalised(blank), student / notebook)
        check_test_files(master, student / "tests", lambda case: not case.hidden)
        check_contents(master, source, student)
        check_leaks(master, student)
        shutil.copytree(student, work / "blank")
        check_errors(master, execute(master, blank, work / "blank"), lines, "the student's notebook")

        reference = solution(nbformat.read(split / "autograder" / notebook, as_version=4), source)
        lines = cell_lines(reference)
        check_errors(master, execute(master, reference, split / "autograder"), lines, "the solution")
        write(normalised(reference), new / "solutions" / notebook)
        check_score(master, otter_grade(new / "solutions" / notebook, archive))
        html = new / "solutions" / f"{master.path.stem}.html"
        html.write_text(render(master, reference, lines), encoding="utf-8")
        if written := written_answers(master):
            lines = cell_lines(written)
            text = render(master, normalised(written), lines)
            html.with_name("written_answers.html").write_text(text, encoding="utf-8")

        for file in files(new):
            file.chmod(0o644)
            if temporary.encode() in file.read_bytes():
                raise BuildError(f"{master.shown}:1: {file.name} holds the path of the build's temporary folder")
    return names


# --- splitting ---------------------------------------------------------------------------------------------


@contextmanager
def quiet(temporary):
    """Keep kernels and Otter from writing to the terminal, and from reading the user's own configuration."""
    homes = ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    changed = {name: str(Path(temporary) / name.lower()) for name in homes}
    changed |= {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0", "JUPYTER_PREFER_ENV_PATH": "1"}
    old = {name: os.environ.get(name) for name in changed}
    os.environ.update(changed)
    sys.stdout.flush()
    sys.stderr.flush()
    streams = [os.dup(1), os.dup(2)]
    try:
        with open(Path(temporary) / "log", "w") as log:
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
            with contextlib.redirect_stdout(log), contextlib.redirect_stderr(log):
                yield
    finally:
        for number, stream in enumerate(streams, 1):
            os.dup2(stream, number)
            os.close(stream)
        for name, value in old.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def run_fixtures(master, source):
    """Run the fixtures.py of an assignment that has one. All JSON files beside it count as made by it: these."""
    if not (source / "fixtures.py").exists():
        return []
    done = subprocess.run([sys.executable, "fixtures.py"], cwd=source, capture_output=True, text=True)
    if done.returncode or not (source / "fixtures.json").exists():
        last = (done.stderr.strip().split("\n")[-1:] or [""])[0] or "left no fixtures.json"
        raise BuildError(f"{Path(master.shown).parent / 'fixtures.py'}:1: {last}")
    return sorted(source.glob("*.json"))


def assign(master, source, split):
    """Run Otter Assign; its two folders are `split`/autograder and `split`/student."""
    notebook = jupytext.read(source / master.path.name, fmt="py:percent")
    for cell, origin in zip(notebook.cells, master.cells, strict=True):
        cell.metadata["line"] = origin.line
    write(notebook, source / f"{master.path.stem}.ipynb")
    try:
        otter_assign(str(source / f"{master.path.stem}.ipynb"), str(split), no_pdfs=True, no_run_tests=True)
    except Exception as problem:
        raise BuildError(f"{master.shown}:1: Otter Assign: {first_line(problem)}") from problem


def solution(notebook, folder):
    """The reference notebook without markers, prompts and the cells for handing in, its pictures inside."""
    kept = []
    for cell in notebook.cells:
        if cell.cell_type == "code" and "grader.export(" in cell.source:
            kept.pop()  # the instructions above it
            break
        if cell.cell_type == "code":
            cell.source = without_markers(cell.source)
        elif cell.cell_type == "markdown":
            page.attach_pictures(cell, folder)
        kept.append(cell)
    notebook.cells = kept
    return notebook


def written_answers(master):
    """A notebook of the questions that a person grades, each with its model answer and rubric; None without any."""
    questions = [question for question in master.questions.values() if question.manual]
    if not questions:
        return None
    points = sum(question.points for question in questions)
    intro = (
        f"# The written answers\n\nFor graders: {len(questions)} questions, {points:g} points. Students never see this."
    )
    cells = [nbformat.v4.new_markdown_cell(intro)]
    for question in questions:
        for cell in master.cells:
            if cell.question is question and cell.kind == "markdown":
                cells.append(nbformat.v4.new_markdown_cell(cell.source, metadata={"line": cell.line}))
    return nbformat.v4.new_notebook(cells=cells)


def without_markers(source):
    lines, prompt = [], False
    for line in source.split("\n"):
        prompt = prompt or line.endswith("# BEGIN PROMPT")
        if not prompt and not re.search(r"# (BEGIN|END) SOLUTION", line):
            lines.append(line)
        prompt = prompt and not line.endswith("# END PROMPT")
    return "\n".join(lines).strip("\n")


# --- same master, same bytes ---------------------------------------------------------------------------------


def cell_lines(notebook):
    return [cell.metadata.get("line") for cell in notebook.cells]


def normalised(notebook):
    """Drop what changes from run to run or machine to machine: ids, versions, timings, addresses, Otter's dice."""
    seen = {}
    for cell in notebook.cells:
        cell.metadata = {key: value for key, value in cell.metadata.items() if key in KEPT_METADATA}
        digest = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:12]
        seen[digest] = seen.get(digest, 0) + 1
        cell["id"] = digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"
        if "outputs" in cell:  # a widget is nothing without its kernel
            cell.outputs = [
                o for o in cell.outputs if not any("vnd.jupyter.widget" in kind for kind in o.get("data", {}))
            ]
        for output in cell.get("outputs", []):
            if "data" in output:
                for kind, value in output.data.items():
                    if kind.startswith("text/"):
                        output.data[kind] = steady(value)
            elif "text" in output:
                output.text = steady(output.text)
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": LANGUAGE,
        **({"otter": notebook.metadata["otter"]} if "otter" in notebook.metadata else {}),
    }
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook


def steady(text):
    text = re.sub(r"( passed!) [^\x00-\x7f]+(?=</p>)", r"\1", text)
    return re.sub(r" at 0x[0-9a-f]+", "", text)


def write(notebook, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.from_dict(notebook), path)


def settings(master, source):
    """What our grader reads beside Otter's settings.

    student_files: the paths below files/ that students were given, so that their notebooks find them in grading.
    extra_questions: those whose points come on top.
    """
    extra = [question.name for question in master.questions.values() if question.extra]
    return {"student_files": configured_files(master, source), "extra_questions": extra}


def shipped():
    """The engine's files that grade inside the zip: the wing `grading`, and the modules that it stands on."""
    return sorted([*PACKAGE.glob("[!_]*.py"), PACKAGE / "__init__.py", *(PACKAGE / "grading").rglob("*.py")])


def repack(made, path, settings):
    """Otter's zip with our grader in it: entries sorted, uncompressed, with one date and fixed permissions."""
    with zipfile.ZipFile(made) as old:
        entries = {name: old.read(name) for name in old.namelist()}
    config = json.loads(entries["otter_config.json"]) | settings
    entries["otter_config.json"] = json.dumps(config, indent=2).encode()
    environment = yaml.safe_load(entries["environment.yml"])
    environment["dependencies"][-1]["pip"].append(f"msgspec=={version('msgspec')}")
    entries["environment.yml"] = yaml.safe_dump(environment, sort_keys=False).encode()
    entries["run_otter.py"] = RUN_OTTER.encode()
    entries["setup.sh"] += OPEN_HOME.encode()
    for file in shipped():
        entries[f"files/autograder/{file.relative_to(PACKAGE).as_posix()}"] = file.read_bytes()

    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as new:
        for name in sorted(entries):
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system = 3
            entry.external_attr = (0o100755 if name in EXECUTABLE else 0o100644) << 16
            new.writestr(entry, entries[name])


# --- what must hold --------------------------------------------------------------------------------------------


def check_test_files(master, folder, wanted):
    """Every generated file loads, and holds just the cases that the master declares, with their points."""
    for question in master.questions.values():
        cases = [case for case in question.cases if wanted(case)]
        file = folder / f"{question.name}.py"
        if not question.cases:
            continue
        try:
            loaded = ExceptionTestFile.from_file(str(file))
        except Exception as problem:
            message = f"the generated {file.parent.name}/{file.name} does not load: {first_line(problem)}"
            raise master.error(question.line, question, message) from None
        found = [(case.body.test_func.__name__, case.points, case.hidden) for case in loaded.test_cases]
        declared = [(case.name, case.points, case.hidden) for case in cases]
        if found != declared:
            message = f"Otter made the cases {found}, the master declares {declared}"
            raise master.error(question.line, question, message)


def check_contents(master, source, student):
    """student/ holds the notebook, the public tests and the files of the configuration, nothing else."""
    expected = {Path(f"{master.path.stem}.ipynb")}
    expected |= {Path("tests") / f"{q.name}.py" for q in master.questions.values() if q.cases}
    expected |= {Path(name) for name in configured_files(master, source)}
    found = {file.relative_to(student) for file in files(student)}
    for file in sorted(found ^ expected):
        what = "must not be" if file in found else "is missing"
        raise BuildError(f"{master.shown}:1: {file} {what} in student/")


def configured_files(master, source):
    """The files that the configuration gives to students, those of folders one by one, as paths below the master's."""
    names = []
    for name in master.config.get("files") or []:
        listed = files(source / name) if (source / name).is_dir() else [source / name]
        names += [file.relative_to(source).as_posix() for file in listed]
    return sorted(names)


def check_leaks(master, student):
    """No marker, no hidden case and no line of a solution stands in any text of student/."""
    secrets = secret_lines(master)
    for file in files(student):
        generated = file.suffix == ".ipynb" or file.parent == student / "tests"
        for text in texts(file):
            marker = MARKER.search(text)
            if marker:
                raise BuildError(f"{master.shown}:1: student/{file.relative_to(student)} holds `{marker[0]}`")
            for line, (cell, number, what) in secrets.items():
                if line in text and (generated or len(line) >= IDIOM):
                    message = f"{what} leaks into student/{file.relative_to(student)}: {line}"
                    raise master.cell_error(cell, message, number)


def secret_lines(master):
    """Each line that only a solution or a hidden case has: line -> (cell, its line in the master, what it is)."""
    hidden = {case.line: case for q in master.questions.values() for case in q.cases if case.hidden}
    secrets, public = {}, []
    for cell in master.cells:
        inside = cell.block == "SOLUTION" and cell.kind == "markdown"
        case = next((c for line, c in hidden.items() if c.source in cell.source and cell.block == "TESTS"), None)
        for number, line in enumerate(cell.source.split("\n"), cell.line):
            if cell.kind == "code" and "# END SOLUTION" in line:
                inside = False
            if inside or case:
                secrets.setdefault(line.strip(), (cell, number, "a hidden case" if case else "a solution"))
            else:
                public.append(line)
            if cell.kind == "code" and "# BEGIN SOLUTION" in line:
                inside = True
        if case:
            for line in [case.name, *case.function.split("\n")]:
                secrets.setdefault(line.strip(), (cell, case.line, "a hidden case"))
    for question in master.questions.values():
        public += [line for case in question.cases if not case.hidden for line in case.function.split("\n")]
    known = "\n".join(public)
    boundary = re.compile(r"# (BEGIN|END) ")
    return {
        line: where
        for line, where in secrets.items()
        if len(line) >= SHORT and line not in known and not boundary.search(line)
    }


def texts(file):
    """The texts of a file; of a notebook, those of its cells."""
    if file.suffix == ".ipynb":
        return [cell.source for cell in nbformat.read(file, as_version=4).cells]
    try:
        return [file.read_text(encoding="utf-8")]
    except UnicodeDecodeError:
        return []


def execute(master, notebook, folder):
    """Run all cells in `folder`, errors included, and return the notebook with its outputs."""

    def run():
        NotebookClient(
            notebook,
            timeout=CELL_SECONDS,
            kernel_name="python3",
            allow_errors=True,
            coalesce_streams=True,
            record_timing=False,
            store_widget_state=False,
            resources={"metadata": {"path": str(folder)}},
        ).execute()

    try:
        with_a_kernel(run)
    except (CellTimeoutError, DeadKernelError) as problem:
        raise BuildError(f"{master.shown}:1: running the notebook: {first_line(problem)}") from None
    return notebook


def check_errors(master, notebook, lines, whose):
    """No cell of an executed notebook ended in an error."""
    for cell, line in zip(notebook.cells, lines, strict=True):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                origin = next((c for c in master.cells if c.line == line), None)
                message = f"{whose} stops here: {output.ename}: {output.evalue}"
                if origin is None:
                    raise master.error(1, cell.source.split("\n")[-1], message)
                raise master.cell_error(origin, message)


def otter_grade(notebook, archive):
    """Otter's own grading of a notebook with the zip, as `otter run` does it."""
    return with_a_kernel(lambda: grade_submission(str(notebook), str(archive), quiet=True))


def with_a_kernel(run):
    """Run once more where a kernel did not start: another process may have taken the port it had chosen."""
    try:
        return run()
    except Exception as problem:
        if "Kernel died before replying" not in str(problem):
            raise
        return run()


def check_score(master, results):
    """The reference gets all points, and Otter counts as many as the questions declare."""
    for question in master.questions.values():
        if not question.cases:
            continue
        graded = results.results.get(question.name)
        if graded is None or graded.possible != question.points:
            possible = graded.possible if graded else 0
            message = f"declares {question.points:g} points, Otter counts {possible:g}"
            raise master.error(question.line, question, message)
        for case, result in zip(question.cases, graded.test_case_results, strict=True):
            if not result.passed:
                reason = (result.message or "").strip().split("\n")[-1].strip()
                raise master.error(case.line, question, f"the solution fails {case.name}: {reason}")


def render(master, notebook, lines):
    for cell, line in zip(notebook.cells, lines, strict=True):
        if cell.cell_type == "markdown":
            try:
                page.markdown(cell)
            except page.UnknownMathematics as problem:
                origin = next((c for c in master.cells if c.line == line), master.cells[0])
                raise master.cell_error(origin, str(problem)) from None
    return page.render(notebook, master.config.get("name") or master.path.stem)


# --- in place, whole or not at all ------------------------------------------------------------------------------


def install(names, stage, out):
    """Swap the new outputs in by renaming; where one rename fails, put back what was there."""
    done = []
    try:
        for number, name in enumerate(names):
            old, new, aside = out / name, stage / "new" / name, stage / f"old-{number}"
            old.parent.mkdir(parents=True, exist_ok=True)
            if old.exists():
                os.replace(old, aside)
            done.append((old, new, aside))
            os.replace(new, old)
    except BaseException:
        for old, new, aside in reversed(done):
            if old.exists():
                os.replace(old, new)
            if aside.exists():
                os.replace(aside, old)
        raise


def compare(old, new, name):
    """Lines that tell how the file or folder `old` differs from `new`, both shown as `name`."""
    if new.is_file():
        pairs = [("", old, new)]
    else:
        parts = {file.relative_to(top) for top in (old, new) for file in files(top)}
        pairs = [(f"/{part}", old / part, new / part) for part in sorted(parts)]
    lines = []
    for suffix, before, after in pairs:
        shown = f"{name}{suffix}"
        if not before.exists() or not after.exists():
            lines.append(f"{shown} {'should not be there' if before.exists() else 'is missing'}")
        elif before.read_bytes() != after.read_bytes():
            lines += [f"{shown} differs", *unified(before, after, shown)]
    return lines


def unified(before, after, shown):
    try:
        a, b = (file.read_text(encoding="utf-8").split("\n") for file in (before, after))
    except UnicodeDecodeError:
        return []
    diff = list(difflib.unified_diff(a, b, f"{shown} (as it is)", f"{shown} (as built)", "", "", 1, ""))
    return [line[:160] for line in diff[:20]]


def files(folder):
    """The files under a folder, sorted, without caches and hidden ones."""
    return sorted(
        file
        for file in Path(folder).rglob("*")
        if file.is_file()
        and not any(part.startswith(".") or part == "__pycache__" for part in file.relative_to(folder).parts)
    )


def first_line(problem):
    return f"{type(problem).__name__}: {str(problem).strip()}".split("\n")[0]
