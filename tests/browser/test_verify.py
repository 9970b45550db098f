"""Last of all: what the journeys left behind is sound (`flask verify`)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.browser.conftest import ROOT


def test_the_hospital_is_sound_after_the_journeys(live_server: Any, tmp_path: Path) -> None:
    environment = live_server.environment | {"FLASK_APP": "app", "RAWAT_INSTANCE": str(tmp_path)}
    proof = subprocess.run([sys.executable, "-m", "flask", "verify"], cwd=ROOT, env=environment,
                           capture_output=True,
                           text=True, check=False)
    lines = proof.stdout.splitlines()
    assert proof.returncode == 0, proof.stdout + proof.stderr
    assert len(lines) >= 15
    # a role that hangs on one person is worth a warning, and nothing wrong
    assert all(line.startswith(("ok ", "warns ")) for line in lines)
