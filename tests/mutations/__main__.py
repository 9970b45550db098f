"""``python -m tests.mutations``: a sample of mutants, each run against its tests; prints what survived.

``-n 300 --seed 11`` choose the sample, ``--only slots`` the modules whose path has the word, ``-j 2`` how
many run at once. ``--part slots`` runs, of the sample over all modules, those of such a module: so the
whole is run a part at a time. Mutants that change nothing a person can see stand, with the reason, in
``tests/data/mutants_that_change_nothing.txt``.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter

import pytest
from hypothesis import HealthCheck, settings

from tests.mutations.mutants import ROOT, Mutant, mutants
from tests.mutations.targets import TARGETS

LISTED = ROOT / "tests" / "data" / "mutants_that_change_nothing.txt"


def listed() -> dict[str, str]:
    """The reason why a mutant changes nothing, by its name. A reason stands indented under its mutants."""
    found: dict[str, str] = {}
    waiting: list[str] = []
    for line in LISTED.read_text(encoding="utf-8").splitlines():
        if line.startswith("    "):
            found.update(dict.fromkeys(waiting, line.strip()))
            waiting = []
        elif line and not line.startswith("#"):
            waiting.append(line)
    return found


def chosen(options: argparse.Namespace) -> list[Mutant]:
    """The sample: of all modules alike, or of those that `only` names, and of it the `part`; the slow ones
    first."""
    every = [mutant for path in TARGETS if options.only in path for mutant in mutants(path)
             if options.inside in mutant.name]
    sample = random.Random(options.seed).sample(every, min(options.n, len(every)))
    sample = [mutant for mutant in sample if options.part in mutant.path]
    return sorted(sample, key=lambda mutant: (not mutant.at_import, mutant.path, mutant.line))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("-n", type=int, default=300, help="how many mutants")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("-j", type=int, default=2, help="how many at once")
    parser.add_argument("--limit", type=int, default=120, help="seconds that one may take")
    parser.add_argument("--only", default="", help="a word of the modules' path")
    parser.add_argument("--part", default="", help="a word of the path, of modules in the sample over all")
    parser.add_argument("--inside", default="", help="a word of the mutants' name")
    options = parser.parse_args()

    # Random tests try the same examples for every mutant, and leave nothing behind.
    settings.register_profile("mutations", derandomize=True, database=None, deadline=None,
                              suppress_health_check=list(HealthCheck))
    settings.load_profile("mutations")
    from tests.mutations import running
    from tests.mutations.running import Result, Runner, there

    sample, reasons = chosen(options), listed()
    wanted = [mutant for mutant in sample if mutant.name not in reasons]
    began, done = time.monotonic(), Counter[str]()

    def tell(result: Result) -> None:
        done[result.by or "survived"] += 1
        if result.by in ("", "NOT RUN"):
            mutant = result.mutant
            print(f"\n{mutant.path}:{mutant.line}  {result.by or 'survived'} {result.tests} tests\n"
                  f"{mutant.name}", flush=True)

    runner = Runner(wanted, options.limit, options.j, tell)
    tests = dict.fromkeys(test for path in TARGETS if options.only in path and options.part in path
                          for test in there(TARGETS[path]))
    pytest.main(["-q", "-s", "-n", "0", "-p", "no:cacheprovider",
                 "-W", "ignore::pytest.PytestAssertRewriteWarning", *tests], plugins=[runner, running])

    survived = done.pop("survived", 0)
    killed = sum(done.values()) - done["NOT RUN"] - done["the time limit"]
    print(f"\nseed {options.seed}: {len(sample)} mutants, {killed} killed {dict(done)}, {survived} survived, "
          f"{len(sample) - len(wanted)} listed as changing nothing; "
          f"{killed / max(killed + survived, 1):.1%} killed; {time.monotonic() - began:.0f} s")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
