"""The dictionary's pages and files: meaning, examples without secrets, the pages that show a column, FHIR."""

from __future__ import annotations

import csv
import io

import pypdf
import pytest
from markupsafe import escape

from models.roles import Role
from portal.learn import catalogue, examples, meanings
from tests.support.factories import make_user


def rows_of(answer):
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_a_page_says_what_each_column_means_in_the_readers_language(client, sign_in):
    for language in ("id", "en"):
        sign_in(client, make_user(Role.STUDENT, language=language))
        page = client.get("/learn/dictionary/bed").text
        assert getattr(meanings.of_table("bed"), language) in page
        for column in catalogue.tables()["bed"].columns:
            said = escape(getattr(meanings.of_column("bed", column.name), language))
            assert said in page, column.name


def test_a_page_says_where_fhir_has_the_same(client, sign_in):
    sign_in(client, Role.STUDENT)
    page = client.get("/learn/dictionary/patient").text
    assert "FHIR R4: Patient" in page
    assert "<code>Patient.birthDate</code>" in page


def test_a_key_of_two_columns_is_told_by_the_table_that_each_names(app):
    with app.test_request_context():
        item = " ".join(catalogue.rules(catalogue.tables()["stock_move"].columns["item_id"]))
    assert "stock_batch" not in item
    assert "item" in item


def test_a_page_says_where_the_panel_shows_a_column_and_links_it_for_who_may_read(client, sign_in):
    def cell(page, column):
        return page.split(f'<tr id="{column}">')[1].split("</tr>")[0]

    sign_in(client, make_user(Role.STUDENT, language="en"))
    page = client.get("/learn/dictionary/store_request").text
    assert "On the pages" in cell(page, "purpose")
    assert "Form" in cell(page, "purpose")
    assert "List" in cell(page, "number")
    assert "Form" not in cell(page, "number")
    assert "On the pages" not in cell(page, "version")
    assert "/admin/" not in page
    line = cell(client.get("/learn/dictionary/store_request_line").text, "quantity")
    assert "Form store_request" in line
    sign_in(client, make_user(Role.ADMIN, language="en"))
    page = client.get("/learn/dictionary/store_request").text
    assert '<a href="/admin/store_request/">Form</a>' in cell(page, "purpose")
    assert "See its rows" in page


def test_examples_are_three_different_values_of_the_oldest_rows(app):
    for name in ("Ayu", "Ayu", "Bima", "Citra", "Dewi"):
        make_user(Role.STUDENT, name=name)
    with app.test_request_context():
        names = examples.of("user")["name"]
    assert len(names) == examples.MOST
    assert len(set(names)) == examples.MOST
    assert "Dewi" not in names


def test_no_example_is_a_secret(app):
    make_user(Role.STUDENT, password_hash="scrypt:1:2:3$benar")
    with app.test_request_context():
        found = examples.of("user")
    assert "password_hash" not in found
    for table, column in (("patient", "nik"), ("patient", "nik_index"), ("patient", "allergies"),
                          ("user_session", "token_hash"), ("account_ticket", "token_seed"),
                          ("account_identity", "subject"), ("attachment", "content"),
                          ("attachment", "sha256"), ("own_exercise", "body"),
                          ("exercise_progress", "last_sql"), ("learning_class", "invitation_code"),
                          ("activity_log", "hash"), ("activity_log", "properties"), ("letter", "verify_code"),
                          ("supplier", "bank_account"), ("consultation", "complaint"),
                          ("consultation", "note"), ("asset", "qr_code"), ("list_import", "plan")):
        assert not examples.is_shown(catalogue.tables()[table].columns[column]), f"{table}.{column}"


def test_a_live_hospital_gives_no_examples(app, client, sign_in):
    sign_in(client, make_user(Role.ADMIN, name="Pasien Sungguhan"))
    assert "Pasien Sungguhan" in client.get("/learn/dictionary/user").text.split("<tbody>")[1]
    app.config["RAWAT_ENV"] = "production"
    page = client.get("/learn/dictionary/user").text.split("<tbody>")[1]
    assert "Pasien Sungguhan" not in page
    assert 'class="examples"' not in page


@pytest.mark.once
@pytest.mark.parametrize("language", ["id", "en"])
def test_the_csv_has_a_row_for_each_column_in_the_readers_language(client, sign_in, language):
    sign_in(client, make_user(Role.STUDENT, language=language))
    answer = client.get("/learn/dictionary.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="rawat-dictionary.csv"'
    rows = rows_of(answer)[1:]
    assert len(rows) == sum(len(table.columns) for table in catalogue.tables().values())
    by_column = {(row[1], row[4]): row for row in rows}
    assert by_column["bed", "state"][7] == getattr(meanings.of_column("bed", "state"), language)
    assert by_column["bed", "state"][11] == "Location.operationalStatus"
    assert by_column["store_request", "requested_on"][10] == "tb_sr.sr_tgl"


@pytest.mark.once
def test_a_process_is_taken_alone_and_an_unknown_one_is_not_found(client, sign_in):
    sign_in(client, Role.STUDENT)
    answer = client.get("/learn/dictionary.csv?process=rooms")
    assert {row[1] for row in rows_of(answer)[1:]} == set(catalogue.in_view("rooms"))
    assert "rawat-dictionary-rooms.csv" in answer.headers["Content-Disposition"]
    for file in ("csv", "pdf"):
        assert client.get(f"/learn/dictionary.{file}?process=nothing").status_code == 404


@pytest.mark.once
def test_the_pdf_of_a_process_has_its_tables_and_meanings(client, sign_in):
    sign_in(client, make_user(Role.STUDENT, language="id"))
    answer = client.get("/learn/dictionary.pdf?process=rooms")
    assert answer.content_type == "application/pdf"
    text = " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(answer.data)).pages)
                    .split())
    for name in catalogue.in_view("rooms"):
        assert name in text
    assert "Kamar dan kebersihan" in text
    assert "Saat check-out; kosong selama masih dirawat." in text


@pytest.mark.once
def test_the_pdf_of_the_whole_names_every_table(client, sign_in):
    sign_in(client, Role.STUDENT)
    reader = pypdf.PdfReader(io.BytesIO(client.get("/learn/dictionary.pdf").data))
    assert len(reader.pages) > 40
    text = "".join(page.extract_text() for page in reader.pages[:12])
    assert [name for name in catalogue.tables() if name not in text] == []


def test_nobody_but_learners_takes_the_files(client, sign_in):
    for file in ("csv", "pdf"):
        assert client.get(f"/learn/dictionary.{file}").status_code == 302
    sign_in(client, Role.PATIENT)
    for file in ("csv", "pdf"):
        assert client.get(f"/learn/dictionary.{file}").status_code == 403
