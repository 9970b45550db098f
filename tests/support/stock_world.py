"""A small hospital for the random walks: people of every role, three stores, four awkward items, first
stock."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from models import clock
from models.base import db
from models.operations.core.approvals import opened, perform
from models.operations.ledger import stock
from models.operations.stores import stocktake_counting
from models.organisation import Setting
from models.people import User
from models.roles import Role
from models.stocktakes import Stocktake, StocktakeLine
from tests.support import factories as make


class World:
    """Ids of what everybody works with; it stands still while the papers come and go."""

    def __init__(self) -> None:
        make.make_chart()
        for key, value in (("goods_receipt.tolerance", "10"), ("supplier_invoice.tolerance", "1"),
                           ("purchase_order.limit", "5000000")):
            make.saved(Setting(key=key, value=value))
        self.stores = [make.make_store(code=code, name=name) for code, name in (
            ("W-GF", "Gudang Farmasi"), ("W-GU", "Gudang Umum"), ("W-D", "Depo IGD"))]
        self.items = [
            make.make_item({"strip": "10", "box": "100"}, price_hint=Decimal("512.37"),
                           minimum_stock=Decimal(50)),
            make.make_item({"dus": "12"}, base_unit="vial", batch_tracked=True, price_hint=Decimal(18250)),
            make.make_item({"roll": "1.5", "potong": "0.125"}, base_unit="meter", precision=3,
                           price_hint=Decimal("0.01")),
            make.make_item({"karung": "25"}, base_unit="kg", precision=1, minimum_stock=Decimal(5))]
        self.suppliers = [make.make_supplier(), make.make_supplier()]
        self.people = self._people()
        self._first_stock()
        db.session.flush()
        self.person_ids = [person.id for person in self.people]

    def _people(self) -> list[User]:
        unit = make.make_work_unit(account_id=make.make_account().id)
        wanted: list[tuple[tuple[Role, ...], dict[str, Any]]] = [
            ((Role.UNIT_USER,), {"work_unit": unit}), ((Role.UNIT_USER,), {}),
            ((Role.STORE_STAFF,), {}), ((Role.STORE_STAFF,), {}), ((Role.STORE_HEAD,), {}),
            ((Role.FACILITIES_STAFF,), {}), ((Role.FACILITIES_STAFF,), {}), ((Role.FACILITIES_HEAD,), {}),
            ((Role.FACILITIES_HEAD,), {}), ((Role.PAYABLES,), {}), ((Role.DIRECTOR,), {}),
            # Who may too much on paper: not the own documents, not two approvals of one.
            ((Role.FACILITIES_HEAD, Role.PAYABLES, Role.DIRECTOR), {}),
            ((Role.STORE_STAFF, Role.STORE_HEAD, Role.FACILITIES_STAFF, Role.UNIT_USER), {"work_unit": unit}),
            ((Role.FRONT_OFFICE,), {}), ((Role.ADMIN,), {})]
        return [make.make_user(*roles, **fields) for roles, fields in wanted]

    def _first_stock(self) -> None:
        """A first count finds stock in two stores, some of it expired and some about to be."""
        counter = make.make_user(Role.STORE_STAFF)
        head = make.make_user(Role.FACILITIES_HEAD)
        plain, vial, metre, sugar = self.items
        days: dict[str, date | None] = {"": None, "OLD": clock.today() - timedelta(days=3),
                                        "SOON": clock.today() + timedelta(days=8),
                                        "LATE": clock.today() + timedelta(days=400)}
        for store, found in (
                (self.stores[0], [(plain, "", 1700), (vial, "OLD", 5), (vial, "SOON", 7), (vial, "LATE", 90),
                                  (metre, "", "71.125"), (sugar, "", "120.5")]),
                (self.stores[1], [(plain, "", 33)])):
            count = make.saved(Stocktake(store_id=store.id, created_by=counter))
            opened(count, by=counter)
            ids = stock.batches((item.id, number, days[number]) for item, number, _ in found)
            count.lines.extend(StocktakeLine(item=item, unit=make.unit_of(item),
                                             batch_id=ids[item.id, number])
                               for item, number, _ in found)
            perform(count, "start", by=counter)
            for line, (_, _, quantity) in zip(count.lines, found, strict=True):
                stocktake_counting.count(count, line.id, Decimal(quantity), seen=None, by=counter)
            perform(count, "submit", by=counter)
            perform(count, "approve", by=head)

    def people_with(self, *roles: Role) -> list[int]:
        return [person.id for person in self.people if person.has_role(*roles)]
