"""PostgreSQL stopped and started under load: an orderly end and a crash in turn."""

from __future__ import annotations

import statistics
import time
from typing import Any

from tests.faults.hospital import Hospital
from tests.faults.outcomes import Outcome, under_load, wait_for_work
from tests.faults.places import Left

#: Seconds that the database is away beside what its stop and start take.
GONE = 2


def act(hospital: Hospital, times: int) -> tuple[list[float], dict[str, Any]]:
    away, back = [], []
    for number in range(times):
        began = time.monotonic()
        hospital.place.stop(("fast", "immediate")[number % 2])
        time.sleep(GONE)
        status, _text = hospital.ask("GET", "/readyz")
        if status != 503:
            hospital.noted.wrong.append(f"/readyz says {status} without a database")
        hospital.place.start()
        ready = time.monotonic()
        while hospital.noted.well_at < ready:
            if time.monotonic() - ready > 60:
                raise TimeoutError(f"nobody is served after PostgreSQL is back\n{hospital.words()[-2000:]}")
            time.sleep(0.02)
        away.append(hospital.noted.well_at - began)
        back.append(hospital.noted.well_at - ready)
        wait_for_work(hospital)
    return away, {"served again after PostgreSQL was ready":
                  f"{statistics.median(back):.1f} s (most {max(back):.1f})"}


def run(kind: str, times: int = 8) -> Outcome:
    if kind == "sqlite":
        raise Left("an embedded database does not go away")
    return under_load(f"PostgreSQL stopped and started, {times} times", kind,
                      lambda hospital: act(hospital, times))
