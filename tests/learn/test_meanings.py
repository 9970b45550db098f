"""Every table and column says in both languages what it means for the hospital; no text says two things."""

from __future__ import annotations

import re
import tomllib

import pytest
from flask_babel import force_locale

from portal.learn import catalogue, meanings
from portal.web import words

pytestmark = pytest.mark.once

COLUMNS = [(table, column.name) for table, shape in catalogue.tables().items() for column in shape.columns]
#: Resources of HL7 FHIR R4 that the hospital's tables are told to be.
RESOURCES = {
    "AllergyIntolerance", "Appointment", "AuditEvent", "Binary", "Communication", "Composition", "Condition",
    "Consent", "Coverage", "Device", "DeviceDefinition", "DocumentReference", "Encounter", "Location",
    "Medication", "MedicationDispense", "MedicationRequest", "Observation", "Organization", "Patient",
    "Practitioner", "PractitionerRole", "Provenance", "QuestionnaireResponse", "RelatedPerson", "Schedule",
    "Slot", "SupplyDelivery", "SupplyRequest", "Task"}


def all_meanings():
    """(where, column or "" for a table, meaning) of everything that exists and is described."""
    for table in catalogue.tables():
        if (said := meanings.of_table(table)) is not None:
            yield table, "", said
    for table, column in COLUMNS:
        if (said := meanings.of_column(table, column)) is not None:
            yield f"{table}.{column}", column, said


def test_no_table_lacks_its_meaning():
    assert [table for table in catalogue.tables() if meanings.of_table(table) is None] == []


def test_no_column_lacks_its_meaning():
    assert [f"{table}.{column}" for table, column in COLUMNS
            if meanings.of_column(table, column) is None] == []


def test_nothing_is_described_that_does_not_exist():
    known = catalogue.tables()
    gone = [f"{table}.{name}" for table, said in meanings.by_table().items() for name in said
            if table not in known or (name != meanings.TABLE and name not in known[table].columns)]
    names = {column for _table, column in COLUMNS}
    assert gone == []
    assert set(meanings.common()) <= names


def test_no_column_has_the_name_under_which_a_table_is_described():
    assert meanings.TABLE not in {column for _table, column in COLUMNS}


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_meaning_is_a_sentence_that_says_more_than_the_label(app, language):
    with app.test_request_context(), force_locale(language):
        wrong = []
        for where, column, meaning in all_meanings():
            text = getattr(meaning, language)
            label = words.label(column) if column else words.table_word(where)
            is_sentence = text == text.strip() and text[:1].isupper() and text.endswith(".")
            if not is_sentence or len(text) < 12 or text.rstrip(".").casefold() == label.casefold():
                wrong.append((where, text))
        assert wrong == []


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_same_text_never_stands_for_differently_named_columns(language):
    said: dict[str, set[str]] = {}
    for where, column, meaning in all_meanings():
        said.setdefault(getattr(meaning, language), set()).add(column or where)
    assert {text: names for text, names in said.items() if len(names) > 1} == {}


def test_the_two_languages_are_two_texts():
    assert [where for where, _column, meaning in all_meanings() if meaning.id == meaning.en] == []


def test_the_reader_gets_the_own_language(app):
    with app.test_request_context():
        with force_locale("id"):
            assert str(meanings.of_column("stock_move", "quantity")).startswith("Satuan dasar")
        with force_locale("en"):
            assert str(meanings.of_column("stock_move", "quantity")).startswith("Base units")


def test_a_table_is_described_in_one_file_only(tmp_path, monkeypatch):
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text('[bed]\ntable = ["Satu.", "One."]\n', "utf-8")
    monkeypatch.setattr(meanings, "FOLDER", tmp_path)
    meanings.by_table.cache_clear()
    with pytest.raises(ValueError, match="bed is described in another file"):
        meanings.by_table()
    meanings.by_table.cache_clear()


def test_paths_of_fhir_lead_from_what_exists_into_r4():
    known, wrong = catalogue.tables(), []
    for table, paths in meanings.fhir().items():
        for name, path in paths.items():
            resource = path.partition(".")[0]
            is_fine = (table in known and (name == meanings.TABLE or name in known[table].columns)
                       and resource in RESOURCES and re.fullmatch(r"[A-Z]\w+(\.[a-z]\w*)*", path))
            if not is_fine:
                wrong.append((table, name, path))
    assert wrong == []
    assert meanings.fhir_path("patient") == "Patient"
    assert meanings.fhir_path("bed", "state") == "Location.operationalStatus"
    assert meanings.fhir_path("outbox") == ""


def test_other_words_lead_to_what_exists():
    read = tomllib.loads((meanings.FOLDER / meanings.SYNONYMS).read_text("utf-8"))
    known = set(catalogue.tables())
    assert set(read["tables"]) <= known
    assert {tuple(name.split(".")) for name in read["columns"]} <= set(COLUMNS)
