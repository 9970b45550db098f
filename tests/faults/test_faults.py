"""The short faults, one after the other on one hospital: slow clients, a full disk, `kill -9`; then the
proof. `make faults` runs all of them, long, on both databases."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.faults import disk_full, kills, slow_clients
from tests.faults.hospital import Hospital
from tests.faults.outcomes import wait_for_work
from tests.faults.places import Embedded

pytestmark = [pytest.mark.once, pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")]


def test_nothing_that_was_acknowledged_is_lost(tmp_path: Path) -> None:
    hospital = Hospital(Embedded(tmp_path), tmp_path, papers=120)
    try:
        hospital.start()
        hospital.wait_ready()
        with hospital.load():
            wait_for_work(hospital)
            slow_clients.act(hospital, seconds=1.5)
            disk_full.act(hospital, times=1, small_disk=False, full=1)
            away, _facts = kills.act(hospital, times=2)
        noted = hospital.noted
        assert len(away) == 2
        assert min(len(noted.receipts), len(noted.comments), len(noted.guests)) > 0
        assert (hospital.lost(), hospital.half_done(), noted.broken, noted.wrong) == ([], [], [], [])
        assert hospital.unproven() == []
    finally:
        hospital.end()
