"""Otter's classes that grading needs, without the second that the rest of Otter takes to import.

Otter's packages import pandas, nbconvert and Jupyter before any of their modules. Here they wait until somebody asks
for a name that only the whole package has; who imports Otter as usual notices nothing.
"""

import importlib.util
import sys
import types
from typing import Any

PACKAGES = ("otter", "otter.run", "otter.run.run_autograder")


class LazyPackage(types.ModuleType):
    """A package whose modules can be imported, and that runs its own code when first asked for a name it lacks."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or self.__class__ is not LazyPackage:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        self.__class__ = types.ModuleType  # type: ignore[assignment]
        assert self.__spec__ is not None and self.__spec__.loader is not None
        self.__spec__.loader.exec_module(self)
        return getattr(self, name)


def make_lazy(name: str) -> None:
    """Put a lazy package where a package is not yet imported."""
    if name in sys.modules:
        return
    spec = importlib.util.find_spec(name)
    if spec is None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    module = importlib.util.module_from_spec(spec)
    module.__class__ = LazyPackage
    sys.modules[name] = module
    parent, _, last = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], last, module)


for package in PACKAGES:
    make_lazy(package)

from otter.run.run_autograder.autograder_config import AutograderConfig  # noqa: E402
from otter.test_files import GradingResults  # noqa: E402
from otter.test_files.abstract_test import TestCase, TestCaseResult, TestFile  # noqa: E402
from otter.test_files.exception_test import ExceptionTestFile  # noqa: E402

__all__ = ["AutograderConfig", "ExceptionTestFile", "GradingResults", "TestCase", "TestCaseResult", "TestFile"]
