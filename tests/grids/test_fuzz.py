"""Hypothesis asks every address with what nobody foresaw: no answer is a broken server's.

A fixed number of requests in the suite; `make fuzz` goes on for ten minutes (`RAWAT_FUZZ_MINUTES`), each time
with others.
"""

from __future__ import annotations

import os
import secrets
import time
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.support.fuzzing import Fuzzer, covers

MINUTES = float(os.environ.get("RAWAT_FUZZ_MINUTES") or 0)
#: Requests of the suite's own run, and of each round of the long one.
FEW, ROUND = 250, 400


def test_no_request_breaks_the_server(app: Any, client: Any, sign_in: Any) -> None:
    fuzzer = Fuzzer(app, client, sign_in)
    addresses, calls = covers(fuzzer)
    assert (addresses > 900, calls > 10) == (True, True)
    until, rounds = time.monotonic() + MINUTES * 60, 0
    while rounds == 0 or time.monotonic() < until:
        number = secrets.randbits(32) if MINUTES else 20_261_118
        _round(fuzzer, number, ROUND if MINUTES else FEW)
        rounds += 1
    print(f"\n{sum(fuzzer.answers.values())} requests to {addresses} addresses and {calls} calls: "
          f"{dict(sorted(fuzzer.answers.items()))}")
    assert fuzzer.answers[500] == 0
    assert fuzzer.answers[200] > 10


def _round(fuzzer: Fuzzer, number: int, many: int) -> None:
    @seed(number)
    @settings(max_examples=many, deadline=None, suppress_health_check=list(HealthCheck), database=None,
              phases=(Phase.generate, Phase.shrink), print_blob=False)
    @given(st.data())
    def asked(data: Any) -> None:
        assert fuzzer.act(data) == [], f"seed {number}"

    asked()
