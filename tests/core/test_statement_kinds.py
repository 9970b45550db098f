"""Which statements need no transaction, and which are planned anew for each value."""

from __future__ import annotations

import pytest

from models import connections


@pytest.mark.parametrize(("statement", "reads", "is_kept"), [
    ("SELECT 1", True, True), ("\nSELECT a FROM b WHERE c ILIKE %(d)s", True, False),
    ("(SELECT 1) UNION (SELECT 2)", True, True), ("WITH a AS (SELECT 1) SELECT * FROM a", True, True),
    ("SELECT updated_at FROM updates WHERE a LIKE 'b'", True, False),
    ("WITH a AS (DELETE FROM b RETURNING c) SELECT * FROM a", False, True),
    ("SELECT a FROM b FOR UPDATE", False, True), ("SELECT a FROM b FOR NO KEY UPDATE OF b", False, True),
    ("SELECT a FROM b FOR KEY SHARE", False, True), ("SELECT a INTO b FROM c", False, True),
    ("SELECT pg_advisory_xact_lock(1)", False, True), ("SELECT pg_notify('a', 'b')", False, True),
    ("COPY (SELECT a FROM b) TO STDOUT", True, True), ("COPY a FROM STDIN", False, True),
    ("SELECT nextval('a')", False, True), ("INSERT INTO a VALUES (1)", False, True),
    ("UPDATE a SET b = 1", False, True), ("SAVEPOINT a", False, True), ("LOCK TABLE a", False, True)])
def test_what_a_statement_is(statement: str, reads: bool, is_kept: bool) -> None:
    assert connections.kind_of(statement) == (reads, is_kept)
