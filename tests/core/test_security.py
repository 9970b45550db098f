"""docs/security.md and the table of OWASP ASVS 5.0 are true as far as a program can tell."""

from __future__ import annotations

import ast
import hashlib
import re
from functools import cache

import pytest

from portal.web import security_table
from portal.web.security_table import ROOT

pytestmark = pytest.mark.once

#: SHA-256 of the ids of levels 1 and 2 of ASVS 5.0.0, sorted as text, each on a line: all 253 of them.
IDS = "86cf170f2d735bbea6709489730fedbcd1b6a5611b6b13040d534dd93346e2eb"
ITEMS = security_table.items()


@cache
def defined(path: str) -> frozenset[str]:
    """The functions of a file of tests."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_every_item_of_levels_one_and_two_stands_exactly_once() -> None:
    ids = sorted(item.id for item in ITEMS)
    assert len(ids) == len(set(ids)) == 253
    assert hashlib.sha256("\n".join(ids).encode()).hexdigest() == IDS
    assert [item.level for item in ITEMS].count(1) == 70
    assert {item.level for item in ITEMS} == {1, 2}


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_its_evidence_is_there(item: security_table.Item) -> None:
    for each in item.evidence:
        path, _, name = each.partition("::")
        assert (ROOT / path).is_file(), path
        assert not name or name in defined(path), each


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_its_status_is_honest(item: security_table.Item) -> None:
    """What is met has evidence; what is not says what lacks; what does not apply says why."""
    assert item.asks
    assert item.evidence or item.status in {"not met", "not applicable"}
    assert item.reason or item.status == "met"
    assert item.status != "not met" or item.reason.startswith("Lacks: ")
    assert item.status != "not applicable" or not item.evidence


def test_the_page_is_written_from_the_table() -> None:
    assert security_table.PAGE.read_text(encoding="utf-8") == security_table.page()


def test_the_claims_name_tests_that_are_there() -> None:
    told = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    table = told.split("## Safe and sound")[1]
    rows = re.findall(r"^\| (.+) \|$", table, re.MULTILINE)[2:]
    assert len(rows) >= 19
    for row in rows:
        _claim, measured, shown = row.split(" | ")
        assert measured, row
        assert shown, row
        for part in re.findall(r"`(tests/[^`]+)`", shown):
            path, _, name = part.partition(": ")
            assert (ROOT / path).is_file(), part
            assert not name or name in defined(path), part


def test_the_page_tells_the_limits_that_hold() -> None:
    from models.operations.clinic.breaches import KEPT_YEARS
    from models.operations.core import files
    from models.operations.people.credentials import IDLE, LONGEST
    from portal import account, record
    told = " ".join((ROOT / "docs" / "security.md").read_text(encoding="utf-8").split())
    idle = [IDLE["staff"].seconds // 60, IDLE["other"].seconds // 3600, LONGEST.seconds // 3600]
    sizes = [size // 2**20 for size in (files.MOST_BYTES, files.MOST_VOICE_BYTES)]
    for words in ("staff {} minutes idle, others {} hours, {} hours at most".format(*idle),
                  "{} MB each (voice {} MB, ".format(*sizes),
                  f"{files.MOST_VOICE_SECONDS // 60} minutes), {files.MOST_FILES} with a request",
                  f"| {record.downloads.limit} an hour |", f"| {account.numbers.limit} an hour |",
                  f"| {account.mails.limit} in 15 minutes; the house {account.all_mails.limit} |",
                  f"{KEPT_YEARS} years after the last visit"):
        assert words in told, words
