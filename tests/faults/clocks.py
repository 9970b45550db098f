"""The machine's clock jumps while the server works: forwards over hours and days, and backwards."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from models import clock
from tests.faults.hospital import Hospital
from tests.faults.outcomes import Outcome, under_load, wait_for_work
from tests.faults.places import Left

#: How far ahead of the true time the clock is put, one after the other; the last is the true one.
JUMPS = (timedelta(hours=1), timedelta(hours=-1), timedelta(days=2), timedelta(days=-1), timedelta(days=40),
         timedelta(minutes=-5), timedelta())


def act(hospital: Hospital, moved: Path) -> tuple[list[float], dict[str, Any]]:
    usual, away = clock.ahead(), []
    try:
        for ahead in JUMPS:
            _put(moved, f"{ahead.total_seconds():.0f}")
            clock.run_ahead(usual + ahead)
            began = time.monotonic()
            with hospital.app.app_context():  # whose session became too old signs in again
                hospital.hand = hospital.signed_in(hospital.keeper)
            wait_for_work(hospital)
            away.append(time.monotonic() - began)
            time.sleep(3)  # the sealer goes on too
    finally:
        clock.run_ahead(usual)
        _put(moved, "0")
    return away, {"jumps": len(JUMPS)}


def _put(moved: Path, seconds: str) -> None:
    part = moved.with_suffix(".part")
    part.write_text(seconds)
    part.chmod(0o644)
    part.replace(moved)


def run(kind: str) -> Outcome:
    compiler = shutil.which("cc")
    if compiler is None:
        raise Left("no C compiler (cc) makes what moves the clock")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        library, moved = folder / "clock.so", folder / "ahead"
        subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", library,
                        Path(__file__).with_name("clock.c"), "-ldl"], check=True)
        _put(moved, "0")
        return under_load("clock moved", kind, lambda hospital: act(hospital, moved),
                          environment={"LD_PRELOAD": str(library), "RAWAT_FAULT_CLOCK": str(moved)})
