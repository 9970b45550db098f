"""What people search by in tables that grow has an index for parts of words on PostgreSQL."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from backoffice.panel.columns import grows, mapped_tables, search_columns
from models.base import db

#: Searched without such an index, and why that is enough.
WITHOUT = {
    "account_identity": "few: an account has one or two",
    "activity_log": "an index of every word would cost each write of the house; people filter by day, table "
                    "and person, which are indexed",
    "api_answer": "kept for days only", "api_token": "few: a person has some",
    "secret_try": "kept for days only",
    "case_progress": "a student's own", "class_task": "a class's own",
    "exercise_progress": "a student's own",
    "learning_class": "few", "own_exercise": "a teacher's own", "prescription_template": "a doctor's own",
    "passkey": "few: an account has ten at most", "saved_filter": "a person's own",
    "diagnosis": "a fixed list", "region": "a fixed list",
    "document_number": "numbers are looked for on their documents",
    "notice": "a person's own", "outbox": "what waits; sent messages leave", "patient_merge_move": "few",
}


@pytest.mark.parametrize("table", sorted(table for table, model in mapped_tables().items()
                                         if grows(model) and search_columns(model)))
def test_what_is_searched_in_a_table_that_grows_is_indexed_for_parts_of_words(app: Any, table: str) -> None:
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no such index")
    if table in WITHOUT:
        return
    defined = [row.indexdef for row in db.session.execute(
        sa.text("SELECT indexdef FROM pg_indexes WHERE tablename = :table"), {"table": table})]
    for column in search_columns(mapped_tables()[table]):
        assert any(f"gin ({column} gin_trgm_ops)" in index for index in defined), (table, column)


def test_the_exceptions_are_tables_that_grow_and_are_searched() -> None:
    for table in WITHOUT:
        model = mapped_tables()[table]
        assert grows(model), table
        assert search_columns(model), table
