"""Every effect, check and listener is bound whichever operation is imported first."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

import models.operations

FOLDER = Path(models.operations.__file__).parent
BINDS = re.compile(r"^@(effect|after|check|event\.listens_for)\(", re.MULTILINE)


@pytest.mark.parametrize("name", sorted(
    path.stem for path in FOLDER.glob("*.py") if BINDS.search(path.read_text(encoding="utf-8"))))
def test_a_module_that_binds_is_imported_with_the_package(name):
    assert f"models.operations.{name}" in sys.modules
    assert not name.startswith(models.operations.ON_DEMAND)
