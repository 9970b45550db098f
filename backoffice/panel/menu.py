"""The menu by category: only what the person's roles may open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import current_app, request
from flask_babel import gettext, lazy_gettext
from flask_login import current_user
from markupsafe import Markup

from backoffice.panel import choices, inbox, rendering
from models.documents import Area, document_types
from models.rights import RIGHTS, area_of, may, may_open
from portal.web import locale, words
from portal.web.more_types import more_types

#: Icons of the sprite for tables that are no document, in the order in which they stand in the menu after the
#: documents of their area; what is not named here follows. Documents say icon and place on their class.
ICONS = {
    "item": "package", "shelf": "map-pin", "store_item": "stack-2", "stock_balance": "stack-2",
    "stock_move": "arrows-exchange", "stock_batch": "tags", "batch_correction": "pencil",
    "supplier": "building-store",
    "asset": "armchair", "calibration": "certificate", "bed": "bed", "cleaning": "spray",
    "inpatient_room": "bed", "room": "door", "ward": "building-hospital", "building": "building",
    "land": "map", "stay": "door-enter",
    "bed_reservation": "calendar-event", "wall_display": "device-tv",
    "patient": "user-heart", "doctor": "stethoscope",
    "specialization": "heart-rate-monitor", "doctor_schedule": "calendar-time",
    "account": "building-bank", "journal_entry": "notes", "period": "calendar", "user": "users",
    "work_unit": "sitemap", "employee": "id-badge-2", "setting": "settings", "holiday": "calendar-event",
    "activity_log": "history", "outbox": "mail", "region": "map-pin", "code_list": "list",
    "list_import": "file-import", "request_template": "copy", "learning_class": "users",
}
#: Those among them that stand between documents, by the `menu_rank` that a document would have.
AMONG_DOCUMENTS = {
    "item": 25, "asset": 120, "calibration": 195, "patient": 211, "doctor": 212, "specialization": 213,
    "doctor_schedule": 214, "account": 225, "journal_entry": 226,
}
#: Tables that are opened now and then: under "More" of their area. A document says `is_secondary`.
SECONDARY = frozenset({
    "shelf", "store_item", "stock_balance", "stock_batch", "batch_correction", "item_category",
    "unit_conversion", "store", "vendor", "asset_type", "asset_model", "asset_book",
    "asset_book_change", "asset_movement",
    "asset_auction_bid", "maintenance_part", "maintenance_schedule", "calibration", "service_contract",
    "meter_reading", "model_part", "land", "building",
    "ward", "room_class", "room_facility", "class_facility", "doctor_schedule", "schedule_exception",
    "clinical_note", "diagnosis", "letter", "consent", "holiday", "code_list", "region", "outbox", "period",
    "list_import", "learning_class", "class_member", "class_task", "exercise_progress", "case_progress",
    "own_exercise",
})
AREAS = {
    Area.INVENTORY: lazy_gettext("Inventory"), Area.PURCHASING: lazy_gettext("Purchasing"),
    Area.PLACES: lazy_gettext("Rooms and beds"), Area.ASSETS: lazy_gettext("Assets"),
    Area.TELEMEDICINE: lazy_gettext("Telemedicine"), Area.ACCOUNTING: lazy_gettext("Accounting"),
    Area.ADMINISTRATION: lazy_gettext("Administration"),
}
#: Pages that are no table, at the head of their area: area, page of `models.rights.PAGES`, address, word,
#: icon.
PAGES_IN_MENU = (
    ("administration", "first_steps", "/admin/first_steps/", lazy_gettext("First steps"), "list-check"),
    ("administration", "settings", "/admin/settings/", lazy_gettext("Settings"), "settings"),
    ("administration", "rights", "/admin/rights/", lazy_gettext("Who may what"), "shield-check"),
    ("administration", "imports", "/admin/imports/", lazy_gettext("Import lists"), "file-import"),
    ("places", "rooms", "/admin/rooms/", lazy_gettext("Room board"), "layout-grid"),
    ("places", "housekeeping", "/admin/housekeeping/", lazy_gettext("Cleaning work list"), "wash"),
    ("assets", "care", "/admin/care/", lazy_gettext("Calendar of due work"), "calendar-event"),
)


#: Tables that people see and change on one of these pages.
ON_PAGES = frozenset({"setting"})


@dataclass
class Entry:
    address: str
    word: str
    icon: str
    is_active: bool
    is_more: bool = False
    count: str = ""
    #: Which number of static/counts.js it is; "" is none.
    counts: str = ""

    @property
    def page(self) -> str:
        """What the page is called in addresses, after `/admin/`; "" elsewhere."""
        parts = self.address.split("/")
        return parts[2] if len(parts) == 4 and parts[1] == "admin" else ""


def icon_of(table: str, default: str = "table") -> str:
    """The table's icon of the sprite."""
    model = document_types().get(table)
    return model.icon if model is not None else ICONS.get(table, default)


