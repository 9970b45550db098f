"""Backups while people write, each restored elsewhere and proven; then one restored under the server."""

from __future__ import annotations

import copy
import time
from typing import Any

from tests.faults.hospital import Hospital
from tests.faults.outcomes import Outcome, under_load, wait_for_work


def act(hospital: Hospital, times: int) -> tuple[list[float], dict[str, Any]]:
    took: list[float] = []
    for number in range(times):
        wait_for_work(hospital, 5)
        before, began = copy.deepcopy(hospital.noted), time.monotonic()
        file = hospital.folder / f"backup-{number}"
        exit_code, said = hospital.flask("backup", str(file))
        took.append(time.monotonic() - began)
        if exit_code:
            hospital.noted.wrong.append(f"backup: {said[-500:]}")
            continue
        _prove(hospital, before, str(file))
    return [], {"backups": times, "seconds for one": f"{max(took):.1f}"}


def _prove(hospital: Hospital, before: Any, file: str) -> None:
    """Restore `file` into a new database: what was acknowledged before is there, and it proves whole."""
    wrong, url = hospital.noted.wrong, hospital.place.kept.new()
    for words in (("restore", "--yes", file), ("verify",)):
        exit_code, said = hospital.flask(*words, url=url)
        if exit_code:
            wrong.append(f"{words[0]} of a backup taken under load: {said[-1500:]}")
            return
    wrong += [f"not in the backup: {each}" for each in hospital.lost(url, before)]
    wrong += [f"in the backup: {each}" for each in hospital.half_done(url)]


def run(kind: str, times: int = 3) -> Outcome:
    return under_load("backup while writing, restored", kind, lambda hospital: act(hospital, times),
                      papers=600)
