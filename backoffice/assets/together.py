"""Many things at once: ticked assets placed and put into use, or moved, by one answer to where and whose."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import abort, flash, redirect, request
from flask_admin import expose
from flask_admin.actions import action
from flask_babel import lazy_gettext, ngettext
from flask_login import current_user
from sqlalchemy.orm import joinedload

from backoffice.panel.actions import MOST_TICKED
from backoffice.panel.forms import make_form
from backoffice.panel.views import message_of
from models.asset_register import PLACE_AND_KEEPER, Asset, AssetState
from models.base import db, one_transaction
from models.errors import N_, Refused
from models.operations.assets import moves
from models.operations.core.approvals import perform
from models.roles import Role
from models.workflow import Transition


class TogetherPages:
    """Mixed into the view of the register."""

    url: str

    def is_action_allowed(self, name: str) -> bool:
        if name == "together":
            return bool(current_user.has_role(Role.FACILITIES_STAFF))
        return bool(super().is_action_allowed(name))  # type: ignore[misc]

    def bulk_steps(self) -> list[Transition]:
        """Putting into use asks for a place: it has its own page."""
        return [step for step in super().bulk_steps()  # type: ignore[misc]
                if step.name != "put_into_use"]

    @action("together", lazy_gettext("Put into use, or move"))
    def together_action(self, ids: list[str]) -> Any:
        """To the page that asks for place and keeper once."""
        chosen = [id for id in ids if id.isascii() and id.isdigit() and len(id) < 18][:MOST_TICKED]
        return redirect(f"{self.url}/together/?ids={','.join(chosen)}", 303)

    @expose("/together/", methods=("GET", "POST"))
    def together_view(self) -> Any:
        """Where the ticked things go, and who keeps them; each is taken by itself, a refusal is told."""
        if not current_user.has_role(Role.FACILITIES_STAFF):
            abort(403)
        ids = [int(part) for part in request.values.get("ids", "").split(",")[:MOST_TICKED]
               if part.isascii() and part.isdigit() and len(part) < 18]
        assets = list(db.session.scalars(
            self.scoped().options(joinedload(Asset.work_unit))  # type: ignore[attr-defined]
            .where(Asset.id.in_(ids)).order_by(Asset.tag)).unique()) if ids else []
        form = make_form(Asset, PLACE_AND_KEEPER)()
        if request.method == "GET" or not assets:
            return self._together_page(assets, form)
        places = [form[name].data for name, _model in moves.PLACES if form[name].data is not None]
        try:
            if not form.validate():
                return self._together_page(assets, form), 422
            moves.check_place(places)
        except Refused as refusal:
            return self._together_page(assets, form, refusal), refusal.status
        place, unit, keeper = (places[0] if places else None), form["work_unit"].data, form["employee"].data
        if place is None and unit is None and keeper is None and any(
                asset.state != AssetState.REGISTERED for asset in assets):
            refusal = Refused(N_("Say where these things go, or who keeps them."), field="room")
            return self._together_page(assets, form, refusal), refusal.status
        self._take_together([asset.id for asset in assets], place, unit, keeper)
        return redirect(f"{self.url}/", 303)

    def _take_together(self, ids: list[int], place: Any, unit: Any, keeper: Any) -> None:
        done = 0
        for key in ids:
            asset = db.session.scalars(sa.select(Asset).where(Asset.id == key)).one()
            called = str(asset)
            try:
                with one_transaction():
                    _place(asset, place, unit, keeper)
                done += 1
            except Refused as refusal:
                db.session.rollback()
                flash(f"{called}: {message_of(refusal)}", "error")
        if done:
            flash(ngettext("%(num)d asset was placed.", "%(num)d assets were placed.", done), "success")

    def _together_page(self, assets: list[Asset], form: Any, refusal: Refused | None = None) -> Any:
        if refusal is not None and refusal.field in form._fields:
            form[refusal.field].errors = [*form[refusal.field].errors, message_of(refusal)]
        return self.render("backoffice/assets/together.html", view=self,  # type: ignore[attr-defined]
                           assets=assets, form=form, refusal=refusal, message_of=message_of,
                           fresh=sum(asset.state == AssetState.REGISTERED for asset in assets))


def _place(asset: Asset, place: Any, unit: Any, keeper: Any) -> None:
    """Put a registered thing into use there, move any other; what is not said stays as it is. Raises
    `Refused`."""
    by = current_user._get_current_object()
    if asset.state != AssetState.REGISTERED:
        moves.move(asset, place, unit, by=by, employee_id=keeper.id if keeper is not None else None)
        return
    given: dict[str, Any] = {}
    if place is not None:
        given = {name: place if isinstance(place, model) else None for name, model in moves.PLACES}
    given |= {name: value for name, value in (("work_unit", unit), ("employee", keeper)) if value is not None}
    perform(asset, "put_into_use", by=by, given=given)
