"""Folders of packages, made once."""

import pytest

from tests.notebook.kit import packages


@pytest.fixture(scope="session")
def lean(tmp_path_factory):
    """numpy, matplotlib, ipykernel and what these need: no ipywidgets, no Otter."""
    return packages(tmp_path_factory.mktemp("lean") / "packages", "numpy", "matplotlib", "ipykernel")


@pytest.fixture(scope="session")
def bare(tmp_path_factory):
    """numpy and ipykernel alone."""
    return packages(tmp_path_factory.mktemp("bare") / "packages", "numpy", "ipykernel")
