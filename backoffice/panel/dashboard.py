"""The home page: numbers of the day with their trend, and what deserves a look, by role. All of it is
declared here.

Two statements, whatever a person may see: one counts every tile, one counts every trend by day.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import format_decimal, gettext
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from sqlalchemy.orm import contains_eager, joinedload

from backoffice.panel import lookups, named_filters
from backoffice.panel.charts import bars, spark
from backoffice.panel.columns import mapped_tables
from backoffice.panel.inbox import for_person
from backoffice.panel.lists import count_up_to
from models import clock
from models.base import UtcDateTime
from models.clinic import Doctor
from models.consultations import Consultation, ConsultationState, Triage
from models.items import Item
from models.journal import Period
from models.monthly_reports import MonthlyPack, MonthlyPackState
from models.operations.ledger import availability
from models.organisation import Status
from models.rights import may, scope
from models.roles import Role
from models.stock import StockBalance, StockBatch
from portal.web import locale, replica, words

R = Role
DAYS = 30
MOST_TILES = 4
MOST_COUNTED = 9999
STORES = frozenset({R.STORE_STAFF, R.STORE_HEAD})
SARPRAS = frozenset({R.FACILITIES_STAFF, R.FACILITIES_HEAD})


@dataclass(frozen=True)
class Trend:
    """How many a day: rows of the tile's table by `when` (a day or an instant), counted by `of` where it is
    given."""

    label: Any
    when: str
    states: tuple[str, ...] = ()
    of: str = ""
    table: str = ""


@dataclass(frozen=True)
class Tile:
    """A number and the list that holds exactly those rows. `query` makes the list's arguments."""

    key: str
    label: Any
    table: str
    roles: frozenset[Role]
    query: Callable[[], dict[str, str]]
    trend: Trend | None = None


def _today(column: str) -> Callable[[], dict[str, str]]:
    return lambda: {f"{column}_from": clock.today().isoformat(), f"{column}_to": clock.today().isoformat()}


def _with(**query: str) -> Callable[[], dict[str, str]]:
    return lambda: query


#: In the order in which a person's first four are taken.
TILES: tuple[Tile, ...] = (
    # the others have the clinic's four figures beside their tiles
    Tile("doctors", _l("Doctors available"), "doctor", frozenset({R.ADMIN}), _with(only="available"),
         Trend(_l("Doctors who held consultations"), "started_at", of="doctor_id", table="consultation")),
    Tile("packs", _l("Monthly reports released"), "monthly_pack", frozenset({R.DIRECTOR}),
         _with(state="released")),
    Tile("done", _l("Consultations done"), "consultation", frozenset({R.ADMIN}), _with(state="completed"),
         Trend(_l("Consultations done"), "completed_at", ("completed",))),
    Tile("patients", _l("Patients registered"), "patient", frozenset({R.ADMIN}), _with(state="active"),
         Trend(_l("Registrations"), "registered_at")),
    Tile("today", _l("Consultations today"), "consultation", frozenset({R.ADMIN, R.DOCTOR}),
         _today("starts_at"), Trend(_l("Consultations by their day"), "starts_at",
               ("approved", "in_progress", "completed", "no_show"))),
    Tile("planned", _l("Consultations to come"), "consultation", frozenset({R.DOCTOR}),
         _with(state="approved")),
    Tile("my_done", _l("Consultations done"), "consultation", frozenset({R.DOCTOR}), _with(state="completed"),
         Trend(_l("Consultations done"), "completed_at", ("completed",))),
    Tile("my_patients", _l("My patients"), "patient", frozenset({R.DOCTOR}), _with()),
    Tile("requests", _l("Requests to decide or deliver"), "store_request",
         STORES | SARPRAS | {R.UNIT_USER, R.DIRECTOR},
         _with(only="open"), Trend(_l("Store requests"), "requested_on")),
    Tile("short", _l("Items below minimum"), "item", STORES | SARPRAS | {R.DIRECTOR}, _with(only="short")),
    Tile("expiring", _l("Stock that expires within 30 days"), "stock_balance", STORES,
         _with(only="expiring")),
    Tile("deliveries", _l("Deliveries under way"), "delivery_request", STORES | {R.UNIT_USER},
         _with(state="approved"), Trend(_l("Deliveries"), "delivered_on", ("delivered", "done"))),
    Tile("orders", _l("Purchase orders under way"), "purchase_order", SARPRAS | {R.PAYABLES, R.DIRECTOR},
         _with(state="sent"), Trend(_l("Purchase orders"), "ordered_on")),
    Tile("invoices", _l("Invoices to approve"), "supplier_invoice", frozenset({R.PAYABLES}),
         _with(state="submitted"), Trend(_l("Supplier invoices"), "invoiced_on")),
    Tile("maintenance", _l("Maintenance open"), "maintenance",
         SARPRAS | {R.PAYABLES, R.DIRECTOR, R.UNIT_USER},
         _with(only="open"), Trend(_l("Maintenance asked for"), "requested_on")),
    Tile("movements", _l("Assets to acknowledge"), "asset_movement", frozenset({R.UNIT_USER}),
         _with(only="awaited")),
    Tile("disposals", _l("Disposals to approve"), "asset_disposal", frozenset({R.RECEIVABLES}),
         _with(state="approved")),
    Tile("auctions", _l("Auctions to approve"), "asset_auction", frozenset({R.RECEIVABLES}),
         _with(state="approved")),
    Tile("beds", _l("Free beds"), "bed", SARPRAS | {R.FRONT_OFFICE, R.HOUSEKEEPING, R.DIRECTOR},
         _with(only="free")),
    Tile("cleaning", _l("Cleaning under way"), "cleaning", frozenset({R.HOUSEKEEPING, R.FRONT_OFFICE}),
         _with(state="in_progress"), Trend(_l("Cleaning asked for"), "requested_at")),
    Tile("to_clean", _l("Beds to clean"), "bed", frozenset({R.HOUSEKEEPING, R.FRONT_OFFICE}),
         _with(state="needs_cleaning")),
)


