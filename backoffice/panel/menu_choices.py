"""`/admin/choices/`: what a person pins to the top of the menu, and which of its groups are folded."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, request
from flask_admin import expose
from flask_login import current_user

from backoffice.panel import choices, menu
from backoffice.panel.pages import Page
from models.base import one_transaction
from models.errors import Refused
from models.operations.people import panel_choices
from models.panel_choices import ChoiceKind
from portal.web.links import safe_next
from portal.web.locale import refusal_text


class ChoicesView(Page):
    page = "dashboard"

    @expose("/", methods=("POST",))
    def index(self) -> Any:
        """`pin` names a page of the menu, which is pinned, or no longer; `fold` or `open` a group."""
        user = current_user._get_current_object()
        pin = request.form.get("pin", "")
        group = request.form.get("fold") or request.form.get("open") or ""
        if not (pin in menu.pages() if pin else group in menu.groups()):
            abort(404)
        try:
            with one_transaction():
                if not pin:
                    panel_choices.choose(user, ChoiceKind.FOLDED, group, str(int("fold" in request.form)))
                elif pin in choices.mine().favourites:
                    panel_choices.forget(user, ChoiceKind.FAVOURITE, pin)
                else:
                    panel_choices.choose(user, ChoiceKind.FAVOURITE, pin)
        except Refused as refusal:
            flash(refusal_text(refusal), "error")
        if request.form.get("script"):
            return "", 204
        return redirect(safe_next(request.form.get("next")) or "/admin/", 303)
