"""A fault under load, and what it came to, as one line."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.faults.hospital import Hospital
from tests.faults.places import place


@dataclass
class Outcome:
    """`away` are the seconds of each time nobody was served; `wrong` is all that may not be."""

    name: str
    database: str
    acknowledged: int = 0
    lost: int = 0
    half_done: int = 0
    away: list[float] = field(default_factory=list)
    verified: bool = False
    facts: dict[str, Any] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        seconds = f"{statistics.median(self.away):.1f} s away (most {max(self.away):.1f})" if self.away else \
            "never away"
        more = "".join(f", {name} {value}" for name, value in self.facts.items())
        return (f"{self.name}, {self.database}: {self.acknowledged} acknowledged, {self.lost} lost, "
                f"{self.half_done} half done, {seconds}{more}; "
                f"verify {'ok' if self.verified else 'WRONG'}")


#: Does its harm to a hospital under load: seconds away each time, and more facts.
Act = Callable[[Hospital], tuple[list[float], dict[str, Any]]]


def under_load(name: str, kind: str, act: Act, *, papers: int = 300, megabytes: int = 0, writers: int = 4,
               environment: dict[str, str] | None = None) -> Outcome:
    """Run `act` on a new hospital of that kind of database in which people work, then prove what is left."""
    with place(kind, megabytes, **(environment or {})) as where:
        hospital = Hospital(where, where.folder, papers)
        hospital.more = environment or {}
        try:
            hospital.start()
            hospital.wait_ready()
            with hospital.load(writers):
                wait_for_work(hospital)
                away, facts = act(hospital)
                wait_for_work(hospital)
            answers = " ".join(f"{status or 'none'}×{count}"
                               for status, count in sorted(hospital.noted.answers.items()))
            return proven(name, hospital, away, answers=answers, **facts)
        finally:
            hospital.end()


def proven(name: str, hospital: Hospital, away: list[float], **facts: Any) -> Outcome:
    """Count what became of the load of `hospital`, and let `flask verify` prove its database."""
    lost, half = hospital.lost(), hospital.half_done()
    exit_code, said = hospital.flask("verify")
    noted = hospital.noted
    outcome = Outcome(name, hospital.place.name, noted.acknowledged, len(lost), len(half), away,
                      exit_code == 0, facts, [*lost[:5], *half[:5], *noted.broken[:5], *noted.wrong])
    for what in ("receipts", "comments", "guests"):
        if not getattr(noted, what):
            outcome.wrong.append(f"none of the {what} was acknowledged: the load was not what it should be")
    if exit_code:
        outcome.wrong.append(said[-2000:])
    return outcome


def wait_for_work(hospital: Hospital, more: int = 3, seconds: float = 90) -> float:
    """Until `more` than now is acknowledged; seconds that it took. A server that is harmed before it worked
    proves nothing."""
    began, wanted = time.monotonic(), hospital.noted.acknowledged + more
    while hospital.noted.acknowledged < wanted:
        if time.monotonic() - began > seconds:
            raise TimeoutError(f"nothing was done for {seconds:.0f} s: {hospital.noted.answers}\n"
                               f"{hospital.words()[-3000:]}")
        time.sleep(0.02)
    return time.monotonic() - began
