"""The doctors' desk: today's queue, unread messages, the week, the hours, and the day on which a doctor
cannot come."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from flask import abort, flash, redirect, request
from flask_admin import expose
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy.orm import joinedload

from backoffice.panel import lookups
from backoffice.panel.pages import Page
from backoffice.panel.views import done, message_of, unless_known
from models import clock
from models.base import db, one_transaction
from models.clinic import Doctor, DoctorSchedule, ExceptionKind, Patient, ScheduleException
from models.consultations import EARLY, HOLDS_SLOT, URGENCY, Consultation, ConsultationState
from models.errors import NotAllowed, Refused
from models.operations.clinic import absences, conversations, duty, schedules, slots
from models.organisation import Status
from models.roles import Role

C = ConsultationState


@dataclass
class Day:
    """One day of the week's overview: slots offered, booked, and what makes it unlike the others."""

    on: date
    offered: list[slots.Slot] = field(default_factory=list)
    booked: int = 0
    exceptions: list[ScheduleException] = field(default_factory=list)

    @property
    def spans(self) -> list[tuple[datetime, datetime]]:
        """The hours, slots that follow each other joined."""
        result: list[tuple[datetime, datetime]] = []
        for slot in self.offered:
            if result and result[-1][1] == slot.starts_at:
                result[-1] = (result[-1][0], slot.ends_at)
            else:
                result.append((slot.starts_at, slot.ends_at))
        return result


def queue_of(doctor: Doctor) -> dict[str, Any]:
    """Today's consultations by where they stand, those under way of any day, and what is unread."""
    start, end = clock.day_bounds(clock.today())
    unread = conversations.unread_counts(current_user)
    rows = list(db.session.scalars(
        sa.select(Consultation).where(
            Consultation.doctor_id == doctor.id,
            sa.or_(sa.and_(Consultation.starts_at >= start, Consultation.starts_at < end,
                           Consultation.state.in_((C.APPROVED, C.IN_PROGRESS, C.COMPLETED, C.NO_SHOW))),
                   Consultation.state == C.IN_PROGRESS, Consultation.id.in_(unread)))
        .options(joinedload(Consultation.patient).selectinload(Patient.allergy_rows))
        .order_by(Consultation.starts_at, Consultation.id).limit(200)))
    today = [row for row in rows if start <= row.starts_at < end]
    # who has been waiting since their time came goes by urgency; who is still to come by the clock
    due = clock.now() + EARLY
    waiting = sorted((entry for entry in today if entry.state == C.APPROVED), key=lambda entry: (
        entry.starts_at > due, URGENCY[entry.triage] if entry.starts_at <= due else 0, entry.starts_at))
    return {"now": [row for row in rows if row.state == C.IN_PROGRESS], "next": waiting[:1],
            "waiting": waiting[1:],
            "done": [entry for entry in today if entry.state in (C.COMPLETED, C.NO_SHOW)],
            "talking": [row for row in rows if row.id in unread], "unread": unread, "today": today,
            "moment": clock.now(), "duty": duty.duty_of(doctor), "line": _line_of(doctor)}


def _line_of(doctor: Doctor) -> list[Any]:
    """Who waits to be seen now, for a doctor on duty."""
    return duty.waiting(with_patients=True) if duty.duty_of(doctor) is not None else []


def week_of(doctor: Doctor, monday: date) -> list[Day]:
    """Seven days from `monday`; a fixed number of statements."""
    sunday = monday + timedelta(days=6)
    days = [Day(monday + timedelta(days=offset)) for offset in range(7)]
    for slot in slots.offered(doctor, monday, sunday):
        days[(clock.local(slot.starts_at).date() - monday).days].offered.append(slot)
    for row in db.session.scalars(sa.select(ScheduleException).where(
            ScheduleException.doctor_id == doctor.id, ScheduleException.on <= sunday,
            sa.func.coalesce(ScheduleException.until, ScheduleException.on) >= monday)):
        for day in days:
            if row.on <= day.on <= (row.until or row.on):
                day.exceptions.append(row)
    starts = db.session.scalars(sa.select(Consultation.starts_at).where(
        Consultation.doctor_id == doctor.id, Consultation.state.in_(HOLDS_SLOT),
        Consultation.starts_at >= clock.day_bounds(monday)[0],
        Consultation.starts_at < clock.day_bounds(sunday)[1]))
    for at in starts:
        days[(clock.local(at).date() - monday).days].booked += 1
    return days


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _time(text: str | None) -> time | None:
    try:
        return time.fromisoformat((text or "").strip().replace(".", ":")) if text else None
    except ValueError:
        return None


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else -1