@dataclass(frozen=True)
class Shown:
    """A tile as the page shows it."""

    word: str
    address: str
    number: str
    spark: Any
    trend: str
    chart: Any
    table: list[tuple[str, int]]
    chart_title: str


def mine(user: Any) -> list[Tile]:
    """The person's tiles."""
    return [tile for tile in TILES
            if user.has_role(*tile.roles) and may(user, "read", tile.table)][:MOST_TILES]


def criteria(tile: Tile) -> list[Any]:
    """What its list is narrowed to, as the list itself reads its address."""
    model = mapped_tables()[tile.table]
    result = []
    for name, value in tile.query().items():
        if name == "only":
            result.append(named_filters.of(tile.table)[value].criterion(model))
        elif name.endswith(("_from", "_to")):
            column = getattr(model, name.rpartition("_")[0])
            start, end = clock.day_bounds(date.fromisoformat(value))
            result.append(column >= start if name.endswith("_from") else column < end)
        else:
            result.append(getattr(model, name) == value)
    return result


def shown() -> list[Shown]:
    """The person's tiles with their numbers and trends; two statements."""
    tiles = mine(current_user)
    if not tiles:
        return []
    is_lasting = all(named_filters.of(tile.table)[tile.query()["only"]].is_lasting
                     for tile in tiles if "only" in tile.query())
    statement = for_person(("tiles",), lambda: _counting(tiles)) if is_lasting else _counting(tiles)
    row = replica.session().execute(statement).one()
    by_day = _by_day(tiles)
    return [_shown(tile, number, by_day.get(tile.key)) for tile, number in zip(tiles, row, strict=True)]


def _counting(tiles: list[Tile]) -> sa.Select[Any]:
    counted = [lookups.within(sa.select(mapped_tables()[tile.table].id), scope(current_user, tile.table))
               .where(*criteria(tile)) for tile in tiles]
    return sa.select(*(count_up_to(entry, MOST_COUNTED).label(f"n{place}")
                       for place, entry in enumerate(counted)))


