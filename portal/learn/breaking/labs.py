"""The experiments as data: what is tried, which rule holds, and how the rule is switched off in the copy."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass
from typing import Any

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from models import documents, workflow
from models.operations.core import merkle
from models.workflow import Workflow
from portal import access, directory
from portal.learn.breaking import attacks
from portal.learn.breaking.scene import Scene, constraint_of, schema_of, source_from, source_of

#: Which layer holds: the page, the operation, or the database.
PAGE, OPERATION, DATABASE = "page", "operation", "database"
#: A rule: its name, and how to read it in the copy or in the running source.
Reader = Callable[[Scene], dict[str, Any]]


@dataclass(frozen=True)
class Lab:
    """An experiment. `act` tries it; `off` switches the rule off for a while, `act_off` tries it then where
    that is another code. `tables` are counted before and after. Words are lazy: `title`, what is tried
    (`story`), the button (`attack`), what the rule says (`rule`) and what is lost without it (`lesson`)."""

    key: str
    title: Any
    story: Any
    attack: Any
    rule: Any
    lesson: Any
    layer: str
    name: str
    read: Reader
    act: Callable[[Scene], None]
    tables: tuple[str, ...]
    off: Callable[[Scene], AbstractContextManager[Any] | None] = attacks.nothing
    act_off: Callable[[Scene], None] | None = None


def _trigger(name: str) -> Reader:
    def read(scene: Scene) -> dict[str, Any]:
        with closing(sqlite3.connect(scene.file)) as connection:
            return {"text": schema_of(connection, name)}
    return read


def _constraint(table: str, name: str) -> Reader:
    def read(scene: Scene) -> dict[str, Any]:
        with closing(sqlite3.connect(scene.file)) as connection:
            line = constraint_of(schema_of(connection, table), name)
        return {"text": f"ALTER TABLE {table}\n  ADD {line};"}
    return read


def _source(thing: Any) -> Reader:
    return lambda _scene: source_of(thing)


def _without_triggers(*names: str) -> Callable[[Scene], AbstractContextManager[Any] | None]:
    def off(scene: Scene) -> None:
        scene.drop_triggers(*names)
    return off


def _without_constraint(table: str, name: str) -> Callable[[Scene], AbstractContextManager[Any] | None]:
    def off(scene: Scene) -> None:
        scene.drop_constraint(table, name)
    return off


LABS: dict[str, Lab] = {lab.key: lab for lab in (
    Lab("double-booking", _l("Six patients, one hour, at the same moment"),
        _l("Six patients ask one doctor for the same time, all at once. Each of them saw the time free a "
           "moment ago, so looking first is not enough."),
        _l("Book six times at once"),
        _l("The table lets no two consultations of a doctor overlap while they hold their time."),
        _l("Without it six people sit in front of one doctor, and nobody was told."),
        DATABASE, "ex_consultation_doctor_time_insert", _trigger("ex_consultation_doctor_time_insert"),
        attacks.double_booking, ("consultation", "document_event", "document_number"),
        _without_triggers("ex_consultation_doctor_time_insert", "ex_consultation_doctor_time_update")),
    Lab("two-doctors", _l("One patient at two doctors"),
        _l("A patient asks two doctors for the same time. Each doctor is free, so each of the two bookings "
           "is fine when looked at alone."),
        _l("Book both doctors"),
        _l("The same rule stands a second time, for the patient."),
        _l("Without it one of the two doctors waits for nobody, and another patient got no time."),
        DATABASE, "ex_consultation_patient_time_insert", _trigger("ex_consultation_patient_time_insert"),
        attacks.two_doctors, ("consultation", "document_event", "document_number"),
        _without_triggers("ex_consultation_patient_time_insert", "ex_consultation_patient_time_update")),
    Lab("second-nik", _l("The same identity number twice"),
        _l("Two records get one NIK, past the form that would have asked. The number itself is encrypted; a "
           "keyed hash of it stands beside it."),
        _l("Give both the same number"),
        _l("The keyed hash is unique: what is secret can still be compared."),
        _l("Without it one person has two records, and allergies stand in the one that nobody opens."),
        DATABASE, "uq_patient_nik_index", _constraint("patient", "uq_patient_nik_index"),
        attacks.second_nik, ("patient", "activity_log"),
        _without_constraint("patient", "uq_patient_nik_index")),
    Lab("skipped-approval", _l("An approval that is skipped"),
        _l("The head of store approves a request that is still a draft: nobody submitted it, it has no "
           "number."),
        _l("Approve the draft"),
        _l("The workflow is a table of steps. From draft no step “approve” leads anywhere."),
        _l("Without it goods leave the store for a request that its author had not finished."),
        OPERATION, "Workflow.require", _source(Workflow.require), attacks.skipped_approval,
        ("store_request", "document_event", "document_number"), attacks.without_questions),
    Lab("second-approval", _l("Two approvals of one document"),
        _l("Two heads of store have the same page open. Both press “Approve”, one a moment later."),
        _l("Approve twice"),
        _l("The page carries the version that was looked at; every change makes a new one."),
        _l("Without it the history has two approvals, and stock might be sent twice."),
        OPERATION, "Workflow.require", _source(Workflow.require), attacks.second_approval,
        ("store_request", "document_event"), attacks.without_questions),
    Lab("own-approval", _l("Approving what one wrote"),
        _l("The author of a request is made head of store and approves the own request."),
        _l("Approve the own request"),
        _l("The step “approve” has the condition not_own: another person must decide."),
        _l("Without it one person alone can order and allow."),
        OPERATION, "not_own", lambda _scene: source_from(workflow, "not_own = ", 3), attacks.own_approval,
        ("store_request", "document_event"), attacks.without_not_own),
    Lab("negative-stock", _l("More out than in"),
        _l("A balance is reduced by ten more than it holds, past the program's own check."),
        _l("Take too much"),
        _l("A balance is never below zero: a CHECK on the column says so."),
        _l("Without it the shelf holds less than nothing, and every sum that is built on it is wrong."),
        DATABASE, "ck_stock_balance_quantity_not_negative",
        _constraint("stock_balance", "ck_stock_balance_quantity_not_negative"), attacks.negative_stock,
        ("stock_balance", "stock_move"),
        _without_constraint("stock_balance", "ck_stock_balance_quantity_not_negative")),
    Lab("edit-ledger", _l("Changing the stock ledger"),
        _l("Somebody with the database's password doubles the quantity of a movement that was posted."),
        _l("Change the posted row"),
        _l("The ledger only grows: a trigger refuses every UPDATE."),
        _l("Without it a theft is one UPDATE. Only the balances, which are kept apart, would give it away."),
        DATABASE, "stock_move_keeps_update", _trigger("stock_move_keeps_update"), attacks.edit_ledger,
        ("stock_move", "stock_balance"), _without_triggers("stock_move_keeps_update")),
    Lab("forged-log", _l("A forged row of the log"),
        _l("Somebody at the file takes the triggers away and lets a row of the activity log name nobody. The "
           "row's own hash is made to fit."),
        _l("Forge a row"),
        _l("Each second the rows are sealed: their hashes are the leaves of a tree whose root is signed and "
           "joined to the seal before. Whoever changes a row does not have the key."),
        _l("Without the seals the forged row looks like every other."),
        OPERATION, "root", _source(merkle.root), attacks.forged_log, ("activity_log", "work_unit"),
        act_off=attacks.forged_log_without_seals),
    Lab("other-record", _l("Another patient's record"),
        _l("A patient types the number of somebody else's consultation into the address line."),
        _l("Open the foreign record"),
        _l("Whose rows somebody sees is part of the query. What is not yours is as absent as what never was: "
           "404, not 403."),
        _l("Without it everybody reads everybody by counting up."),
        PAGE, "own_consultation", _source(access.own_consultation), attacks.other_record,
        ("consultation", "activity_log"), attacks.everybodys_people),
    Lab("injection", _l("SQL typed into a search box"),
        _l("The search for doctors gets the words %(typed)s, which would end the statement if they became "
           "part of its text.", typed=attacks.TYPED),
        _l("Search for it"),
        _l("What is typed travels beside the statement, as a bound parameter, and is compared as text."),
        _l("Without it, that is with the words pasted into the statement, the condition is true for every "
           "row."),
        PAGE, "_criteria", lambda _scene: source_from(directory, "def _criteria", 6), attacks.injection,
        ("doctor",), act_off=attacks.injection_by_pasting),
    Lab("lost-update", _l("The update that is lost"),
        _l("Two people open the same request. One saves a note; the other, who still sees the old page, "
           "saves another one."),
        _l("Save both"),
        _l("Every UPDATE of a document says which version it starts from. No row of that version: no "
           "change."),
        _l("Without it the first note is gone, and both people believe that theirs is kept."),
        OPERATION, "version_id_col", lambda _scene: source_from(documents, "    version: ", 5),
        attacks.lost_update, ("store_request", "activity_log"),
        act_off=attacks.lost_update_without_version),
)}


def run(lab: Lab, app: Any, language: str, *, is_off: bool) -> dict[str, Any]:
    """Try it in a fresh copy, with the rule or without; everything is plain data (JSON).

    Keys: ``seen``, ``notices``, ``counts`` (table, before, after), ``log``, ``rule`` (text, and file and line
    of a source).
    """
    scene = Scene(app, language)
    try:
        rule = lab.read(scene)
        act = (lab.act_off or lab.act) if is_off else lab.act
        before, last = scene.counts(lab.tables), scene.last_logged()
        with force_locale(language), (lab.off(scene) if is_off else None) or nullcontext():
            act(scene)
        after = scene.counts(lab.tables)
        return {"seen": scene.seen, "notices": scene.notices, "rule": rule, "log": scene.logged(last),
                "counts": [[table, before[table], after[table]] for table in lab.tables]}
    finally:
        scene.remove()
