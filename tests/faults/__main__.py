"""Break a real server, many times, and say what was lost: ``python -m tests.faults [NAME …] [--database
sqlite]``.

NAME is one of kill, database-away, disk-full, slow-clients, clock, backup; without names all of them, on both
databases. Exit 1 when something was lost, half done or wrong.
"""

from __future__ import annotations

import argparse

from tests.faults import backups, clocks, database_away, disk_full, kills, slow_clients
from tests.faults.places import KINDS, Left
from tests.support import days

FAULTS = {"kill": kills.run, "database-away": database_away.run, "disk-full": disk_full.run,
          "slow-clients": slow_clients.run, "clock": clocks.run, "backup": backups.run}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *FAULTS], metavar="NAME",
                        help=", ".join(FAULTS))
    parser.add_argument("--database", choices=sorted(KINDS), action="append")
    given = parser.parse_args()
    days.stand()
    wrong = 0
    for name in given.names or FAULTS:
        for kind in given.database or KINDS:
            print(f"== {name}, {kind}", flush=True)
            try:
                outcome = FAULTS[name](kind)
            except Left as why:
                print(f"-- left out: {why}", flush=True)
                continue
            print(f"-- {outcome}", flush=True)
            for line in outcome.wrong:
                print(f"   WRONG: {line}", flush=True)
            wrong += bool(outcome.wrong)
    return bool(wrong)


if __name__ == "__main__":
    raise SystemExit(main())
