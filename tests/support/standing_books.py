"""What stands in the books and around a record, to be compared before and after a step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import CodeType, FunctionType, ModuleType
from typing import Any

import sqlalchemy as sa

from models.asset_register import Asset, AssetState
from models.base import db
from models.beds import Stay
from models.consultations import HOLDS_SLOT, Consultation
from models.documents import WORKFLOWS
from models.journal import JournalLine
from models.operations.core.approvals import AFTER_STEP, EFFECTS
from models.operations.ledger import journal, stock
from models.stock import StockBalance, StoreItem
from models.workflow import Transition

#: Name of a book -> what stands in it.
Books = Mapping[str, frozenset[Any]]


def _rows(statement: Any) -> frozenset[Any]:
    return frozenset(map(tuple, db.session.execute(statement)))


def books() -> Books:
    """What cannot be undone by a word: stock, journal, stays, things that are lost or gone, times that are
    held. Zeros are left out."""
    balance = sa.func.sum(JournalLine.debit) - sa.func.sum(JournalLine.credit)
    return {
        "stock": _rows(sa.select(StoreItem.store_id, StoreItem.item_id, StoreItem.quantity, StoreItem.value)
                       .where((StoreItem.quantity != 0) | (StoreItem.value != 0))),
        "batches": _rows(sa.select(StockBalance.store_id, StockBalance.batch_id, StockBalance.quantity)
                         .where(StockBalance.quantity != 0)),
        "journal": _rows(sa.select(JournalLine.account_id, balance).group_by(JournalLine.account_id)
                         .having(balance != 0)),
        "stays": _rows(sa.select(Stay.bed_id).where(Stay.ended_at.is_(None))),
        "gone": _rows(sa.select(Asset.id, Asset.state).where(
            Asset.state.in_((AssetState.LOST, AssetState.RETIRED)))),
        "times": _rows(sa.select(Consultation.doctor_id, Consultation.starts_at).where(
            Consultation.state.in_(HOLDS_SLOT))),
    }


def states(but: Any) -> dict[tuple[str, int], str]:
    """The state of every record with a workflow, by table and id, but of one."""
    found = {(table, key): str(state) for table, model in WORKFLOWS.items()
             for key, state in db.session.execute(sa.select(model.id, model.state))}
    found.pop((but.__tablename__, but.id), None)
    return found


# ---------------------------------------------------------------- which steps write, without taking them

#: What writes the ledger or the journal, by the one who calls it.
WRITERS: frozenset[Any] = frozenset({
    stock.receive, stock.issue, stock.adjust, stock.reverse, stock.undo, journal.post_entry,
    journal.reverse_entries})
GONE = ("lost", "retired")


def writes(model: Any, step: Transition) -> bool:
    """Whether the step writes ledger, journal or a stay, loses a thing or gives a held time away: by what its
    effects call, and by where it leads."""
    table = model.__tablename__
    if table == "asset":
        return step.target in GONE
    if table == "consultation":
        return step.target not in HOLDS_SLOT and any(source in HOLDS_SLOT for source in step.sources)
    known: set[FunctionType] = set()
    return any(_reaches(function, known) for function in (*EFFECTS.get((model, step.name), ()),
                                                          *AFTER_STEP.get((model, step.name), ())))


def _reaches(function: Any, known: set[FunctionType]) -> bool:
    """Whether an operation, or one that it calls, writes."""
    if function in WRITERS:
        return True
    if function in known:
        return False
    known.add(function)
    called = list(_called(function))
    return any(each is Stay for each in called) or any(
        _reaches(each, known) for each in called
        if isinstance(each, FunctionType) and each.__module__.startswith("models.operations"))


def _called(function: FunctionType) -> Iterator[Any]:
    """What its code names: of its own module, or of another operation's."""
    for code in _codes(function.__code__):
        for name in code.co_names:
            thing = function.__globals__.get(name)
            yield thing
            if isinstance(thing, ModuleType) and thing.__name__.startswith("models.operations"):
                yield from (getattr(thing, other, None) for other in code.co_names)


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)
