"""Every effect, check, job, report, notice and listener is bound whichever operation is imported first."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import models.operations

pytestmark = pytest.mark.once

FOLDER = Path(models.operations.__file__).parent
BINDS = re.compile(r"^(@(effect|after|check|job|event\.listens_for)\(|declare\()", re.MULTILINE)
NAMES = {path: ".".join(path.relative_to(FOLDER).with_suffix("").parts)
         for path in sorted(FOLDER.rglob("*.py"))}


def test_modules_that_bind_are_found_in_every_area():
    areas = {name.split(".")[0] for path, name in NAMES.items()
             if BINDS.search(path.read_text(encoding="utf-8"))}
    assert areas == set(models.operations.AREAS) - {"learning", "setup"}


@pytest.mark.parametrize("name", [
    name for path, name in NAMES.items() if BINDS.search(path.read_text(encoding="utf-8"))])
def test_a_module_that_binds_is_imported_with_the_package(name):
    assert f"models.operations.{name}" in sys.modules
    assert not name.startswith(models.operations.ON_DEMAND)


def test_the_order_of_effects_does_not_depend_on_what_is_imported_first():
    code = ("import {first}; from models.operations.core.approvals import EFFECTS; "
            "print([(kind.__name__, step, [each.__name__ for each in EFFECTS[kind, step]]) for kind, step "
            "in EFFECTS])")
    orders = {subprocess.run([sys.executable, "-c", code.format(first=first)], check=True,
                             capture_output=True,
                             cwd=FOLDER.parents[1], text=True).stdout
              for first in ("models.operations.clinic.merge_undo", "models.operations.core.approvals")}
    assert len(orders) == 1
