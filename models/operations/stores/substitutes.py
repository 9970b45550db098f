"""What may be given in place of an item, and how much of it a store has. Shown only: a person chooses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from models import clock
from models.base import db
from models.item_substitutes import ItemSubstitute
from models.items import Item
from models.operations.ledger import availability
from models.organisation import Status


@dataclass(frozen=True)
class Suggestion:
    """A substitute that holds today; `there`: base units of it that nobody waits for, in the store or in all;
    `factor`: base units of it for one base unit of the item."""

    item: Item
    factor: Decimal
    there: Decimal
    note: str

    @property
    def stands_for(self) -> Decimal:
        """Base units of the item that what is there stands for."""
        return self.there / self.factor


def suggestions(item_ids: Iterable[int], store_id: int | None = None) -> dict[int, list[Suggestion]]:
    """The approved substitutes of each item, what there is most of first; two statements for any number."""
    wanted = set(item_ids)
    result: dict[int, list[Suggestion]] = {item_id: [] for item_id in wanted}
    if not wanted:
        return result
    today, row = clock.today(), ItemSubstitute
    rows = list(db.session.scalars(
        sa.select(row).join(Item, Item.id == row.substitute_id)
        .where(row.item_id.in_(wanted), row.valid_from <= today,
               sa.or_(row.valid_to.is_(None), row.valid_to >= today), Item.status == Status.ACTIVE)
        .options(joinedload(row.substitute)).order_by(row.id)))
    held = _held({each.substitute_id for each in rows}, store_id)
    for each in rows:
        result[each.item_id].append(Suggestion(each.substitute, each.factor,
                                               held.get(each.substitute_id, Decimal(0)), each.note or ""))
    for found in result.values():
        found.sort(key=lambda suggestion: -suggestion.stands_for)
    return result


def _held(item_ids: set[int], store_id: int | None) -> dict[int, Decimal]:
    there = (availability.in_all_stores(item_ids) if store_id is None
             else availability.available(store_id, item_ids))
    return {item_id: stock.available for item_id, stock in there.items()}
