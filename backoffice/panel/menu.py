"""The menu by category: only what the person's roles may open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app, request
from flask_babel import gettext, lazy_gettext
from flask_login import current_user
from markupsafe import Markup

from backoffice.panel import inbox, rendering
from models.rights import RIGHTS, may, may_open
from portal.web import locale, words

#: Table → icon of the sprite, in the order of the menu; what is not named here follows under its area.
ICONS = {
    "store_request": "clipboard-list", "delivery_request": "truck-delivery", "item": "package",
    "stocktake": "clipboard-check", "stock_transfer": "transfer", "unit_return": "truck-return",
    "spoilage": "trash", "shelf": "map-pin", "store_item": "stack-2", "stock_balance": "stack-2",
    "stock_move": "arrows-exchange", "stock_batch": "tags", "purchase_request": "shopping-cart",
    "purchase_order": "file-invoice", "goods_receipt": "package-import", "supplier_invoice": "receipt",
    "supplier_return": "arrow-back-up", "supplier_refund": "cash", "supplier": "building-store",
    "asset": "armchair", "maintenance": "tool", "asset_plan": "list-check",
    "asset_procurement": "file-dollar", "asset_receipt": "package-import", "asset_disposal": "archive",
    "asset_auction": "discount", "depreciation_run": "trending-down", "calibration": "certificate",
    "inventory_round": "qrcode", "bed": "bed", "cleaning": "spray", "inpatient_room": "bed", "room": "door",
    "ward": "building-hospital", "building": "building", "land": "map", "stay": "door-enter",
    "consultation": "messages", "patient": "user-heart", "doctor": "stethoscope",
    "specialization": "heart-rate-monitor", "doctor_schedule": "calendar-time", "prescription": "pill",
    "account": "building-bank", "journal_entry": "notes", "monthly_pack": "report-analytics",
    "period": "calendar", "user": "users", "work_unit": "sitemap", "employee": "id-badge-2",
    "setting": "settings", "holiday": "calendar-event", "activity_log": "history", "outbox": "mail",
    "region": "map-pin", "code_list": "list", "list_import": "file-import", "request_template": "copy",
}
#: Opened now and then: under "More" of their area.
SECONDARY = frozenset({
    "shelf", "store_item", "stock_balance", "stock_batch", "item_category", "unit_conversion", "store",
    "vendor", "asset_type", "asset_model", "asset_book", "asset_book_change", "asset_movement",
    "asset_auction_bid", "maintenance_part", "maintenance_schedule", "calibration", "land", "building",
    "ward", "room_class", "room_facility", "class_facility", "doctor_schedule", "schedule_exception",
    "clinical_note", "diagnosis", "letter", "consent", "holiday", "code_list", "region", "outbox", "period",
    "list_import",
})
AREAS = {
    "inventory": lazy_gettext("Inventory"), "purchasing": lazy_gettext("Purchasing"),
    "places": lazy_gettext("Rooms and beds"), "assets": lazy_gettext("Assets"),
    "telemedicine": lazy_gettext("Telemedicine"), "accounting": lazy_gettext("Accounting"),
    "administration": lazy_gettext("Administration"),
}
#: Pages that are no table, at the head of their area: area, page of `models.rights.PAGES`, address, word,
#: icon.
PLACED = (
    ("administration", "imports", "/admin/imports/", lazy_gettext("Import lists"), "file-import"),
    ("places", "rooms", "/admin/rooms/", lazy_gettext("Room board"), "layout-grid"),
    ("places", "housekeeping", "/admin/housekeeping/", lazy_gettext("Cleaning work list"), "wash"),
    ("assets", "care", "/admin/care/", lazy_gettext("Calendar of due work"), "calendar-event"),
)


@dataclass
class Entry:
    address: str
    word: str
    icon: str
    is_active: bool
    is_more: bool = False
    count: str = ""


def entry(table: str) -> Entry:
    address = f"/admin/{table}/"
    return Entry(address, words.table_word(table, True), ICONS.get(table, "table"),
                 request.path.startswith(address),
                 table in SECONDARY)


def menu(tables: set[str]) -> list[tuple[Any, list[Entry]]]:
    """Heads and entries of the menu for the person who is signed in; `tables` have a view."""
    user = current_user._get_current_object()
    order = {table: place for place, table in enumerate(ICONS)}
    groups: list[tuple[Any, list[Entry]]] = []
    for area, word in AREAS.items():
        named = [table for table, rights in RIGHTS.items()
                 if rights.area == area and table in tables and may(user, "read", table)]
        named.sort(key=lambda table: order.get(table, len(order)))
        entries = [entry(table) for table in named]
        entries[:0] = [Entry(address, str(called), icon, request.path.startswith(address))
                       for place, page, address, called, icon in PLACED
                       if place == area and may_open(current_user, page)]
        if all(each.is_more for each in entries):
            for each in entries:
                each.is_more = False
        if entries:
            groups.append((word, entries))
    return groups


def nav(tables: set[str]) -> Markup:
    """The menu's HTML below home and inbox: made once for each set of roles, language and entry that is
    open."""
    user = current_user._get_current_object()
    parts = request.path.split("/")
    opened = parts[2] if len(parts) > 3 and parts[1] == "admin" and (
        parts[2] in tables or any(row[2].split("/")[2] == parts[2] for row in PLACED)) else ""
    key = (user.roles, user.is_active, locale.is_indonesian(), opened)
    known: dict[tuple[Any, ...], Markup] = current_app.extensions.setdefault("rawat_menus", {})
    found = known.get(key)
    if found is None:
        if len(known) >= MOST_KEPT:
            known.clear()
        template = current_app.jinja_env.get_template("backoffice/panel/menu.html")
        groups = template.render(groups=menu(tables), icon=rendering.icon)
        found = Markup(groups)  # noqa: S704 (a template's output)
        known[key] = found
    return found


MOST_KEPT = 2000


def top() -> list[Entry]:
    """Pages that are no table and stand above the areas, after home and inbox."""
    found = []
    if may_open(current_user, "desk"):
        found.append(Entry("/admin/desk/", gettext("Desk"), "stethoscope",
                           request.path.startswith("/admin/desk/"),
                           count=inbox.talk_count()))
    if may_open(current_user, "reports"):
        found.append(Entry("/admin/reports/", gettext("Reports"), "report-analytics",
                           request.path.startswith("/admin/reports/")))
    return found


def initials(name: str) -> str:
    """Two letters for the round picture of a person; titles before and after the name do not count."""
    return words.initials(name)
