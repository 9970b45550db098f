"""The items of OWASP ASVS 5.0, levels 1 and 2, each with evidence or a reason: read from a table, written as
a page. `python -m portal.web.security_table` writes the page anew."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE, PAGE = ROOT / "docs" / "security-asvs.csv", ROOT / "docs" / "security-asvs.md"
STATUSES = ("met", "partly", "not met", "not applicable")
CHAPTERS = {
    1: "Encoding and sanitisation", 2: "Validation and business logic", 3: "Web front end",
    4: "API and web service", 5: "Files", 6: "Authentication", 7: "Sessions", 8: "Authorization",
    9: "Self-contained tokens", 10: "OAuth and OIDC", 11: "Cryptography", 12: "Communication",
    13: "Configuration", 14: "Data protection", 15: "Secure coding", 16: "Logging and errors", 17: "WebRTC"}
HEAD = """# OWASP ASVS 5.0, levels 1 and 2, item by item

Written by `python -m portal.web.security_table` from `docs/security-asvs.csv`; do not edit this page. The
items are those of the [OWASP Application Security Verification Standard
5.0.0](https://github.com/OWASP/ASVS), by the OWASP Foundation, CC BY-SA 4.0; what each asks is told here in a
few words of our own, the standard's text counts. Evidence is a test of this repository (file and name) or a
file. `tests/core/test_security.py` holds the table: every item stands once, every test and file exists, what
is not met says what it lacks.
"""


@dataclass(frozen=True)
class Item:
    """One item: its id, level, what it asks, how it stands, evidence, and the reason or what lacks."""

    id: str
    level: int
    asks: str
    status: str
    evidence: tuple[str, ...]
    reason: str

    @property
    def chapter(self) -> int:
        """The number of its chapter."""
        return int(self.id[1:].partition(".")[0])


def items() -> list[Item]:
    """The table's rows. Raises ValueError for one that is not whole."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if wrong := [row["id"] for row in rows if row["status"] not in STATUSES
                 or not re.fullmatch(r"V\d+\.\d+\.\d+", row["id"])]:
        raise ValueError(f"rows that are not whole: {wrong}")
    return [Item(row["id"], int(row["level"]), row["asks"], row["status"], tuple(row["evidence"].split()),
                 row["reason"]) for row in rows]


def page() -> str:
    """The page, with its sums."""
    rows = items()
    sums = Counter(item.status for item in rows)
    parts = [HEAD, "**" + ", ".join(f"{sums[status]} {status}" for status in STATUSES)
             + f"; {len(rows)} items.**\n"]
    for chapter, word in CHAPTERS.items():
        parts += [f"## V{chapter} {word}\n",
                  "| item | level | asks | stands | evidence | reason, or what lacks |",
                  "| --- | --- | --- | --- | --- | --- |"]
        parts += [_line(item) for item in rows if item.chapter == chapter]
        parts.append("")
    return "\n".join(parts)


def _line(item: Item) -> str:
    evidence = "<br>".join(f"`{each.replace('::', ': ')}`" for each in item.evidence)
    cells = (item.id, str(item.level), item.asks, item.status, evidence, item.reason)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
