"""The day on which the suite's clock stands, and the days that hurt: ``python -m tests.support.days`` runs it
on those.

A test must pass on any day of the calendar, so the day is chosen here and nowhere else. `RAWAT_TEST_CLOCK` (a
local time of the hospital, ISO 8601) and `HOSPITAL_TZ` choose another one.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from models import clock

ROOT = Path(__file__).parents[2]
AHEAD = "RAWAT_CLOCK_AHEAD_DAYS"
#: A Wednesday morning in the middle of a month.
USUAL = "2026-11-18T10:00"


@dataclass(frozen=True)
class Day:
    """One run: a local time of the hospital (``now`` for the computer's), its zone, and what is hard about
    it."""

    at: str
    zone: str
    why: str


#: Each zone of the country just before and just after a midnight; the suite runs over that midnight.
DAYS = (
    Day("now", "Asia/Jakarta", "today"),
    Day("2026-12-31T23:55", "Asia/Jakarta", "31 December, before midnight: the year ends under way"),
    Day("2027-01-01T00:05", "Asia/Jayapura", "1 January, after midnight: last year's month is open"),
    Day("2027-02-28T23:55", "Asia/Makassar", "28 February, a Sunday: the month ends under way"),
    Day("2028-02-29T00:05", "Asia/Jakarta", "29 February"),
    Day("2027-03-10T00:05", "Asia/Makassar", "Lebaran (1 Syawal 1448)"),
    Day("2027-04-30T23:55", "Asia/Jayapura", "month's end of thirty days"),
)
#: Days on which the demo hospital alone is loaded: first starts, a year long. The first two once failed.
FIRST_STARTS = ("2027-02-28", "2027-03-01", "2026-11-29", "2026-11-30", "2026-12-07", "2026-12-31",
                "2027-01-01", "2027-01-31", "2027-02-14", "2027-03-10", "2027-03-31", "2027-05-01",
                "2027-06-06", "2027-07-31", "2027-08-17", "2027-09-30", "2027-10-31", "2028-02-29",
                "2028-03-01")


def ahead(environment: MutableMapping[str, str], by: timedelta) -> None:
    """Tell processes that get this environment how far their clock runs before the computer's."""
    environment[AHEAD] = f"{by / timedelta(days=1):.9f}"


def stand() -> timedelta:
    """Set this process's clock, and that of all that it starts, to the chosen day. Returns how far it runs
    ahead."""
    clock.set_zone(os.environ.get("HOSPITAL_TZ") or "Asia/Jakarta")
    if "PYTEST_XDIST_WORKER" not in os.environ:  # a worker has its clock from the run that started it
        at = os.environ.get("RAWAT_TEST_CLOCK") or USUAL
        there = datetime.now(UTC) if at == "now" else datetime.fromisoformat(at).replace(tzinfo=clock.zone())
        ahead(os.environ, there - datetime.now(UTC))
    by = timedelta(days=float(os.environ[AHEAD]))
    clock.run_ahead(by)
    return by


def main(chosen: list[str]) -> int:
    """Run the suite on each day that contains one of `chosen` (all without any), then load the demo
    on the days of first starts. Exit 1 when one of them failed."""
    runs = [(f"suite {day.at} {day.zone}: {day.why}", suite, day.at, day.zone) for day in DAYS]
    runs += [(f"demo {start}", first_start, f"{start}T08:30", "Asia/Jakarta") for start in FIRST_STARTS]
    failed = []
    for name, run, at, zone in runs:
        if chosen and not any(word in name for word in chosen):
            continue
        print(f"== {name}", flush=True)
        started, environment = time.monotonic(), os.environ | {"RAWAT_TEST_CLOCK": at, "HOSPITAL_TZ": zone}
        passed = run(environment)
        print(f"-- {'ok' if passed else 'FAILED'}: {name} ({time.monotonic() - started:.0f} s)", flush=True)
        failed += [] if passed else [name]
    print("\nall passed" if not failed else "\n" + "\n".join(f"FAILED: {name}" for name in failed))
    return bool(failed)


def suite(environment: dict[str, str]) -> bool:
    return _ended_well([sys.executable, "-m", "pytest", "-q"], environment)


def first_start(environment: dict[str, str]) -> bool:
    """What a newcomer's first `make run` does, and the proof of every invariant after it."""
    with tempfile.TemporaryDirectory() as folder:
        environment |= {"RAWAT_ENV": "demo", "RAWAT_INSTANCE": folder,
                        "DATABASE_URL": f"sqlite:///{folder}/demo.sqlite3"}
        zone = ZoneInfo(environment["HOSPITAL_TZ"])
        at = datetime.fromisoformat(environment["RAWAT_TEST_CLOCK"]).replace(tzinfo=zone)
        ahead(environment, at - datetime.now(UTC))
        flask = [sys.executable, "-m", "flask", "--app", "app"]
        return all(_ended_well([*flask, *words], environment, quiet=True)
                   for words in (["db", "upgrade"], ["demo"], ["verify"]))


def _ended_well(command: list[str], environment: dict[str, str], *, quiet: bool = False) -> bool:
    ended = subprocess.run(command, cwd=ROOT, env=environment, check=False, text=True,
                           stdout=subprocess.PIPE if quiet else None,
                           stderr=subprocess.STDOUT if quiet else None)
    if quiet and ended.returncode:
        print(ended.stdout[-3000:])
    return ended.returncode == 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
