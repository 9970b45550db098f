"""`kill -9` of the server while it writes, again and again."""

from __future__ import annotations

import random
import time
from typing import Any

from tests.faults.hospital import Hospital
from tests.faults.outcomes import Outcome, under_load, wait_for_work


def act(hospital: Hospital, times: int) -> tuple[list[float], dict[str, Any]]:
    """Kill the server `times` times, each time at another moment of its work."""
    dice, away = random.Random(17), []
    for _ in range(times):
        time.sleep(dice.uniform(0, 0.4))
        hospital.kill()
        began = time.monotonic()
        hospital.start()
        hospital.wait_ready()
        away.append(time.monotonic() - began)
        wait_for_work(hospital)
    return away, {}


def run(kind: str, times: int = 60) -> Outcome:
    return under_load(f"kill -9, {times} times", kind, lambda hospital: act(hospital, times),
                      papers=40 + times * 25)
