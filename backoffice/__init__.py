"""The back office: a panel generated from declarations. `init_app` gives every table of the rights its
view."""

from __future__ import annotations

from typing import Any

from flask import Flask, g, request
from flask_admin import Admin
from flask_babel import gettext, lazy_gettext

from backoffice.assets.maintenance_calendar import CareView
from backoffice.clinic.desk import DeskView
from backoffice.panel import (
    figures,
    frame,
    help,
    inbox,
    jobs,
    kept,
    list_parts,
    list_rows,
    lookups,
    menu,
    named_filters,
    rendering,
)
from backoffice.panel.base import DocumentView, LedgerView, MasterView, StaffView
from backoffice.panel.columns import Column, key_of, mapped_tables
from backoffice.panel.inbox_pages import InboxView
from backoffice.panel.menu_choices import ChoicesView
from backoffice.panel.pages import HomeView
from backoffice.panel.reports import ReportsView, may_report
from backoffice.panel.transitions import ASIDE_BUTTONS
from backoffice.people.notices import NoticesView
from backoffice.registry import declared_views
from backoffice.rooms import wall
from backoffice.rooms.housekeeping import HousekeepingView
from backoffice.rooms.rooms import RoomsView
from backoffice.setup.first_steps import FirstStepsView
from backoffice.setup.importing import ImportsView
from backoffice.setup.rights import RightsView
from backoffice.setup.settings import SettingsView
from backoffice.stores.scanning import ScanView
from models.documents import Document
from models.operations.clinic import identity
from models.operations.core.approvals import ALLOW_DATE, AMEND, ASK_DATE, REFUSE_DATE
from models.rights import RIGHTS, may
from models.workflow import Transition
from portal.web import words
from portal.web.amount_in_words import in_words
from portal.web.locale import is_indonesian


def view_for(table: str, declared: dict[str, type[StaffView]]) -> type[StaffView]:
    """The declared view of a table, or one read off its metadata and rights."""
    if table in declared:
        return declared[table]
    model, rights = mapped_tables()[table], RIGHTS[table]
    base: type[StaffView] = MasterView
    if issubclass(model, Document):
        base = DocumentView
    elif not (rights.create or rights.edit):
        base = LedgerView
    body: dict[str, Any] = {"model": model}
    if base is DocumentView and not hasattr(model, "lines"):
        body["lines"] = ()
    return type(f"{model.__name__}View", (base,), body)


def init_app(app: Flask) -> None:
    """Register the panel under `/admin/`."""
    admin = Admin(app, name="Rawat", index_view=HomeView(url="/admin", endpoint="admin"), url="/admin")
    declared = declared_views()
    tables = {table for table in RIGHTS if table in mapped_tables()}
    views = {table: view_for(table, declared)() for table in sorted(tables)}
    for view in views.values():
        admin.add_view(view)
    admin.add_view(DeskView(url="/admin/desk", endpoint="desk"))
    admin.add_view(InboxView(url="/admin/inbox", endpoint="inbox"))
    admin.add_view(help.HelpView(url="/admin/help", endpoint="help"))
    admin.add_view(ChoicesView(url="/admin/choices", endpoint="choices"))
    admin.add_view(ScanView(url="/admin/scan", endpoint="scan"))
    admin.add_view(ImportsView(url="/admin/imports", endpoint="imports"))
    admin.add_view(FirstStepsView(url="/admin/first_steps", endpoint="first_steps"))
    admin.add_view(SettingsView(url="/admin/settings", endpoint="settings"))
    admin.add_view(RightsView(url="/admin/rights", endpoint="rights"))
    admin.add_view(NoticesView(url="/admin/notices", endpoint="notices"))
    admin.add_view(RoomsView(url="/admin/rooms", endpoint="rooms"))
    admin.add_view(CareView(url="/admin/care", endpoint="care"))
    admin.add_view(HousekeepingView(url="/admin/housekeeping", endpoint="housekeeping"))
    admin.add_view(ReportsView(url="/admin/reports", endpoint="reports"))
    app.register_blueprint(wall.bp)
    app.extensions["rawat_panel"] = views
    kept.PURE["event_icon"] = event_icon

    @app.context_processor
    def _panel_words() -> dict[str, Any]:
        if not request.path.startswith(("/admin", "/wall/", "/account/")) and not g.get("in_panel"):
            return {}
        return {
            "panel_shell": lambda text: frame.shell(tables, text), "panel_alerts": frame.alerts,
            "list_tools": list_parts.tools, "list_table": list_parts.table, "list_rows": list_rows.body,
            "role_word": words.role_word,
            "inbox_count": inbox.inbox_count, "bell_count": inbox.bell_count,
            "clinic_figures": figures.shown, "icon": rendering.icon,
            "shown": rendering.shown,
            "shown_in_line": rendering.shown_in_line, "blank": rendering.BLANK,
            "may": may, "may_report": may_report,
            "initials": menu.initials, "step_word": step_word, "step_icon": step_icon,
            "event_said": event_said, "event_icon": event_icon,
            "table_icon": menu.icon_of, "unit_text": lookups.unit_text,
            "presets_of": named_filters.of, "label_of": lambda column: words.label(column.column),
            "reference_key": _reference_key, "aside_buttons": ASIDE_BUTTONS,
            "in_words": lambda amount: in_words(amount, "id" if is_indonesian() else "en"),
        }


