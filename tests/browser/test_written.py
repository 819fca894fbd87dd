"""The written answers of a submission as a filtered PDF, by Otter's own export, with this machine's Chromium."""

import shutil

import pypdf
import pytest
from otter.export import export_notebook
from playwright.async_api import BrowserType
from tests.matrix import MASTER
from tests.school import notebook

from tests.browser.conftest import CHROMIUM, FLAGS

ANSWER = "The product of the Jacobians shrinks"


@pytest.fixture
def own_chromium(monkeypatch):
    """Otter's export looks for a browser that Playwright has downloaded; give it the system's."""
    launch = BrowserType.launch

    async def launched(self, **settings):
        return await launch(self, executable_path=CHROMIUM, args=FLAGS)

    monkeypatch.setattr(BrowserType, "launch", launched)


@pytest.mark.skipif(not CHROMIUM, reason="no Chromium")
def test_the_written_questions_alone_come_out_as_a_pdf(own_chromium, tmp_path, monkeypatch):
    shutil.copytree(MASTER.parents[1] / "student/figures", tmp_path / "figures")
    text = notebook({}).replace("_Type your answer here, replacing this text._", ANSWER)
    assert ANSWER in text
    (tmp_path / "a.ipynb").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    export_notebook("a.ipynb", dest="a.pdf", exporter_type="html", filtering=True)
    pages = " ".join(page.extract_text() for page in pypdf.PdfReader("a.pdf").pages)
    assert all(question in pages for question in ("q4d_why_gradients", "q6c_derivation_in_words", "q7c_why_it_helps"))
    assert pages.count(ANSWER) == 3 and "q2_vanilla_rnn" not in pages
