"""What is pinned is what is used: nothing more in an installation, nothing that came along by chance."""

from __future__ import annotations

import ast
import contextlib
import re
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.core.test_architecture import FOLDERS, ROOT, named, tracked, tree

pytestmark = pytest.mark.once

RUN, NEEDS, DEVELOPMENT = "to run", "what those need", "development"
#: Used by name only: commands of the development, and what lints.
TOOLS = {"mypy", "pytest", "pytest-xdist", "ruff", "djlint"}
#: The other systems that the benchmarks compare with are installed for that alone.
PEERS = {"django"}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def pins() -> dict[str, set[str]]:
    """The pinned names by the part of requirements.txt in which they are."""
    parts: dict[str, set[str]] = {}
    part = ""
    for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines():
        head = re.match(r"# ---- (to run|what those need|development)", line)
        if head:
            part = head[1]
        elif "==" in line and not line.startswith("#"):
            parts.setdefault(part, set()).add(plain(line.split("==")[0]))
    return parts


def used(tests: bool) -> dict[str, Path]:
    """The packages that the application or the tests import, each with a file that does."""
    found: dict[str, Path] = {}
    of = packages_distributions()
    ours = FOLDERS | {"app"}
    for path in tracked():
        if path.suffix != ".py" or named(path).startswith("tests/") is not tests:
            continue
        for node in ast.walk(tree(path)):
            names = ([alias.name for alias in node.names] if isinstance(node, ast.Import)
                     else [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level
                     else [])
            for module in {name.split(".")[0] for name in names} - sys.stdlib_module_names - ours - PEERS:
                for name in of.get(module, [module]):
                    found.setdefault(plain(name), path)
    return found


def needed(part: str) -> set[str]:
    """What the packages pinned in `part` name as their needs, on any system and with any extra."""
    found = set()
    for name in pins()[part]:
        with contextlib.suppress(PackageNotFoundError):  # of another system
            found |= {plain(Requirement(text).name) for text in distribution(name).requires or []}
    return found


def test_what_the_application_imports_is_pinned_to_run() -> None:
    assert {name: named(path) for name, path in used(tests=False).items() if name not in pins()[RUN]} == {}


def test_what_is_pinned_to_run_is_imported() -> None:
    assert pins()[RUN] - set(used(tests=False)) == set()


def test_what_the_tests_import_is_pinned() -> None:
    everything = set().union(*pins().values())
    assert {name: named(path) for name, path in used(tests=True).items() if name not in everything} == {}


def test_what_is_for_development_only_is_used_there() -> None:
    assert pins()[DEVELOPMENT] - set(used(tests=True)) - TOOLS - needed(DEVELOPMENT) == set()


def test_nothing_is_pinned_that_nothing_needs() -> None:
    assert pins()[NEEDS] - needed(RUN) - needed(NEEDS) == set()
