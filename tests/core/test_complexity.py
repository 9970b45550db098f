"""No function has more than ten ways through it; those that still have may only become fewer."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[2]
#: `file: function`, one a line.
LIST = ROOT / "tests" / "data" / "complex_functions.txt"


def complex_functions() -> set[str]:
    """What ruff finds over the limit of pyproject.toml."""
    done = subprocess.run([sys.executable, "-m", "ruff", "check", "--select", "C901", "--no-cache",
                           "--output-format", "json", "."], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    found = set()
    for each in json.loads(done.stdout):
        name = re.match(r"`(\w+)` is too complex", each["message"])
        assert name is not None, each["message"]
        found.add(f"{Path(each['filename']).relative_to(ROOT).as_posix()}: {name[1]}")
    return found


def test_no_function_has_more_than_ten_ways_through_it() -> None:
    known = set(LIST.read_text(encoding="utf-8").splitlines())
    found = complex_functions()
    assert found - known == set(), "split them into plain functions"
    assert known - found == set(), f"no longer over ten, take them out of {LIST.name}"