def _shown(tile: Tile, number: int, series: list[int] | None) -> Shown:
    query = "&".join(f"{name}={value}" for name, value in tile.query().items())
    address = f"/admin/{tile.table}/" + (f"?{query}" if query else "")
    text = f"{format_decimal(MOST_COUNTED)}+" if number > MOST_COUNTED else format_decimal(number)
    if series is None or tile.trend is None:
        return Shown(str(tile.label), address, text, "", "", "", [], "")
    last, before = sum(series[-7:]), sum(series[-14:-7])
    points = [(_short(day), value) for day, value in zip(_days(), series, strict=True)]
    title = str(tile.trend.label)
    # a tile carries one measure: what is counted otherwise has its chart below, under its own name
    same = title == str(tile.label)
    arrow = "▲" if last > before else "▼" if last < before else "="
    return Shown(str(tile.label), address, text, spark(series) if same else "",
                 gettext("%(arrow)s %(last)s in 7 days, %(before)s in the 7 before", arrow=arrow,
                         last=format_decimal(last), before=format_decimal(before)) if same else "",
                 bars(points, title) if any(series) else "", points, title)


def _days() -> list[date]:
    today = clock.today()
    return [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]


def _short(day: date) -> str:
    return locale.day(day).rpartition(" ")[0]


def _short_month(day: date) -> str:
    return locale.day(day).partition(" ")[2]


def _by_day(tiles: list[Tile]) -> dict[str, list[int]]:
    """Numbers of the last 30 days by tile, days of the hospital; one statement for all."""
    result = {tile.key: [0] * DAYS for tile in tiles
              if tile.trend is not None and may(current_user, "read", tile.trend.table or tile.table)}
    if result:
        statement = for_person(("trends",), lambda: _trends([tile for tile in tiles if tile.key in result]))
        for key, place, number in replica.session().execute(statement):
            result[key][place] = number
    return result


def _trends(tiles: list[Tile]) -> Any:
    """The numbers by key of the tile and place of the day; tiles that have a trend."""
    days = _days()
    calendar = sa.union_all(*(
        sa.select(sa.literal(place).label("place"), sa.literal(day, sa.Date()).label("day"),
                  *(sa.literal(bound, UtcDateTime()).label(name)
                    for name, bound in zip(("start", "finish"), clock.day_bounds(day), strict=True)))
        for place, day in enumerate(days))).cte("days")
    parts = []
    for tile in tiles:
        trend = tile.trend
        assert trend is not None
        table = trend.table or tile.table
        model = mapped_tables()[table]
        when = getattr(model, trend.when)
        within = (when == calendar.c.day) if isinstance(when.type, sa.Date) else (
            (when >= calendar.c.start) & (when < calendar.c.finish))
        number = sa.func.count(sa.distinct(getattr(model, trend.of))) if trend.of else sa.func.count()
        rows = sa.select(sa.literal(tile.key).label("key"), calendar.c.place, number.label("number")) \
            .select_from(calendar).join(model, within).group_by(calendar.c.place)
        # said beside the join, so that an index of the day serves
        first = days[0] if isinstance(when.type, sa.Date) else clock.day_bounds(days[0])[0]
        rows = rows.where(when >= first)
        if trend.states:
            rows = rows.where(model.state.in_(trend.states))
        criterion = scope(current_user, table)
        parts.append(rows if criterion is None else rows.where(criterion))
    return sa.union_all(*parts) if len(parts) > 1 else parts[0]


# ---------------------------------------------------------------- the month

@dataclass(frozen=True)
class Month:
    """The newest released monthly pack; `pack` is None while there is none."""

    pack: MonthlyPack | None

    @property
    def pdf(self) -> str:
        return f"/admin/monthly_pack/{self.pack.id}/pack.pdf" if self.pack is not None else ""

    @property
    def word(self) -> str:
        """`Nov 2026`; empty while there is none."""
        return _short_month(self.pack.first_day) if self.pack is not None else ""


def month() -> Month | None:
    """What the director reads first, of the latest month; None for everybody else. One statement."""
    if not current_user.has_role(R.DIRECTOR):
        return None
    return Month(replica.session().scalar(
        sa.select(MonthlyPack).join(MonthlyPack.period).where(MonthlyPack.state == MonthlyPackState.RELEASED)
        .options(contains_eager(MonthlyPack.period))
        .order_by(Period.year.desc(), Period.month.desc(), MonthlyPack.id.desc()).limit(1)))