def _reference_key(record: Any) -> Any:
    return getattr(record, key_of(type(record)).key)


_ICONS = {
    "submit": "send", "approve": "check", "reject": "x", "cancel": "ban", "reopen": "rotate-clockwise",
    "recall": "arrow-back-up", "deliver": "truck-delivery",
    "acknowledge": "checks", "reverse": "arrow-back-up",
    "reverse_payment": "arrow-back-up", "create": "pencil",
    "start": "player-play", "finish": "checks", "post": "check", "send": "send", "close": "archive",
    "complete": "checks", "pay": "cash", "check_in": "door-enter", "check_out": "door-exit",
    "transfer": "arrows-exchange", "undo_check_in": "arrow-back-up", "undo_check_out": "arrow-back-up",
    "undo_use": "arrow-back-up", "revoke": "ban",
    "use": "door-enter", "leave": "door-exit", "recount": "rotate-clockwise", "redo": "rotate-clockwise",
    "open_again": "rotate-clockwise", "unconfirm": "rotate-clockwise", "inspect": "eye-check",
    "hand_over": "eye-check", "give_back": "arrow-back-up", "waive": "eye-off",
    "clean_again": "spray", "labels": "printer", "submit_urgent": "alert-triangle",
    "acknowledge_for": "checks",
    AMEND: "rotate-clockwise", ALLOW_DATE: "calendar-event",
    ASK_DATE: "calendar-event", REFUSE_DATE: "circle-x",
}


def step_icon(step: Transition) -> str:
    return event_icon(step.name)


def event_icon(name: str) -> str:
    return _ICONS.get(name, "check" if name.startswith("approve") else "arrow-right")


def step_word(step: Transition | str) -> str:
    """What the button of a step says: the act."""
    return words.step_word(step if isinstance(step, str) else step.name)


#: What happened where the state that it led to does not say it.
_HAPPENED = {
    "create": lazy_gettext("Made by %(who)s"), "reopen": lazy_gettext("Opened again by %(who)s"),
    "open_again": lazy_gettext("Opened again by %(who)s"), "reject": lazy_gettext("Rejected by %(who)s"),
    "recall": lazy_gettext("Taken back by %(who)s"),
    "recount": lazy_gettext("Sent back to be counted again by %(who)s"),
    "unconfirm": lazy_gettext("Confirmation taken back by %(who)s"),
    "reverse_payment": lazy_gettext("Payment taken back by %(who)s"),
    "close": lazy_gettext("Closed by %(who)s"), "acknowledge": lazy_gettext("Received by %(who)s"),
    "acknowledge_for": lazy_gettext("Acknowledged for the unit by %(who)s"),
    "submit_urgent": lazy_gettext("Sent on its way as urgent by %(who)s"),
    "undo_check_in": lazy_gettext("Check-in taken back by %(who)s"),
    "undo_check_out": lazy_gettext("Check-out taken back by %(who)s"),
    "undo_use": lazy_gettext("Use taken back by %(who)s"),
    "transfer": lazy_gettext("Moved to another bed by %(who)s"),
    "give_back": lazy_gettext("Given back by %(who)s"), "redo": lazy_gettext("Sent back by %(who)s"),
    "waive": lazy_gettext("Inspection waived by %(who)s"),
    identity.CORRECTED: lazy_gettext("Identity corrected by %(who)s"),
    ASK_DATE: lazy_gettext("Date asked for by %(who)s"),
    ALLOW_DATE: lazy_gettext("Date allowed by %(who)s"),
    REFUSE_DATE: lazy_gettext("Date refused by %(who)s"),
    AMEND: lazy_gettext("Amounts changed by %(who)s, the approvals were taken back"),
}


def event_said(event: Any) -> str:
    """What happened and by whom, as the history tells it: "Approved by Ratna"."""
    words_of_it = _HAPPENED.get(event.what)
    if words_of_it is not None:
        return str(words_of_it) % {"who": event.who}
    return gettext("%(state)s by %(who)s", state=words.state_word(event.state), who=event.who)


__all__ = ["Column", "DocumentView", "LedgerView", "MasterView", "StaffView", "init_app", "jobs"]
