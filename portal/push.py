"""Notices on this device: turned on and off, and the news that its worker asks for when it is woken."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, current_app, flash, jsonify, redirect, url_for
from flask_babel import gettext, ngettext
from flask_login import current_user
from werkzeug.exceptions import NotFound

from models.base import one_transaction
from models.errors import Refused
from models.operations.people import notices, push
from models.push_subscriptions import LONGEST_ENDPOINT
from models.roles import Role
from portal import access
from portal.forms import PortalForm, Text, presses, takes
from portal.web import devices, push_service, signin
from portal.web import notices as said
from portal.web.links import home_of
from portal.web.locale import refusal_text

bp = Blueprint("push", __name__, url_prefix="/push")
#: Notices that the device counts; more are "20".
MOST_COUNTED = 20


class DeviceForm(PortalForm):
    #: One letter more than there may be, so that a longer one is refused, not cut.
    endpoint = Text(most=LONGEST_ENDPOINT + 1)


def worker() -> Any:
    """The worker that is woken; it looks after no page."""
    answer = current_app.send_static_file("push-worker.js")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def _answered(**values: Any) -> Any:
    answer = jsonify(**values)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def news() -> Any:
    """Title, text and address of the newest unread notice; nobody's words for whoever is signed out, or has
    read all."""
    neutral = gettext("There is something new in Rawat")
    if not current_user.is_authenticated:
        return _answered(title=neutral, body=gettext("Sign in to see it."), url="/")
    rows = notices.latest(current_user, limit=MOST_COUNTED, unread_only=True)
    if not rows:
        return _answered(title=neutral, body="", url=home_of(current_user))
    count = len(rows)
    bell = "/portal/notices" if current_user.roles == {Role.PATIENT} else "/admin/notices/"
    return _answered(title=said.title(rows[0]), url=rows[0].address or bell,
                     body="" if count == 1 else ngettext(
                         "%(num)d unread notice", "%(num)d unread notices", count))


@access.signed_in
def here() -> Any:
    """Whether this device is on."""
    return _answered(on=push.is_on(current_user, signin.token_hash()))


@access.signed_in
@takes(DeviceForm)
def turn_on(form: DeviceForm) -> Any:
    if not push_service.public_key():
        raise NotFound
    try:
        with one_transaction():
            push.turn_on(current_user, str(form.endpoint.data or ""), token_hash=signin.token_hash(),
                         device=signin.device(), device_hash=devices.here(),
                         more=current_app.config["PUSH_HOSTS"])
    except Refused as refusal:
        return _answered(said=refusal_text(refusal)), refusal.status
    return _answered(on=True)


@access.signed_in
@presses
def turn_off() -> Any:
    with one_transaction():
        push.turn_off(current_user, signin.token_hash())
    return _answered(on=False)


@access.signed_in
@presses
def end(push_id: int) -> Any:
    """From the person's list of devices."""
    with one_transaction():
        ended = push_id < 2**63 and push.end(current_user, only=push_id)
    if not ended:
        raise NotFound
    flash(gettext("That device is told nothing any more."))
    return redirect(url_for("own_account.show") + "#pushed", 303)


for _path, _view, _method in (("/worker.js", worker, "GET"), ("/news", news, "GET"), ("/here", here, "GET"),
                              ("/on", turn_on, "POST"), ("/off", turn_off, "POST"),
                              ("/<int:push_id>/end", end, "POST")):
    bp.add_url_rule(_path, _view.__name__, _view, methods=(_method,))


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.context_processor(lambda: {"push_key": push_service.public_key})
