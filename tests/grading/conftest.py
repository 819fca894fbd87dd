"""The kit's zip, and Otter's own grading of a submission, made once for each module."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.kit import PROOF, PROVE, TESTS, write_zip


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """The kit's assignment."""
    return write_zip(tmp_path_factory.mktemp("zip") / "small.zip")


@pytest.fixture(scope="module")
def proving(tmp_path_factory):
    """The kit's assignment with a question, worth nothing, that shows whether a payload ran."""
    return write_zip(tmp_path_factory.mktemp("zip") / "small.zip", TESTS | {PROOF: PROVE})


class Otter:
    """Otter's own grading, in a process that has imported it once."""

    def __init__(self):
        command = [sys.executable, Path(__file__).with_name("otter_server.py")]
        streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
        self.process = subprocess.Popen(command, **streams)

    def __call__(self, path, archive, seconds=60, cells=()):
        """What Otter made of a submission: {"total", "points", "shown"}; None where it left no result in time.

        cells: to run, in place of the submission's, in one process with the tests.
        """
        request = {"path": str(path), "archive": str(archive), "seconds": seconds, "cells": cells}
        print(json.dumps(request), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


@pytest.fixture(scope="module")
def otter():
    otter = Otter()
    yield otter
    otter.close()
