"""The journey of a document: every step with its rows, journal and rule, on synthetic data only."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from models import actor, clock
from models.activity import Activity
from models.base import db
from models.documents import WORKFLOWS
from models.operations.core.approvals import perform
from models.operations.stores import stores
from models.roles import Role
from portal.learn.journey import kin, log_rows
from portal.learn.journey.steps import not_taken, steps_of
from tests.panel.test_views import statements
from tests.support import factories as make


class Cast:
    """A request that was delivered and acknowledged, each step committed, so that the log has it."""

    def __init__(self) -> None:
        make.make_chart()
        nurse = make.make_user(Role.UNIT_USER, name="Dewi Lestari")
        keeper = make.make_user(Role.STORE_STAFF, name="Rina Marlina")
        store_head, head = make.make_user(Role.STORE_HEAD), make.make_user(Role.FACILITIES_HEAD)
        self.item, store = make.make_item(), make.make_store()
        make.stock_up(store, self.item, 50, 5000)
        self.request = make.make_store_request((self.item, 20), created_by=nurse, store=store)
        db.session.commit()
        for name, by in (("submit", nurse), ("approve", store_head)):
            self.move(self.request, name, by)
        with actor.acting(keeper.id, actor.Door.BACK_OFFICE):
            self.delivery = stores.make_delivery(self.request, by=keeper)
            db.session.commit()
        for name, by in (("submit", keeper), ("approve", head), ("deliver", keeper), ("acknowledge", nurse)):
            self.move(self.delivery, name, by)

    def move(self, document: Any, name: str, by: Any) -> None:
        """A step some minutes after the one before."""
        clock.run_ahead(clock.ahead() + timedelta(minutes=7))
        with actor.acting(by.id, actor.Door.BACK_OFFICE, "10.0.0.1"):
            perform(document, name, by=by)
            db.session.commit()


@pytest.fixture
def english(client: Any, sign_in: Any) -> Any:
    sign_in(client, make.make_user(Role.STUDENT, language="en"))
    return client


def test_each_step_says_who_when_what_it_wrote_and_which_rule_guarded_it(cast: Any, app: Any) -> None:
    with app.test_request_context():
        steps = {step.name: step for step in steps_of("delivery_request", cast.delivery.id)}
    assert list(steps) == ["create", "submit", "approve", "deliver", "acknowledge"]
    deliver = steps["deliver"]
    assert (deliver.actor, deliver.source, deliver.target) == ("Rina Marlina", "approved", "delivered")
    written = {(line.activity, line.table): line for line in deliver.written}
    assert written[Activity.INSERTED, "stock_move"].rows == 1
    assert written[Activity.INSERTED, "journal_entry"].rows == 1
    assert written[Activity.INSERTED, "document_event"].rows == 1
    assert ("state", "approved", "delivered") in written[Activity.UPDATED, "delivery_request"].changes
    number = {name: (old, new) for line in steps["submit"].written for name, old, new in line.changes}
    assert number["number"] == (None, cast.delivery.number)
    assert any("Staf" in rule for rule in deliver.rules)
    assert all(not step.moves and not step.entries for name, step in steps.items() if name != "deliver")


def test_the_journal_of_a_step_balances_and_its_moves_are_those_of_the_ledger(cast: Any, app: Any) -> None:
    with app.test_request_context():
        deliver = next(step for step in steps_of("delivery_request", cast.delivery.id)
                       if step.name == "deliver")
    assert deliver.totals == (Decimal(2000), Decimal(2000))
    assert [(move.item_id, move.quantity, move.value) for move in deliver.moves] == [
        (cast.item.id, Decimal(-20), Decimal(-2000))]


def test_what_another_document_did_in_the_same_transaction_is_named_and_not_counted_twice(
        cast: Any, app: Any) -> None:
    with app.test_request_context():
        close = next(step for step in steps_of("store_request", cast.request.id) if step.name == "close")
    assert close.together == [("delivery_request", cast.delivery.id, "acknowledge")]
    assert {line.table for line in close.written} <= {"document_event", "store_request", "outbox"}


def test_a_request_leads_to_its_delivery_and_a_delivery_comes_from_its_request(cast: Any) -> None:
    assert kin.kin("store_request", cast.request.id) == [("to", "delivery_request", cast.delivery.id)]
    assert kin.kin("delivery_request", cast.delivery.id) == [("from", "store_request", cast.request.id)]
    label = kin.labels([("store_request", cast.request.id), ("store_request", 999_999)])
    assert {key: (str(value), value.state) for key, value in label.items()} == {
        ("store_request", cast.request.id): (cast.request.number, "done")}


def test_steps_that_were_open_and_not_taken_are_named(cast: Any, app: Any) -> None:
    with app.test_request_context():
        names = {step.name for step in not_taken("delivery_request",
                                                 steps_of("delivery_request", cast.delivery.id))}
    assert {"reject", "cancel"} <= names
    assert not names & {"submit", "approve", "deliver", "acknowledge"}


def test_the_page_shows_it_to_students_who_may_not_open_the_panel(cast: Any, english: Any) -> None:
    page = english.get(f"/learn/journey/delivery_request/{cast.delivery.id}").text
    for words in ("Rina Marlina, Store staff", f"Journey of {cast.delivery.number}", "Journal, balanced",
                  "state approved → delivered", "1 stock move",
                  f"/learn/journey/store_request/{cast.request.id}", "May be done by: Store staff."):
        assert words in page
    order = re.findall(r'<h2 id="h-\d+">([^<]+)<', page)
    assert order == ["Draft", "Submitted", "Approved", "Delivered", "Done"]
    steps = re.findall(r'<li id="(step-\d+)">', page)
    assert re.findall(r'href="#(step-\d+)">Next', page) == steps[1:]
    assert re.findall(r'href="#(step-\d+)">Previous', page) == steps[:-1]
    assert english.get(f"/admin/delivery_request/details/?id={cast.delivery.id}").status_code in (403, 404)


def test_the_list_names_the_longest_journey_of_each_type(cast: Any, english: Any) -> None:
    short = make.make_store_request((cast.item, 1))
    db.session.commit()
    page = english.get("/learn/journey").text
    assert f'href="/learn/journey/store_request/{cast.request.id}"' in page
    assert f'href="/learn/journey/store_request/{short.id}"' not in page
    assert f'href="/learn/journey/delivery_request/{cast.delivery.id}"' in page


def test_there_are_no_journeys_in_a_live_hospital(cast: Any, app: Any, english: Any) -> None:
    app.config["RAWAT_ENV"] = "production"
    for address in ("/learn/journey", f"/learn/journey/store_request/{cast.request.id}"):
        assert english.get(address).status_code == 404
    assert "/learn/journey" not in english.get("/learn/processes/store_request").text


@pytest.mark.parametrize("address", ["store_request/999999", "store_request/0", "item/1", "nothing/1",
                                     "store_request/99999999999999999999999", "store_request/-1"])
def test_what_is_not_there_is_not_found(english: Any, address: str) -> None:
    assert english.get(f"/learn/journey/{address}").status_code == 404


def test_a_page_makes_as_many_statements_for_a_long_journey_as_for_a_short_one(
        cast: Any, app: Any, english: Any) -> None:
    english.get("/learn/")
    counts = []
    for record in (make.make_store_request((cast.item, 1)), cast.request):
        db.session.commit()
        with statements(app) as seen:
            assert english.get(f"/learn/journey/store_request/{record.id}").status_code == 200
        counts.append(len(seen))
    assert max(counts) <= 12
    assert abs(counts[0] - counts[1]) <= 2  # nobody is loaded twice; without relatives nothing is labelled


# ---------------------------------------------------------------- what stays hidden

def test_a_patients_record_shows_states_and_tables_but_no_word_of_it(app: Any, session: Any,
                                                                    english: Any) -> None:
    consultation = make.make_consultation(complaint="Demam rahasia sejak kemarin")
    patient = consultation.patient
    session.commit()
    for table, record in (("consultation", consultation), ("patient", patient)):
        page = english.get(f"/learn/journey/{table}/{record.id}").text
        assert "This belongs to a patient" in page
        for secret in ("Demam rahasia", patient.name, str(getattr(patient, "phone", "") or "no telephone")):
            assert secret not in page


@pytest.mark.parametrize("table", ["patient", "consultation", "clinical_note", "diagnosis", "prescription",
                                   "prescription_line", "letter", "stay", "user", "consultation_message"])
def test_tables_about_people_are_records(table: str) -> None:
    assert log_rows.is_record(table)


@pytest.mark.parametrize("table", ["store_request", "store_request_line", "bed", "asset", "stock_move",
                                   "journal_line", "cleaning", "outbox"])
def test_tables_about_things_are_not(table: str) -> None:
    assert not log_rows.is_record(table)


def test_text_and_masked_values_are_never_shown() -> None:
    shown = log_rows.summed([entry(1, "store_request", Activity.UPDATED, {
        "old": {"state": "draft", "purpose": "secret words", "note": None},
        "new": {"state": "submitted", "purpose": "other words", "note": "***"}})])
    assert shown[0].columns == ["state", "purpose", "note"]
    assert shown[0].changes == [("state", "draft", "submitted")]
    shown = log_rows.summed([entry(1, "patient", Activity.UPDATED, {
        "old": {"state": "pending", "weight_kg": "60.0"}, "new": {"state": "active", "weight_kg": "61.0"}})])
    assert shown[0].changes == [("state", "pending", "active")]


# ---------------------------------------------------------------- which rows are whose

def entry(number: int, table: str, activity: Activity, properties: dict[str, Any], *, changed: str = "7",
          who: int = 1, second: int = 0) -> log_rows.Entry:
    return log_rows.Entry(number, (who, "back_office", "10.0.0.1"), table, changed, activity, properties,
                          datetime(2026, 11, 2, 9, 0, second, tzinfo=UTC))


def event(number: int, key: int, table: str, record: int, name: str, **more: Any) -> log_rows.Entry:
    return entry(number, "document_event", Activity.INSERTED, {
        "new": {"document_type": table, "document_id": record, "transition": name}}, changed=str(key), **more)


def test_rows_before_a_steps_event_and_its_records_change_after_it_are_the_steps() -> None:
    rows = [entry(1, "stock_move", Activity.INSERTED, {}), event(2, 50, "delivery_request", 7, "deliver"),
            entry(3, "delivery_request", Activity.UPDATED, {}), entry(4, "outbox", Activity.INSERTED, {}),
            entry(5, "store_item", Activity.UPDATED, {}), event(6, 51, "store_request", 9, "close"),
            entry(7, "store_request", Activity.UPDATED, {}, changed="9"),
            entry(8, "asset", Activity.UPDATED, {})]
    steps = log_rows.split(rows, {50, 51})
    assert [row.id for row in steps[50].entries] == [1, 2, 3, 4]
    assert [row.id for row in steps[51].entries] == [5, 6, 7, 8]
    assert steps[50].together == [("store_request", 9, "close")]


def test_rows_of_another_person_or_of_another_moment_are_not_the_steps() -> None:
    rows = [entry(1, "item", Activity.UPDATED, {}, who=2), entry(2, "item", Activity.UPDATED, {}, second=1),
            event(3, 50, "store_request", 7, "submit", second=30),
            entry(4, "item", Activity.UPDATED, {}, second=59)]
    assert [row.id for row in log_rows.split(rows, {50})[50].entries] == [3]


def test_two_steps_of_one_record_in_one_transaction_are_not_named_beside_each_other() -> None:
    rows = [event(1, 50, "store_request", 7, "create"), event(2, 51, "store_request", 7, "submit")]
    assert log_rows.split(rows, {50, 51})[51].together == []


def test_every_type_finds_its_relatives(session: Any) -> None:
    """Whatever the foreign keys are: the statement runs, and an unknown record has no relative."""
    for table in WORKFLOWS:
        assert kin.kin(table, 1) == []
