"""An item on a shelf of a store: the ledger itself puts it there, takes it away and counts it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from models.base import db
from models.journal import Posting
from models.operations.ledger import stock
from models.people import User
from models.returns import Spoilage
from models.stock import MoveKind, StoreItem
from tests.support import factories as make

TODAY, YESTERDAY = date(2026, 5, 20), date(2026, 5, 19)
LOSS = stock.against(Posting.LOSS)


class Shelf:
    """A store, an item and who works there."""

    def __init__(self, by: User, **item: Any) -> None:
        self.store, self.item, self.by = make.make_store(), make.make_item(**item), by

    def paper(self, **fields: Any) -> Spoilage:
        return make.saved(Spoilage(store_id=self.store.id, created_by=self.by, **fields))

    def batch(self, number: str = "", expires_on: date | None = None) -> int:
        return stock.batches([(self.item.id, number, expires_on)])[self.item.id, number]

    def put(self, quantity: Any, value: Any, batch: int | None = None, on: date = TODAY,
            **more: Any) -> Spoilage:
        document = self.paper()
        self.put_more(quantity, value, batch, on, document=document, **more)
        return document

    def put_more(self, quantity: Any, value: Any = 0, batch: int | None = None, on: date = TODAY, *,
                 document: Any, line: int = 1, **more: Any) -> list[stock.PostedMove]:
        """Bring in by a document that is there."""
        row = stock.Incoming(line, self.item.id, Decimal(quantity), batch or self.batch(), Decimal(value))
        return stock.receive(document, self.store.id, [row], kind=MoveKind.RECEIPT, on=on,
                             by=more.pop("by", self.by), against=LOSS, **more)

    def take(self, quantity: Any, batch: int | None = None, on: date = TODAY,
             **more: Any) -> list[stock.PostedMove]:
        return stock.issue(more.pop("document", None) or self.paper(), self.store.id,
                           [stock.Outgoing(1, self.item.id, Decimal(quantity), batch)],
                           kind=MoveKind.DELIVERY,
                           on=on, by=more.pop("by", self.by), against=LOSS, **more)

    def count(self, variance: Any, batch: int | None = None, on: date = TODAY) -> list[stock.PostedMove]:
        return stock.adjust(self.paper(), self.store.id,
                            [stock.Incoming(1, self.item.id, Decimal(variance), batch or self.batch())],
                            on=on,
                            by=self.by, against=LOSS)

    @property
    def held(self) -> tuple[Decimal, Decimal]:
        db.session.expire_all()
        row = db.session.scalars(sa.select(StoreItem).filter_by(store_id=self.store.id,
                                                                     item_id=self.item.id)).one()
        return row.quantity, row.value