# ---------------------------------------------------------------- what deserves a look

@dataclass(frozen=True)
class Row:
    address: str
    text: str
    sub: str = ""
    badge: str = ""


@dataclass(frozen=True)
class Panel:
    """A short list at the side; `rows` reads at most `FEW`."""

    title: Any
    more: str
    icon: str
    table: str
    roles: frozenset[Role]
    rows: Callable[[], list[Row]]


FEW = 5


def _short_items() -> list[Row]:
    usable = availability.usable_of_item()
    rows = replica.session().execute(
        sa.select(Item.id, Item.name, usable.label("usable"), Item.minimum_stock, Item.base_unit)
        .where(Item.status == Status.ACTIVE, usable < Item.minimum_stock)
        .order_by(usable, Item.name).limit(FEW))
    return [Row(f"/admin/item/details/?id={row.id}", row.name,
                gettext("%(have)s of %(least)s %(unit)s", have=locale.quantity(row.usable),
                        least=locale.quantity(row.minimum_stock), unit=row.base_unit)) for row in rows]


def _expiring_stock() -> list[Row]:
    rows = replica.session().execute(
        sa.select(StockBalance.id, Item.name, StockBatch.number, StockBatch.expires_on)
        .join(StockBatch, StockBatch.id == StockBalance.batch_id).join(Item, Item.id == StockBalance.item_id)
        .where(StockBalance.quantity > 0, StockBatch.expires_on <= clock.today() + timedelta(days=30))
        .order_by(StockBatch.expires_on, StockBalance.id).limit(FEW))
    return [Row(f"/admin/stock_balance/details/?id={row.id}", row.name, row.number,
                locale.day(row.expires_on))
            for row in rows]


def _licences() -> list[Row]:
    first = sa.func.coalesce
    far = date(9999, 1, 1)
    soonest = sa.case((first(Doctor.str_expires_on, far) < first(Doctor.sip_expires_on, far),
                       Doctor.str_expires_on),
                      else_=Doctor.sip_expires_on)
    rows = replica.session().execute(
        sa.select(Doctor.id, Doctor.name, soonest.label("day"))
        .where(named_filters.of("doctor")["expiring"].criterion(Doctor)).order_by(soonest,
                                                                                  Doctor.id).limit(FEW))
    return [Row(f"/admin/doctor/details/?id={row.id}", row.name,
                gettext("Ran out") if row.day < clock.today() else gettext("Runs out"), locale.day(row.day))
            for row in rows]


def _my_day() -> list[Row]:
    start, end = clock.day_bounds(clock.today())
    rows = replica.session().scalars(
        lookups.within(sa.select(Consultation), scope(current_user, "consultation"))
        .where(Consultation.starts_at >= start, Consultation.starts_at < end,
               Consultation.state.in_((ConsultationState.APPROVED, ConsultationState.IN_PROGRESS)))
        .options(joinedload(Consultation.patient)).order_by(Consultation.starts_at,
                                                            Consultation.id).limit(FEW))
    return [Row(f"/admin/consultation/details/?id={row.id}", row.patient.name, " · ".join(
        part for part in (words.state_word(row.triage) if row.triage != Triage.ROUTINE else "", row.number)
        if part), locale.hour(row.starts_at)) for row in rows]


PANELS: tuple[Panel, ...] = (
    Panel(_l("My day"), "/admin/consultation/?state=approved", "messages", "consultation",
          frozenset({R.DOCTOR}),
          _my_day),
    Panel(_l("Below minimum"), "/admin/item/?only=short", "package", "item", STORES | SARPRAS, _short_items),
    Panel(_l("Expires soon"), "/admin/stock_balance/?only=expiring", "clock-exclamation", "stock_balance",
          STORES,
          _expiring_stock),
    Panel(_l("Licences that run out"), "/admin/doctor/?only=expiring", "certificate", "doctor",
          frozenset({R.ADMIN}), _licences),
)


def panels() -> list[tuple[Panel, list[Row]]]:
    return [(panel, panel.rows()) for panel in PANELS
            if current_user.has_role(*panel.roles) and may(current_user, "read", panel.table)]
