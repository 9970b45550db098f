"""The learning pages are read off the live metadata, open to learners only, and never show a row."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from models.base import db
from models.roles import Role
from portal.learn import catalogue
from tests.support.factories import make_user

PAGES = ("/learn/", "/learn/diagram", "/learn/diagram?process=all", "/learn/diagram.svg", "/learn/dictionary")


def statements(client, address):
    """How many SQL statements a page makes."""
    seen = []

    def note(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        assert client.get(address).status_code == 200
    finally:
        event.remove(sa.Engine, "before_cursor_execute", note)
    return len([statement for statement in seen if statement.startswith("SELECT")])


@pytest.mark.parametrize("role", [Role.STUDENT, Role.TEACHER, Role.ADMIN])
def test_learners_open_every_page(client, sign_in, role):
    sign_in(client, role)
    for address in PAGES:
        assert client.get(address).status_code == 200


def test_others_do_not(client, sign_in):
    assert client.get("/learn/").status_code == 302
    sign_in(client, Role.PATIENT)
    assert client.get("/learn/dictionary/patient").status_code == 403


def test_every_table_and_column_is_in_the_dictionary(client, sign_in):
    sign_in(client, Role.STUDENT)
    for name, table in catalogue.tables().items():
        page = client.get(f"/learn/dictionary/{name}").text
        for column in table.columns:
            assert f'<tr id="{column.name}">' in page
            assert catalogue.rules(column), f"{name}.{column.name} says nothing"
            for seed in catalogue.seeds(column.info):
                assert f"<code>{seed}</code>" in page
    assert client.get("/learn/dictionary/no_such_table").status_code == 404


def test_a_table_page_tells_labels_rules_and_workflow(client, sign_in):
    sign_in(client, Role.STUDENT)
    page = client.get("/learn/dictionary/store_request").text
    for words in ("tb_sr.unit_kerja_id", "uq_store_request_number", "Permintaan barang", "Store request",
                  "<code>reopen</code>", "/learn/dictionary/store_request_line"):
        assert words in page


def test_the_dictionary_finds_by_either_language_and_by_the_papers_name(client, sign_in):
    sign_in(client, Role.STUDENT)
    for query in ("store_request", "Permintaan barang", "Store request", "tb_sr.sr_tgl"):
        part = client.get("/learn/dictionary", query_string={"q": query}, headers={"HX-Request": "true"}).text
        assert part.lstrip().startswith('<div id="dictionary-list"')
        assert "/learn/dictionary/store_request\"" in part
        assert "/learn/dictionary/doctor_schedule" not in part
    assert 'role="status"' in client.get("/learn/dictionary?q=zzzzz").text


def test_every_table_takes_part_in_a_process_and_none_is_invented():
    known = set(catalogue.tables())
    assert {name for _word, names in catalogue.processes().values() for name in names} == known
    assert {name for _word, names in catalogue.PROCESSES.values()
            for name in names} <= known | {catalogue.DOCUMENTS}


def test_the_diagram_is_walked_by_keyboard_and_said_as_a_table(client, sign_in):
    sign_in(client, Role.STUDENT)
    page = client.get("/learn/diagram?process=requests&table=delivery_request").text
    for name in catalogue.in_view("requests"):
        assert f'href="/learn/diagram?process=requests&amp;table={name}#erd-detail"' in page
    assert page.count("<tr>") == len(catalogue.relations(catalogue.in_view("requests"))) + 1
    assert "tb_dr" in page
    assert client.get("/learn/diagram?process=nothing").status_code == 404


def test_rows_are_counted_in_one_statement_and_only_so_far(app, session, monkeypatch):
    make_user(Role.STUDENT)
    assert catalogue.row_counts(["user",
                                 "bed"]) == {"user": session.scalar(sa.select(sa.func.count()).select_from(
        db.metadata.tables["user"])), "bed": 0}
    for _ in range(3):
        make_user(Role.STUDENT)
    monkeypatch.setattr(catalogue, "COUNTED_TO", 2)
    assert catalogue.row_counts(["user"]) == {"user": 3}


def test_pages_make_few_statements_whatever_they_show(client, sign_in):
    sign_in(client, Role.STUDENT)
    client.get("/learn/")
    assert statements(client, "/learn/diagram?process=all") <= 3
    assert statements(client, "/learn/dictionary/item") <= 3


def test_a_live_hospital_shows_structure_only(app, client, sign_in):
    sign_in(client, make_user(Role.ADMIN, language="en"))
    drawn = [client.get("/learn/diagram?process=people").text]
    app.config["RAWAT_ENV"] = "production"
    drawn.append(client.get("/learn/diagram?process=people").text)
    assert ["· 1 row<" in page for page in drawn] == [True, False]
    assert ['class="train"' in page for page in drawn] == [True, False]
