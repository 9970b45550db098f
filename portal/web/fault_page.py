"""Reporting a fault from the telephone: of a thing or a place whose QR code was scanned, by anybody; and the
page that tells a guest how it goes on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user, login_required
from sqlalchemy.orm import joinedload
from werkzeug.exceptions import TooManyRequests

from models.base import db, one_transaction
from models.beds import Bed
from models.errors import NotAllowed, Refused
from models.fault_reports import FaultPriority, FaultReport, FaultState
from models.operations.assets import faults
from models.operations.core import files
from models.operations.people.guests import is_guest
from models.places import InpatientRoom, Room
from portal.web.links import public_url
from portal.web.locale import refusal_text
from portal.web.throttle import Throttle

bp = Blueprint("faults", __name__)
#: Reports from one network address: everybody in the waiting room may have the same.
tries = Throttle("fault", limit=20, window=timedelta(minutes=10))
#: Fields of the form, so that a refusal stands at its own.
FIELDS = ("fault", "photo", "name", "phone")
Place = Room | InpatientRoom | Bed


def given(action: str, refusal: Refused | None = None) -> dict[str, Any]:
    """What `site/fault_form.html` needs to know."""
    return {"fault_action": action, "fault_refusal": refusal, "fault_fields": FIELDS,
            "fault_message": refusal_text(refusal) if refusal is not None else "",
            "fault_typed": request.form, "priorities": list(FaultPriority),
            "asks_name": not (current_user.is_authenticated and current_user.is_staff)}


def send(load: Callable[[], Any], show: Callable[[Any, Refused], Any]) -> Any:
    """Keep what was sent about `load()`; `show` is its page with what is wrong."""
    person = current_user._get_current_object() if current_user.is_authenticated else None
    is_staff = person is not None and person.is_staff
    if not is_staff:
        wait = tries.take(str(request.remote_addr))
        if wait:
            raise TooManyRequests(retry_after=wait)
    load()
    typed = request.form
    try:
        photo = uploaded()
        about = load()  # it may have gone while the picture was read
        with one_transaction():
            found = faults.report(
                about, typed.get("fault", ""), by=person, priority=_priority(typed.get("priority", "")),
                detail=typed.get("place_detail", ""), name=typed.get("name", ""),
                phone=typed.get("phone", ""), photo=photo)
    except NotAllowed:
        abort(403)
    except Refused as refusal:
        db.session.rollback()
        return show(load(), refusal), refusal.status
    if is_staff:
        flash(gettext("Facilities staff have your report. You are told how it goes on."), "success")
        return redirect(f"/admin/fault_report/details/?id={found.id}", 303)
    return redirect(url_for("faults.progress", code=found.code), 303)


def _priority(text: str) -> FaultPriority:
    return FaultPriority(text) if text in {each.value for each in FaultPriority} else FaultPriority.NORMAL


def uploaded() -> files.Checked | None:
    """The photo that was sent, checked. Raises `Refused` at `photo`."""
    upload = request.files.get("photo")
    if upload is None or not upload.filename:
        return None
    with upload.stream as stream:
        return files.checked(stream.read(files.MOST_BYTES + 1), upload.filename, field="photo")


# ---------------------------------------------------------------- places

def place_of(code: str) -> Place:
    """The room or bed whose label carries the code; 404 for none."""
    ways: tuple[tuple[Any, tuple[Any, ...]], ...] = (
        (InpatientRoom, (joinedload(InpatientRoom.ward),)), (Room, (joinedload(Room.building),)),
        (Bed, (joinedload(Bed.inpatient_room).joinedload(InpatientRoom.ward),)))
    for model, options in ways:
        found = db.session.scalar(sa.select(model).where(model.qr_code == code[:64]).options(*options))
        if found is not None:
            return found
    abort(404)


def place_words(place: Place) -> str:
    """What a label of the place says: its number and where that is."""
    if isinstance(place, Bed):
        return gettext("Bed %(bed)s · %(ward)s", bed=str(place), ward=place.inpatient_room.ward.name)
    if isinstance(place, InpatientRoom):
        return gettext("Room %(room)s · %(ward)s", room=place.number, ward=place.ward.name)
    return f"{place.name} · {place.building.name}"


@bp.get("/place/<code>")
def place(code: str) -> Any:
    """What the label of a room or a bed opens: what is wrong here?"""
    return _place_page(place_of(code))


def _place_page(found: Place, refusal: Refused | None = None) -> Any:
    return render_template("site/place.html", called=place_words(found),
                           **given(f"/place/{found.qr_code}/fault", refusal))


@bp.post("/place/<code>/fault")
def place_fault(code: str) -> Any:
    return send(lambda: place_of(code), _place_page)


def address_of_place(place: Place) -> str:
    """The full address that stands behind the QR code of the place."""
    path = url_for("faults.place", code=place.qr_code)
    return f"{(public_url() or request.url_root).rstrip('/')}{path}"


# ---------------------------------------------------------------- how it goes on

def _report(code: str) -> FaultReport:
    found = db.session.scalar(sa.select(FaultReport).where(FaultReport.code == code[:64]))
    if found is None:
        abort(404)
    return found


@bp.get("/fault/<code>")
def progress(code: str) -> Any:
    """The state of a report, for whoever was given its code: nothing else of the hospital stands there."""
    return _progress(_report(code))


def _progress(found: FaultReport, refusal: Refused | None = None) -> Any:
    steps = (FaultState.REPORTED, FaultState.ACKNOWLEDGED, FaultState.ORDERED, FaultState.CLOSED)
    reason = next((event.note for event in reversed(found.events) if event.transition == "dismiss"), "")
    return render_template(
        "site/fault.html", report=found, steps=steps, is_over=not found.is_open, reason=reason,
        may_say_again=not found.is_open and (_is_own(found) or is_guest(found.created_by)),
        refusal=refusal, message=refusal_text(refusal) if refusal is not None else "")


def _is_own(found: FaultReport) -> bool:
    return current_user.is_authenticated and found.created_by_id == current_user.id


@bp.post("/fault/<code>/again")
def again(code: str) -> Any:
    """It is broken still: only who reported it says so; a guest is whoever has the code."""
    found = _report(code)
    if not (_is_own(found) or is_guest(found.created_by)):
        abort(404)
    wait = tries.take(str(request.remote_addr))
    if wait:
        raise TooManyRequests(retry_after=wait)
    try:
        with one_transaction():
            faults.say_again(found, request.form.get("reason", ""), by=found.created_by)
    except Refused as refusal:
        db.session.rollback()
        return _progress(_report(code), refusal), refusal.status
    return redirect(url_for("faults.progress", code=code), 303)


@bp.get("/fault/of/<int:id>")
@login_required
def of(id: int) -> Any:
    """Where a notice about a report leads: staff to its document, other people to its page."""
    found = db.session.get(FaultReport, id) if id < 2**62 else None
    if found is None or not (_is_own(found) or current_user.is_staff):
        abort(404)
    if current_user.is_staff:
        return redirect(f"/admin/fault_report/details/?id={found.id}")
    return redirect(url_for("faults.progress", code=found.code))
