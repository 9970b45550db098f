"""What the SQL lab's engine takes: `python -m tests.benchmarks.sql_lab`.

Runs every statement of `tests/data/hostile-sql.tsv` and a few ordinary ones on the visible file, and prints
time, what stopped it and the most memory that a child held; then how many ordinary statements a second two
children answer when many students ask at once. Prints; no test fails on a clock.
"""

from __future__ import annotations

import csv
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from portal.learn.lab import engine, lab_file

DATA = Path(__file__).parents[1] / "data" / "hostile-sql.tsv"
ORDINARY = {
    "20 rows": "SELECT id, name FROM item ORDER BY id LIMIT 20",
    "group over a join": "SELECT w.name, count(*) FROM store_request r JOIN work_unit w "
                         "ON w.id = r.work_unit_id GROUP BY w.id",
    "window over 1,000 moves": "SELECT id, sum(quantity) OVER (PARTITION BY item_id ORDER BY id) "
                               "FROM stock_move",
    "3,000 events grouped": "SELECT document_type, transition, count(*) FROM document_event GROUP BY 1, 2",
}
#: What is asked of the lab: seconds until an answer, kB of a child.
MOST_SECONDS, MOST_KB = 2.0, 100 * 1024
#: Sixty students, each five times, by as many threads as a server has at least.
STUDENTS, ROUNDS, THREADS = 60, 5, 8


def timed(path: Path, sql: str, pool: engine.Pool) -> tuple[float, engine.Result]:
    """Seconds, and the result."""
    began = time.perf_counter()
    result = engine.run_on(path, sql, on=pool)
    return time.perf_counter() - began, result


def hostile(path: Path, pool: engine.Pool) -> None:
    """Each statement once."""
    worst_time, worst_memory = 0.0, 0
    with DATA.open(newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    for row in rows:
        seconds, result = timed(path, row["sql"], pool)
        stopped = result.stopped or ("wrong" if result.problem else "answered")
        print(f"{row['name']:28} {stopped:9} {seconds * 1000:8.1f} ms {result.peak_kb / 1024:6.1f} MB")
        worst_time, worst_memory = max(worst_time, seconds), max(worst_memory, result.peak_kb)
    print(f"\n{len(rows)} statements, worst {worst_time:.2f} s (at most {MOST_SECONDS}) and "
          f"{worst_memory / 1024:.0f} MB (at most {MOST_KB // 1024})\n")


def ordinary(path: Path, pool: engine.Pool) -> None:
    """Medians of 60."""
    for name, sql in ORDINARY.items():
        times = [timed(path, sql, pool)[0] for _time in range(60)]
        print(f"{name:28} median {statistics.median(times) * 1000:6.2f} ms, "
              f"worst {max(times) * 1000:6.1f} ms")


def class_room(path: Path, pool: engine.Pool) -> None:
    """All of them at once."""
    began = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as students:
        results = list(students.map(lambda at: timed(path, list(ORDINARY.values())[at % 4], pool),
                                    range(STUDENTS * ROUNDS)))
    seconds = time.perf_counter() - began
    busy = sum(result.stopped == "busy" for _seconds, result in results)
    print(f"\n{len(results)} statements of {STUDENTS} students: {len(results) / seconds:.0f} a second, "
          f"slowest {max(each for each, _result in results):.2f} s, told to come again: {busy}")


def main() -> None:
    """All three."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "visible.sqlite3"
        began = time.perf_counter()
        lab_file.build(path, "visible")
        print(f"file built in {time.perf_counter() - began:.2f} s, {path.stat().st_size / 1e6:.1f} MB\n")
        pool = engine.Pool()
        try:
            hostile(path, pool)
            ordinary(path, pool)
            class_room(path, pool)
        finally:
            pool.close()


if __name__ == "__main__":
    main()
