"""Pages of the panel that are no table: home, inbox, search."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import abort, current_app, request
from flask_admin import AdminIndexView, BaseView, expose
from flask_babel import format_decimal, gettext
from flask_login import current_user

from backoffice import lookups
from backoffice.columns import columns_of, mapped_tables, search_columns
from backoffice.lists import count_up_to, eager
from backoffice.waiting import waiting
from models import clock
from models.base import db
from models.rights import may, may_open, scope
from portal.site import words

#: What the search box looks through, in this order; documents by number, the rest by name or code.
SEARCHED = (
    "store_request", "delivery_request", "purchase_request", "purchase_order", "goods_receipt", "supplier_invoice",
    "supplier_return", "unit_return", "spoilage", "stocktake", "stock_transfer", "asset_plan", "asset_procurement",
    "asset_receipt", "maintenance", "asset_disposal", "asset_auction", "item", "patient", "doctor", "consultation",
    "asset", "supplier", "vendor", "room", "inpatient_room", "work_unit", "employee", "user")
EACH = 5


class Page(BaseView):
    """A page of `models.rights.PAGES`."""

    page = ""

    def _run_view(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        return fn(self, *args, **kwargs)

    def is_accessible(self) -> bool:
        return bool(current_user.is_authenticated) and may_open(current_user, self.page)

    def inaccessible_callback(self, name: Any, **kwargs: Any) -> Any:
        if not current_user.is_authenticated:
            return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
        abort(403)


class HomeView(Page, AdminIndexView):
    """`/admin/`: greeting, numbers, and the head of the inbox."""

    page = "dashboard"

    @expose("/")
    def index(self) -> Any:
        hour = clock.local(clock.now()).hour
        greeting = (gettext("Good morning") if hour < 11 else gettext("Good day") if hour < 15 else
                    gettext("Good afternoon") if hour < 18 else gettext("Good evening"))
        return self.render("backoffice/home.html", greeting=greeting, today=clock.today(), tiles=tiles(),
                           rows=waiting(current_user, limit=8), makes=quick())

    @expose("/search")
    def search(self) -> Any:
        """What the person may see that has every typed word in its number, code or name."""
        text = request.args.get("q", "").strip()[:100]
        found = []
        for table in SEARCHED if len(text) >= 2 else ():
            model = mapped_tables().get(table)
            if model is None or not may(current_user, "read", table):
                continue
            criterion = lookups.matching(model, text, search_columns(model))
            if criterion is None:
                continue
            rows = list(db.session.scalars(
                lookups.within(sa.select(model), scope(current_user, table)).where(criterion)
                .options(*eager(model, [name for name in ("patient", "doctor", "item") if name in columns_of(model)]))
                .order_by(model.id.desc()).limit(EACH + 1)))
            if rows:
                found.append((table, rows[:EACH], len(rows) > EACH))
        return self.render("backoffice/search.html", text=text, found=found)


class InboxView(Page):
    """`/admin/inbox/`: what waits for my step, by type."""

    page = "inbox"

    @expose("/")
    def index(self) -> Any:
        every = waiting(current_user, limit=200)
        chosen = request.args.get("type", "")
        kinds: dict[str, int] = {}
        for row in every:
            kinds[row.table] = kinds.get(row.table, 0) + 1
        rows = [row for row in every if row.table == chosen] if chosen in kinds else every
        return self.render("backoffice/inbox.html", rows=rows[:100], kinds=kinds, chosen=chosen, total=len(every))


def tiles() -> list[dict[str, Any]]:
    """Numbers of the day with the list that each stands for, all counted in one statement."""
    tables = mapped_tables()
    wanted: list[tuple[str, str, Any]] = []

    def add(table: str, word: Any, address: str, *criteria: Any) -> None:
        if may(current_user, "read", table):
            statement = lookups.within(sa.select(tables[table].id), scope(current_user, table)).where(*criteria)
            wanted.append((str(word), address, statement))

    start, end = clock.day_bounds(clock.today())
    if may(current_user, "read", "patient"):
        consultation, doctor = tables["consultation"], tables["doctor"]
        add("doctor", gettext("Doctors available"), "/admin/doctor/?status=active", doctor.status == "active")
        add("consultation", gettext("Consultations done"), "/admin/consultation/?state=completed",
            consultation.state == "completed")
        add("patient", gettext("Patients registered"), "/admin/patient/")
        today = clock.today().isoformat()
        add("consultation", gettext("Consultations today"),
            f"/admin/consultation/?starts_at_from={today}&starts_at_to={today}",
            consultation.starts_at >= start, consultation.starts_at < end)
    item = tables["item"]
    add("store_request", gettext("Requests to decide or deliver"), "/admin/store_request/?state=submitted",
        tables["store_request"].state.in_(("submitted", "approved")))
    if not current_user.has_role("unit_user", "doctor", "housekeeping"):
        add("item", gettext("Items below minimum"), "/admin/item/", item.stock_on_hand < item.minimum_stock,
            item.status == "active")
    add("bed", gettext("Beds ready"), "/admin/bed/?state=ready", tables["bed"].state == "ready")
    add("maintenance", gettext("Maintenance open"), "/admin/maintenance/?state=in_progress",
        tables["maintenance"].state.in_(("submitted", "approved", "payment_approved", "in_progress")))
    wanted = wanted[:4]
    if not wanted:
        return []
    row = db.session.execute(sa.select(*(count_up_to(statement, 9999).label(f"n{place}")
                                         for place, (_w, _a, statement) in enumerate(wanted)))).one()
    return [{"word": word, "address": address,
             "number": f"{format_decimal(9999)}+" if number > 9999 else format_decimal(number)}
            for (word, address, _statement), number in zip(wanted, row, strict=True)]


def quick() -> list[tuple[str, str, str]]:
    """Documents that the person may begin: address, word, icon."""
    from backoffice.menu import ICONS
    return [(f"/admin/{table}/new/", words.table_word(table, False), ICONS.get(table, "plus"))
            for table in SEARCHED[:17] if may(current_user, "create", table)][:6]
