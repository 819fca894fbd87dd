"""The zip that a student submits: the notebook as it is now, and a word where it is not what ran."""

import base64
import contextlib
import datetime
import json
import os
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import front_end, page
from .compare import asked, compare
from .data import AssignmentData
from .errors import NotebookError
from .locate import VS_CODE, find, read
from .source import NotebookFile, parse, sources_run, written_answers
from .summary import Summary, run_all

ZIP_NAME = "__zip_filename__"  # the member in which Otter's zips keep their own name
SAVE_KEYS = "Ctrl+S, on a Mac Cmd+S"
AGAIN = f"Save the notebook ({SAVE_KEYS}), then run this cell again."


@dataclass(repr=False)
class Exported(page.Shown):
    """What was packed, and all that a person should know of it."""

    path: Path
    link: str  # what a browser can open; "" where there is nothing
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def submit(self) -> str:
        return f"Submit this file: {self.path.name}"

    @property
    def place(self) -> str:
        return f"It lies in {self.path.parent}."

    def text(self) -> str:
        lines = [*(f"Attention: {line}" for line in self.warnings), f"{self.submit}. {self.place}", *self.notes]
        return "\n".join(map(page.wrapped, lines))

    def html(self) -> str:
        name = page.escaped(self.path.name)
        anchor = f'<a href="{page.escaped(self.link)}" download="{name}" target="_blank">{name}</a>'
        file = anchor if self.link else name
        submit = f"<div style='overflow-wrap:anywhere'><strong>Submit this file: {file}</strong></div>"
        notes = "".join(f"<div>{page.escaped(line)}</div>" for line in [self.place, *self.notes])
        return page.block(page.BAD if self.warnings else page.GOOD, page.attention(self.warnings), submit, notes)


def run_export(
    data: AssignmentData, names: Mapping[str, Any], named: str | None, out: str | None, files: Sequence[str]
) -> Exported:
    """Pack the notebook. named: its path, where it cannot be found. out: the zip's. Raises NotebookError."""
    if front_end.in_colab() and named is None:
        content = front_end.content_from_colab()
        name = content.get("metadata", {}).get("colab", {}).get("name") or f"{data.name}.ipynb"
        notebook = parse(os.path.basename(name), json.dumps(content).encode())
        folder, saved, others = Path.cwd(), True, list[Path]()
    else:
        found = find(data, names, named)
        chosen = front_end.save(found, is_whole) if front_end.can_be_asked_to_save(names) else None
        saved, path = chosen is not None, chosen or found[0]
        notebook, folder, others = read(path), path.resolve().parent, [p for p in found if p != path]
    path = write(notebook, folder, out, files)
    written = written_answers(notebook, [question.name for question in data.written])
    made = Exported(path, link_to(path, folder, names))
    made.warnings = warnings(data, notebook, saved)
    if blank := [name for name, answered in written.items() if not answered]:
        made.warnings.append(f"still to be written: {', '.join(blank)}. A person grades what you write there.")
    made.notes = notes(notebook, folder, saved, others, run_all(data, names, written))
    if older := [
        zipped for zipped in path.parent.glob(f"{Path(notebook.name).stem}_*.zip") if zipped.name != path.name
    ]:
        made.notes.append(f"Older exports in this folder: {len(older)}. Submit the one named above; delete the others.")
    if front_end.in_colab():
        front_end.offer(path)
    return made


def is_whole(path: Path) -> bool:
    try:
        return bool(read(path).cells)
    except (NotebookError, OSError):
        return False


def warnings(data: AssignmentData, notebook: NotebookFile, saved: bool) -> list[str]:
    """Where the packed notebook is not what ran, with the names of the answers, and what to do."""
    ran = sources_run()
    found = compare(notebook, ran, asked(data))
    lines = []
    if found.changed and saved:
        lines.append(
            f"changed after they ran: {', '.join(found.changed)}. The zip holds the new version, which no check has "
            "seen: run these cells and their checks, then this cell again."
        )
    elif found.changed:
        lines.append(f"what ran last is not in the saved notebook: {', '.join(found.changed)}. {AGAIN}")
    if found.unrun and ran:
        lines.append(
            f"not run as they are packed: {', '.join(found.unrun)}. Run all cells from the top (Restart and Run All), "
            "then this one."
        )
    if found.broken:
        lines.append(f"not valid Python, and lost in grading: {', '.join(found.broken)}, counted from the top.")
    return lines


def notes(notebook: NotebookFile, folder: Path, saved: bool, others: list[Path], summary: Summary) -> list[str]:
    """What else is good to know: which file was packed and when it was saved, and how the questions stand."""
    lines = []
    if not saved:
        with contextlib.suppress(OSError):
            when = datetime.datetime.fromtimestamp((folder / notebook.name).stat().st_mtime)
            lines.append(
                f"It holds {notebook.name} as last saved, at {when:%H:%M:%S}. Changed anything since, in words or "
                f"code? {AGAIN}"
            )
    if others:
        names = ", ".join(path.name for path in others)
        lines.append(f"It holds {notebook.name}, and not {names}, which is here too.")
    return lines + summary.checked_lines()


def write(notebook: NotebookFile, folder: Path, out: str | None, files: Sequence[str]) -> Path:
    """Write the zip where there is room for it, and read it back. Raises NotebookError."""
    now = datetime.datetime.now().strftime("%Y_%m_%dT%H_%M_%S_%f")
    name = f"{Path(notebook.name).stem}_{now}.zip"
    problem: Exception | None = None
    for path in [Path(out)] if out else [folder / name, Path.cwd() / name, Path(tempfile.gettempdir()) / name]:
        try:
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
                made.writestr(notebook.name, notebook.data)
                made.writestr(ZIP_NAME, path.name)
                for file in files:
                    add(made, Path(file))
            with zipfile.ZipFile(path) as made:
                if made.read(notebook.name) == notebook.data:
                    return path.resolve()
        except (OSError, zipfile.BadZipFile) as failure:
            problem = failure
            with contextlib.suppress(OSError):
                path.unlink()
    raise NotebookError(f"The zip could not be written ({problem}). Submit the notebook {notebook.name} itself.")


def add(made: zipfile.ZipFile, path: Path) -> None:
    """Add a file, or all that lies below a folder."""
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if not file.is_dir():
            made.write(file)


def link_to(path: Path, folder: Path, names: Mapping[str, Any]) -> str:
    """What a browser can open; VS Code opens no links into the folder, Colab downloads by itself."""
    if front_end.in_browser():
        return "data:application/zip;base64," + base64.b64encode(path.read_bytes()).decode()
    if VS_CODE in names or front_end.in_colab() or path.parent != folder.resolve():
        return ""
    return path.name