def entry(table: str) -> Entry:
    address, model = f"/admin/{table}/", document_types().get(table)
    return Entry(address, words.table_word(table, True), icon_of(table), request.path.startswith(address),
                 model.is_secondary if model is not None else table in SECONDARY)


def _places() -> dict[str, int]:
    """Where tables stand in their area: documents and what is among them, then the rest of `ICONS`."""
    places = {table: 10_000 + place for place, table in enumerate(ICONS)} | AMONG_DOCUMENTS
    for table, model in document_types().items():
        places[table] = model.rank if model.menu_rank is None else model.menu_rank
    return places


@dataclass
class Group:
    """The entries of one area, as the menu shows them."""

    area: str
    word: Any
    entries: list[Entry]
    is_open: bool = True


#: A menu with more entries than this begins with its groups folded.
LONG = 30


def menu(tables: Iterable[str]) -> list[Group]:
    """Heads and entries of the menu for the person who is signed in; `tables` have a view."""
    user = current_user._get_current_object()
    places = _places()
    groups: list[Group] = []
    for area, word in AREAS.items():
        named = [table for table in RIGHTS
                 if area_of(table) == area and table in tables and table not in ON_PAGES
                 and may(user, "read", table)]
        named.sort(key=lambda table: places.get(table, 20_000))
        entries = [entry(table) for table in named]
        entries[:0] = [Entry(address, str(called), icon, request.path.startswith(address))
                       for place, page, address, called, icon in PAGES_IN_MENU
                       if place == area and may_open(current_user, page)]
        if all(element.is_more for element in entries):
            for element in entries:
                element.is_more = False
        if entries:
            groups.append(Group(area.value, word, entries))
    is_long = sum(len(group.entries) for group in groups) > LONG
    folds = choices.mine().folds
    for group in groups:
        group.is_open = (any(element.is_active for element in group.entries)
                         or not folds.get(group.area, is_long))
    return groups


def pages() -> dict[str, Entry]:
    """Every page of the menu that the person may open, by the part of its address after `/admin/`."""
    entries = [*top(), *(element for group in menu(current_app.extensions["rawat_panel"])
                         for element in group.entries)]
    return {element.page: element for element in entries if element.page}


def groups() -> frozenset[str]:
    return frozenset(area.value for area in AREAS)


def opened() -> str:
    """The page of the menu that the request is about, "" for none."""
    parts = request.path.split("/")
    named = parts[2] if len(parts) > 3 and parts[1] == "admin" else ""
    known = named in current_app.extensions["rawat_panel"] or named in {"reports", "desk"} or any(
        row[2].split("/")[2] == named for row in PAGES_IN_MENU)
    return named if known and named not in ON_PAGES else ""


def pin() -> tuple[str, bool] | None:
    """The page that a person can pin or unpin here, and whether it is pinned."""
    named = opened()
    return (named, named in choices.mine().favourites) if named else None


def nav(tables: set[str]) -> Markup:
    """The menu's HTML below home and inbox: made once for each set of roles, language, own choices and entry
    that is open."""
    user, own = current_user._get_current_object(), choices.mine()
    key = (user.roles, user.givers, user.is_active, locale.is_indonesian(), opened(), own.favourites,
           tuple(own.folds.items()))
    known: dict[tuple[Any, ...], Markup] = current_app.extensions.setdefault("rawat_menus", {})
    result = known.get(key)
    if result is None:
        if len(known) >= MOST_KEPT:
            known.clear()
        template = current_app.jinja_env.get_template("backoffice/panel/menu.html")
        every = pages()
        html = template.render(groups=menu(tables), icon=rendering.icon,
                               favourites=[every[page] for page in own.favourites if page in every])
        result = Markup(html)  # noqa: S704 (a template's output)
        known[key] = result
    return result


MOST_KEPT = 2000


def top() -> list[Entry]:
    """Pages that are no table and stand above the areas, after home and inbox."""
    result = []
    if may_open(current_user, "desk"):
        result.append(Entry("/admin/desk/", gettext("Desk"), "stethoscope",
                            request.path.startswith("/admin/desk/"),
                            count=inbox.talk_count(), counts="talk"))
    if may_open(current_user, "reports"):
        result.append(Entry("/admin/reports/", gettext("Reports"), "report-analytics",
                            request.path.startswith("/admin/reports/")))
    more = more_types()
    result += [Entry(address, word, icon, request.path.startswith(address))
               for address, word, icon in (more.entries() if more is not None else ())]
    return result


def initials(name: str) -> str:
    """Two letters for the round picture of a person; titles before and after the name do not count."""
    return words.initials(name)