class DeskView(Page):
    """`/admin/desk/`; an administrator opens any doctor's with ``?doctor=``."""

    page = "desk"

    def _doctor(self) -> Doctor | None:
        """The doctor whose desk it is: the own one, or for an administrator the one that the address
        names."""
        wanted = request.values.get("doctor", "")
        mine = db.session.scalar(sa.select(Doctor).where(Doctor.user_id == current_user.id)
                                 .options(joinedload(Doctor.specialization)))
        if not wanted or (mine is not None and wanted == str(mine.id)):
            return mine
        key = lookups.identity(Doctor, wanted)
        result = db.session.get(Doctor, key,
                                options=[joinedload(Doctor.specialization)]) if key is not None else None
        if result is None or not current_user.has_role(Role.ADMIN):
            abort(404)
        return result

    def _doctor_or_404(self) -> Doctor:
        result = self._doctor()
        return result if result is not None else abort(404)

    def _others(self) -> list[Doctor]:
        if not current_user.has_role(Role.ADMIN):
            return []
        return list(db.session.scalars(sa.select(Doctor).where(Doctor.status
                                                               == Status.ACTIVE).order_by(Doctor.name)))

    # ------------------------------------------------------------ the desk

    @expose("/")
    def index(self) -> Any:
        doctor = self._doctor()
        if doctor is None or doctor.user_id != current_user.id:
            if doctor is not None:
                return redirect(f"/admin/desk/schedule?doctor={doctor.id}")
            return self.render("backoffice/clinic/desk_none.html", others=self._others())
        monday = clock.today() - timedelta(days=clock.today().weekday())
        return self.render("backoffice/clinic/desk.html", doctor=doctor, week=week_of(doctor, monday),
                           today=clock.today(), queue=queue_of(doctor), next_week=monday + timedelta(days=7))

    @expose("/queue")
    def queue(self) -> Any:
        """The queue alone: 204 while nothing changed since the answer whose ETag the script names."""
        doctor = self._doctor_or_404()
        if doctor.user_id != current_user.id:
            abort(404)
        return unless_known(self.render("backoffice/clinic/desk_queue.html", queue=queue_of(doctor)))

    # ------------------------------------------------------------ hours

    def _schedule_page(self, doctor: Doctor, refusal: Refused | None = None, form: str = "") -> Any:
        key = doctor.id
        if refusal is not None:
            db.session.rollback()
        doctor = db.session.get_one(Doctor, key, options=[joinedload(Doctor.specialization)])
        monday = _day(request.args.get("week")) or clock.today()
        monday -= timedelta(days=monday.weekday())
        hours = db.session.scalars(sa.select(DoctorSchedule).where(DoctorSchedule.doctor_id == doctor.id)
                                   .order_by(DoctorSchedule.weekday, DoctorSchedule.starts_at)).all()
        coming = db.session.scalars(sa.select(ScheduleException).where(
            ScheduleException.doctor_id == doctor.id,
            sa.func.coalesce(ScheduleException.until, ScheduleException.on) >= clock.today())
            .order_by(ScheduleException.on, ScheduleException.id)).all()
        return self.render("backoffice/clinic/desk_schedule.html", doctor=doctor,
                           week=week_of(doctor, monday),
                           hours=hours, coming=coming,
                           today=clock.today(), monday=monday, others=self._others(), refusal=refusal,
                           wrong_form=form, message_of=message_of, before=monday - timedelta(days=7),
                           after=monday + timedelta(days=7), is_away=ExceptionKind.AWAY
                           ), refusal.status if refusal is not None else 200

    @expose("/schedule", methods=("GET", "POST"))
    def schedule(self) -> Any:
        doctor = self._doctor_or_404()
        if request.method == "GET":
            return self._schedule_page(doctor)
        form, go = request.form, request.form.get("go", "")
        given = {"starts": _time(form.get("starts_at")), "ends": _time(form.get("ends_at")),
                 "minutes": _number(form.get("slot_minutes"))}
        try:
            with one_transaction():
                if go == "add_hours":
                    schedules.add_hours(doctor, by=current_user, weekday=_number(form.get("weekday")),
                                        on_holidays=form.get("on_holidays") == "1", **given)
                elif go == "add_extra":
                    schedules.add_extra(doctor, by=current_user, on=_day(form.get("on")),
                                        reason=form.get("reason", ""), **given)
                elif go == "remove_hours":
                    schedules.remove_hours(self._row(DoctorSchedule, doctor), by=current_user)
                elif go == "remove_exception":
                    schedules.remove_exception(self._row(ScheduleException, doctor), by=current_user)
                else:
                    abort(404)
        except NotAllowed:
            abort(403)
        except Refused as refusal:
            return self._schedule_page(doctor, refusal, go)
        return done(gettext("The hours were saved."), f"/admin/desk/schedule?doctor={doctor.id}")

    def _row(self, model: Any, doctor: Doctor) -> Any:
        key = lookups.identity(model, request.form.get("row", ""))
        result = db.session.get(model, key) if key is not None else None
        return result if result is not None and result.doctor_id == doctor.id else abort(404)

    # ------------------------------------------------------------ the doctor on duty

    @expose("/duty", methods=("POST",))
    def duty(self) -> Any:
        """Switch the own duty on (until an hour) or off, or take the next of the line."""
        doctor, go = self._doctor_or_404(), request.form.get("go", "")
        try:
            with one_transaction():
                if go == "on":
                    duty.switch_on(doctor, _time(request.form.get("until")), by=current_user)
                elif go == "off":
                    duty.switch_off(doctor, by=current_user)
                elif go == "next":
                    taken = duty.take_next(doctor, by=current_user).id
                else:
                    abort(404)
        except NotAllowed:
            abort(403)
        except Refused as refusal:
            flash(message_of(refusal), "error")
            return redirect("/admin/desk/", 303)
        if go == "next":
            return redirect(f"/admin/consultation/details/?id={taken}", 303)
        return done(gettext("You are on duty now.") if go == "on" else gettext("Your duty has ended."),
                    "/admin/desk/")

    # ------------------------------------------------------------ a doctor who cannot come

    @expose("/away", methods=("GET", "POST"))
    def away(self) -> Any:
        """GET shows what the absence touches and proposes; POST does it, or says what to look at again."""
        doctor = self._doctor_or_404()
        absences.require_schedule(doctor, current_user)
        values = request.values
        on = _day(values.get("on")) or clock.today()
        starts, ends = _time(values.get("starts_at")), _time(values.get("ends_at"))
        until = _day(values.get("until"))
        if request.method == "GET" or values.get("go") != "confirm":
            return self._away_page(doctor, on, starts, ends, until=until)
        plan, versions = {}, {}
        for name, chosen in request.form.items():
            head, _, key = name.partition("-")
            if head == "plan" and _number(key) > 0:
                target = absences.target_of(chosen) if chosen != "release" else None
                if chosen != "release" and target is None:
                    abort(400)
                plan[_number(key)], versions[_number(key)] = (
                    target,
                    _number(request.form.get(f"version-{key}")),
                )
        try:
            with one_transaction():
                absences.away(doctor, on, plan, request.form.get("reason", ""), by=current_user,
                              versions=versions, starts=starts, ends=ends, until=until)
        except NotAllowed:
            abort(403)
        except Refused as refusal:
            db.session.rollback()
            return self._away_page(db.session.get_one(Doctor,
                                                      _number(str(values.get("doctor")))
                                                      if values.get("doctor")
                                                      else self._doctor_or_404().id), on, starts, ends,
                                   refusal, until)
        moved = sum(target is not None for target in plan.values())
        return done(gettext("The absence is kept: %(moved)s consultations moved, %(released)s released.",
                            moved=moved,
                            released=len(plan) - moved), f"/admin/desk/schedule?doctor={doctor.id}")

    def _away_page(self, doctor: Doctor, on: date, starts: time | None, ends: time | None,
                   refusal: Refused | None = None, until: date | None = None) -> Any:
        values = request.values
        team = absences.colleagues(doctor)
        chosen = next((entry for entry in team if str(entry.id) == values.get("to_doctor", "")), None)
        to_day = _day(values.get("to_day"))
        try:
            day = absences.day_of(doctor, on, starts, ends, until)
            offers = absences.proposed(day, [chosen] if chosen else team, on, starts=starts, ends=ends,
                                       day=to_day, until=until)
        except Refused as wrong:
            day, offers, refusal = [], {}, refusal or wrong
        under_way = db.session.scalar(sa.select(sa.func.count()).select_from(Consultation).where(
            Consultation.doctor_id == doctor.id, Consultation.state == C.IN_PROGRESS,
            Consultation.starts_at >= clock.day_bounds(on)[0],
            Consultation.starts_at < clock.day_bounds(on)[1]))
        return self.render(
            "backoffice/clinic/desk_away.html", doctor=doctor, on=on, starts=starts, ends=ends,
            until=until, day=day, offers=offers,
            team=team, chosen=chosen, to_day=to_day, refusal=refusal, message_of=message_of,
            today=clock.today(),
            under_way=under_way,
            hides=lambda entry: entry.state == C.REQUESTED and not current_user.has_role(Role.ADMIN)
            ), refusal.status if refusal is not None else 200
