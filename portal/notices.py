"""What the patient is told, and by which channels: the bell of the portal."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.exceptions import NotFound

from models.base import one_transaction
from models.operations.people import notices
from portal import access, pages
from portal.forms import ChannelsForm, presses, takes
from portal.web import notices as said


@access.patients_only
def show() -> Any:
    return render_template("portal/notices.html", shown=said.page_of(current_user, request.args), said=said,
                           channels=said.offered())


@access.patients_only
@presses
def read() -> Any:
    with one_transaction():
        notices.mark_read(current_user)
    flash(gettext("All notices are marked as read."))
    return redirect(url_for("portal.notices"), 303)


@access.patients_only
@presses
def open_one(notice_id: int) -> Any:
    """Mark one as read and go to what it is about."""
    with one_transaction():
        address = notices.opened(current_user, notice_id) if notice_id < 2**63 else None
    if address is None:
        raise NotFound
    return redirect(address or url_for("portal.notices"), 303)


@access.patients_only
@takes(ChannelsForm)
def channels(form: ChannelsForm) -> Any:
    chosen = {field.name: "1" for field in form if field.data is True}
    with one_transaction():
        said.choose_channels(current_user._get_current_object(), chosen)
    flash(gettext("Your choice was saved."))
    return redirect(url_for("portal.notices"), 303)


@access.patients_only
def counts() -> Any:
    """Unread messages and notices, for pages that are open (static/counts.js)."""
    talk, bell = pages.counts()
    answer = jsonify(talk=str(talk or ""), bell="" if not bell else "99+" if bell > 99 else str(bell))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def add_to(bp: Blueprint) -> None:
    bp.add_url_rule("/counts", "counts", counts)
    bp.add_url_rule("/notices", "notices", show)
    bp.add_url_rule("/notices/read", "notices_read", read, methods=("POST",))
    bp.add_url_rule("/notices/<int:notice_id>/open", "notice_open", open_one, methods=("POST",))
    bp.add_url_rule("/notices/channels", "notices_channels", channels, methods=("POST",))
