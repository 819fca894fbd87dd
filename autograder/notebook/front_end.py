"""What a front end can be asked to do: save the notebook, give its content, take a file. Each in its way, or not."""

import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from .errors import NotebookError
from .locate import SESSION, VS_CODE

SAVE_SECONDS = 1.2  # how long a save is waited for
FRESH_SECONDS = 60  # an output that asks for a save may be shown again later, when it must not
COLAB_SECONDS = 10
# The save button of JupyterLab and Notebook 7 in whose panel the output stands; else the classic notebook's command.
SAVE = """
if (Math.abs(Date.now() - %d) < %d) {
  const panel = (typeof element !== "undefined" && (element[0] || element).closest(".jp-NotebookPanel")) || document;
  const button = panel.querySelector('[data-command="docmanager:save"]');
  if (button) { (button.querySelector("button") || button).click(); }
  else if (typeof IPython !== "undefined" && IPython.notebook) { IPython.notebook.save_checkpoint(); }
}
"""


def in_colab() -> bool:
    return "google.colab" in sys.modules


def in_browser() -> bool:
    """Whether Python itself runs in a browser, as in JupyterLite."""
    return sys.platform == "emscripten"


def can_be_asked_to_save(names: Mapping[str, Any]) -> bool:
    """Whether a page of Jupyter's own shows this notebook. VS Code's notebooks carry a name of its own."""
    return SESSION in os.environ and VS_CODE not in names and not in_colab()


def save(paths: list[Path], is_whole: Callable[[Path], bool]) -> Path | None:
    """Have the page that shows this notebook save it; the one of these files that was saved, None where none was.

    is_whole: whether a file can be read; Jupyter's server writes it in place, and it may be caught half written.
    """
    from IPython.display import HTML, Javascript, display

    before = {path: stamp(path) for path in paths}
    shown: Any = display(Javascript(SAVE % (time.time() * 1000, FRESH_SECONDS * 1000)), display_id=True)  # type: ignore[no-untyped-call]
    end = time.monotonic() + SAVE_SECONDS
    saved = None
    while saved is None and time.monotonic() < end:
        time.sleep(0.03)
        saved = next((path for path in paths if stamp(path) not in (before[path], None) and is_whole(path)), None)
    if shown is not None:
        shown.update(HTML(""))  # type: ignore[no-untyped-call]
    return saved


def stamp(path: Path) -> tuple[int, int] | None:
    """What changes when a file is written anew."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def content_from_colab() -> dict[str, Any]:
    """The notebook as it stands in Colab's page, saved or not. Raises NotebookError."""
    from google.colab import _message  # type: ignore[import-not-found]

    try:
        content = _message.blocking_request("get_ipynb", timeout_sec=COLAB_SECONDS)["ipynb"]
    except Exception as problem:
        raise NotebookError(
            "Colab did not give the notebook. Choose File > Download > Download .ipynb, and submit that file."
        ) from problem
    return content  # type: ignore[no-any-return]


def offer(path: Path) -> None:
    """Have Colab's page download a file."""
    from google.colab import files

    files.download(str(path))
