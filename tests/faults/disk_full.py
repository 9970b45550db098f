"""The disk is full under load: a small disk that is filled, or files that may not grow."""

from __future__ import annotations

import contextlib
import resource
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.faults.hospital import Hospital
from tests.faults.outcomes import Outcome, under_load, wait_for_work

#: Seconds that the disk stays full.
FULL = 4


@contextlib.contextmanager
def filled(folder: Path) -> Iterator[None]:
    """Not a byte is left on the disk of `folder`."""
    filler = folder / "filler"
    try:
        with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
            for size in (1 << 20, 1 << 12, 1):
                with contextlib.suppress(OSError):
                    while True:
                        file.write(b"\0" * size)
        yield
    finally:
        filler.unlink(missing_ok=True)


@contextlib.contextmanager
def no_growth(hospital: Hospital) -> Iterator[None]:
    """No file of the server may grow any more: for machines on which nobody may mount a small disk."""
    pid = hospital.pid
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


def act(hospital: Hospital, times: int, small_disk: bool, full: float = FULL
        ) -> tuple[list[float], dict[str, Any]]:
    away, told = [], 0
    noted = hospital.noted
    for _ in range(times):
        before = noted.answers[503]
        with filled(hospital.folder) if small_disk else no_growth(hospital):
            began = time.monotonic()
            time.sleep(full)
            read = hospital.ask("GET", "/login")[0]
        freed = time.monotonic()
        told += noted.answers[503] - before
        if read not in (200, 503):
            noted.wrong.append(f"a page that only reads: {read} while the disk was full")
        wait_for_work(hospital)
        away.append(max(0.0, noted.well_at - began) if noted.well_at > freed else 0.0)
    if not told:
        noted.wrong.append("nobody was told 503: the disk was never full")
    return away, {"told 503": told}


def run(kind: str, times: int = 5, small_disk: bool = True) -> Outcome:
    megabytes = (48 if kind == "sqlite" else 320) if small_disk else 0
    how = "small disk" if small_disk else "files that may not grow"
    return under_load(f"disk full, {times} times ({how})", kind,
                      lambda hospital: act(hospital, times, small_disk), megabytes=megabytes)
