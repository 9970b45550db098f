"""Bringing lists in: master data by its code, new or changed, and the first stock of the stores. All rows or
none.

A list is looked through by applying it and taking everything back; so what is told before is what happens
after.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from models import clock
from models.errors import N_, NN_, Conflict, NotAllowed, Refused
from models.imports import OPENING_STOCK, ListImport
from models.journal import Posting
from models.operations.core import spoilt_codes
from models.operations.core.list_files import Row
from models.operations.core.locking import lock
from models.operations.ledger import stock
from models.operations.people import nik
from models.operations.setup import import_plan, import_undo, list_layouts
from models.operations.setup.asset_list import AssetList, AssetUndo
from models.operations.setup.doctor_list import DoctorList
from models.operations.setup.import_plan import Outcome
from models.operations.setup.master_lists import MasterList, doubts
from models.operations.setup.patient_list import PatientList, PatientUndo
from models.operations.setup.user_list import UserList, UserUndo
from models.operations.stores import opening_stock
from models.people import User
from models.rights import model_of
from models.stock import MoveKind


@dataclass(frozen=True)
class Found:
    """What was read of a file. `rows` is None for a workbook of several `sheets` of which nobody has chosen
    one."""

    rows: tuple[Row, ...] | None
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    #: Headings that name no column of the table.
    unread: tuple[str, ...] = ()


#: Tables whose rows a list of their own writes.
LISTS: dict[str, type[MasterList]] = {"asset": AssetList, "doctor": DoctorList, "patient": PatientList,
                                      "user": UserList}
import_undo.UNDO |= {"asset": AssetUndo, "patient": PatientUndo, "user": UserUndo}


#: Lists whose file holds what the database keeps encrypted only.
SEALED = frozenset({"patient"})


def content_of(brought: ListImport) -> bytes:
    """The file as it came."""
    return nik.unseal(brought.content) if brought.kind in SEALED else brought.content


# ---------------------------------------------------------------- a list comes, is looked at, is applied

class Changed(Conflict):
    """What the list would write is not what the person saw; nothing was written."""


def bring(session: Any, kind: str, content: bytes, name: str, found: Found, *, by: User | None,
          posted_on: date | None = None, mark: str | None = None) -> ListImport:
    """Keep a list with what it would do; nothing else is changed. `by` is None at the command line. Raises
    `NotAllowed`."""
    may_bring(kind, by)
    brought = ListImport(
        kind=kind, file_name=name[:200] or "-", content=nik.seal(content) if kind in SEALED else content,
        sha256=hashlib.sha256(content).hexdigest(),
        decimal_mark=mark, posted_on=(posted_on or clock.today()) if kind == OPENING_STOCK else None,
        uploaded_by_id=by.id if by is not None else None)
    session.add(brought)
    session.flush()
    look(session, brought, found, by=by)
    return brought


def look(session: Any, brought: ListImport, found: Found, *, by: User | None,
         answers: Mapping[str, str] | None = None) -> None:
    """Keep what the rows of that sheet would do now; without rows, that a sheet is to be chosen first.

    `answers` says which codes are meant by cells that may have lost zeros ("3:code" → "0099"); None keeps
    what was said before. Raises `NotAllowed`, or `Refused` when the list was applied.
    """
    may_bring(brought.kind, by)
    lock(brought)
    session.refresh(brought)
    _not_yet(brought)
    if answers is not None:
        brought.answers = dict(answers)
    if found.sheet != brought.sheet and brought.sheet is not None:
        brought.answers = {}
    outcome = Outcome()
    if found.rows is not None:
        kept = dict(brought.answers or {})
        session.flush()
        attempt = session.begin_nested()
        outcome = _apply(session, brought, found.rows, by=by, answers=kept)
        attempt.rollback()
        for _row, is_new, record in outcome.touched:
            if not is_new:  # written past the session
                session.expire(record)
        session.refresh(brought)
    for head in found.unread:
        outcome.note(1, "ignored", None, N_("there is no column “%(head)s” here: it is not read"),
                     {"head": head[:60]})
    brought.sheet, brought.sheets = found.sheet, list(found.sheets)
    _keep(brought, outcome)
    if found.rows is None:
        brought.plan, brought.digest = None, ""
    session.flush()


def apply(session: Any, brought: ListImport, rows: tuple[Row, ...], *, by: User | None, seen: str,
          codes_are_right: bool = False) -> Outcome:
    """Write what the list says: every row, or none. `seen` is the digest of the preview that the person
    looked at.

    Raises `Changed` when something else would be written than that preview says, `Refused` for wrong rows and
    for codes that nobody confirmed; nothing may be committed then.
    """
    may_bring(brought.kind, by)
    lock(brought)
    session.refresh(brought)
    _not_yet(brought)
    if brought.wants_sheet:
        raise Refused(N_("Choose the sheet first."), field="sheet")
    if brought.wrong_rows:
        raise Refused(NN_("Nothing was imported: %(count)s row is wrong. Correct the file and bring it "
                          "again.",
                          "Nothing was imported: %(count)s rows are wrong. Correct the file and bring it "
                          "again."), count=brought.wrong_rows)
    changed = Changed(N_("The data changed since you looked at this list, so nothing was written. "
                         "Look at it again, then apply it."))
    if seen != brought.digest:
        raise changed
    outcome = _apply(session, brought, rows, by=by, answers=brought.answers or {})
    if _digest(brought, outcome) != brought.digest:
        raise changed
    if outcome.asks and not codes_are_right:
        raise Refused(N_("Confirm the codes that may have lost zeros in front, or correct the file."),
                      field="codes_are_right")
    brought.written = import_undo.written(outcome)
    brought.applied_at, brought.applied_by_id = clock.now(), by.id if by is not None else None
    session.flush()
    return outcome


def earlier(session: Any, brought: ListImport) -> ListImport | None:
    """The same file, applied before and not taken back since."""
    found: ListImport | None = session.scalars(
        sa.select(ListImport).where(
            ListImport.sha256 == brought.sha256, ListImport.kind == brought.kind,
            ListImport.id != brought.id, ListImport.applied_at.is_not(None),
            ListImport.reversed_at.is_(None)).order_by(ListImport.applied_at.desc()).limit(1)).first()
    return found


def _not_yet(brought: ListImport) -> None:
    if brought.applied_at is not None:
        raise Refused(N_("This list was applied already."))


def undo(session: Any, brought: ListImport, *, by: User, reason: str) -> None:
    """Take an applied list back as a whole. Raises `NotAllowed` or `Refused`."""
    may_bring(brought.kind, by)
    if brought.kind == OPENING_STOCK:
        opening_stock.take_back(session, brought, by=by, reason=reason)
    else:
        import_undo.take_back(session, brought, by=by, reason=reason)


def may_bring(kind: str, by: User | None) -> None:
    """Raises `NotAllowed`. What has a history, stock or a room, has a person who made it, at the command line
    too."""
    if kind not in list_layouts.kinds():
        raise Refused(N_("%(table)s is not master data; it is not imported from a list."), table=kind)
    if by is None and (kind == OPENING_STOCK or hasattr(model_of(kind), "workflow")):
        raise NotAllowed(N_("Say who brings this list: --by and the address of an account."))
    if by is not None and not by.has_role(*list_layouts.importers(kind)):
        raise NotAllowed(N_("Your role may not do this step."))


def _keep(brought: ListImport, outcome: Outcome) -> None:
    brought.new_rows, brought.changed_rows, brought.same_rows = outcome.new, outcome.changed, outcome.same
    brought.wrong_rows = outcome.wrong
    brought.findings = sorted(outcome.findings, key=lambda entry: entry[0])
    brought.plan, brought.digest = outcome.plan, _digest(brought, outcome)


def _digest(brought: ListImport, outcome: Outcome) -> str:
    said = brought.answers or {}
    return import_plan.digest(outcome.plan, brought.kind, brought.sheet, brought.posted_on,
                              *(f"{place}={said[place]}" for place in sorted(said)))


def _apply(session: Any, brought: ListImport, rows: tuple[Row, ...], *, by: User | None,
           answers: Mapping[str, str]) -> Outcome:
    outcome = Outcome()
    rows = tuple(answered(rows, answers))
    if not rows:
        outcome.refused(1, Refused(N_("there is no row below the headings")))
        return outcome
    asks = spoilt_codes.of_stock(session, rows) if brought.kind == OPENING_STOCK else doubts(
        session, brought.kind, rows)
    outcome.asks = [doubt for doubt in asks if f"{doubt.row}:{doubt.column}" not in answers]
    if brought.kind == OPENING_STOCK:
        assert by is not None
        _opening_stock(session, brought, rows, outcome, by=by)
    else:
        LISTS.get(brought.kind, MasterList)(session, brought.kind, rows, by=by,
                                            mark=brought.decimal_mark, brought=brought).apply(outcome)
    return outcome


def answered(rows: Iterable[Row], answers: Mapping[str, str]) -> Iterable[Row]:
    """The rows with the codes that the person said are meant."""
    by_row: dict[int, dict[str, str]] = {}
    for place, code in answers.items():
        number, _, column = place.partition(":")
        by_row.setdefault(int(number), {})[column] = code
    for row in rows:
        meant = {name: code for name, code in by_row.get(row.number, {}).items() if name in row.cells}
        yield replace(row, cells=row.cells | meant) if meant else row


# ---------------------------------------------------------------- first stock

def _opening_stock(session: Any, brought: ListImport, rows: tuple[Row, ...], outcome: Outcome, *,
                   by: User) -> None:
    """Stock in at what the list says it is worth, against the equity that the hospital opens with."""
    wanted: dict[int, list[stock.Incoming]] = {}
    seen: dict[tuple[int, int, int], int] = {}
    reader = opening_stock.Reader(session, list_layouts.FIRST_STOCK.required, brought.decimal_mark)
    reader.look_up(rows)
    lines: list[opening_stock.Line] = []
    for row in rows:
        wrong: list[Refused] = []
        line = None
        try:
            line = reader.row(row, wrong)
        except Refused as refusal:
            wrong.append(refusal)
        if wrong or line is None:
            outcome.refused(row.number, *wrong)
        else:
            lines.append(line)
    for understood, no in reader.with_batches(lines):
        goods = understood.goods
        key = (understood.store.id, goods.item_id, goods.batch_id)
        if no is None and key in seen:
            no = Refused(N_("the same stands in row %(row)s already"), field="item", row=seen[key])
        if no is not None:
            outcome.refused(goods.line_id, no)
            continue
        seen.setdefault(key, goods.line_id)
        wanted.setdefault(understood.store.id, []).append(goods)
        outcome.new += 1
        outcome.rows.append(import_plan.new_row(goods.line_id, understood.values(), understood.item.name))
    if outcome.wrong:
        return
    try:
        for store_id, rows_in in sorted(wanted.items()):
            stock.receive(brought, store_id, rows_in, kind=MoveKind.OPENING,
                          on=brought.posted_on or clock.today(), by=by,
                          against=stock.against(Posting.OPENING_STOCK))
        opening_stock.nothing_else_moved(session, brought)
    except Refused as refusal:
        outcome.refused(1, refusal)
