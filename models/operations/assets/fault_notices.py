"""Who is told of reported faults: whoever reported them, and the head when nobody answers."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from models import clock
from models.base import db
from models.errors import N_
from models.fault_reports import FaultPriority, FaultReport, FaultState
from models.operations.core.approvals import after
from models.operations.core.jobs import job
from models.operations.people.guests import is_guest
from models.operations.people.mail import post_to
from models.operations.people.notices import Declared, declare, holders, tell
from models.outbox import Channel
from models.people import User
from models.roles import Role
from models.settings import setting

#: The page that leads each reader to what they may see of the report.
ADDRESS = "/fault/of/{id}"
#: By which of its steps the reporter is told which notice.
TOLD = {"acknowledge": "fault_acknowledged", "order": "fault_ordered", "close": "fault_closed",
        "dismiss": "fault_dismissed"}


def _reporter(report: FaultReport) -> list[User]:
    return [] if is_guest(report.created_by) else [report.created_by]


def _words(report: FaultReport) -> dict[str, Any]:
    return {"number": report.number, "what": str(report.about), "result": report.result or ""}


def _declare(event: str, title: str, text: str) -> None:
    declare(Declared(event, _reporter, title, (text,), _words, ADDRESS, icon="tool"))


_declare("fault_acknowledged", N_("Your report %(number)s was read"),
         N_("%(what)s: facilities staff know of it and look after it."))
_declare("fault_ordered", N_("%(what)s is going to be mended"),
         N_("An order was made of your report %(number)s."))
_declare("fault_closed", N_("Your report %(number)s is done"), N_("%(what)s: %(result)s"))
_declare("fault_dismissed", N_("Your report %(number)s was dismissed"), N_("%(what)s: %(reason)s"))
declare(Declared(
    "fault_danger", holders(Role.FACILITIES_STAFF, Role.FACILITIES_HEAD), N_("Danger: %(what)s"),
    (N_("Report %(number)s says that somebody may come to harm. Look at it now."),), _words,
    "/admin/fault_report/details/?id={id}", icon="alert-triangle"))
declare(Declared(
    "fault_unanswered", holders(Role.FACILITIES_HEAD), N_("Nobody has answered the report %(number)s"),
    (N_("%(what)s: the time to answer is over."),), _words, "/admin/fault_report/details/?id={id}",
    channels=(Channel.MAIL,), icon="clock-exclamation"))


def _told(event: str) -> Any:
    def act(report: FaultReport, *, by: User, reason: str) -> None:
        if report.created_by_id != by.id:
            tell(event, report, reason=reason.strip())
        _tell_guest(event, report, reason.strip())
    return act


for _step, _event in TOLD.items():
    after(FaultReport, _step)(_told(_event))


def _tell_guest(event: str, report: FaultReport, reason: str) -> None:
    """A guest left a telephone number: told there, where the hospital sends such messages."""
    if not is_guest(report.created_by) or not report.reporter_phone:
        return
    for channel in (Channel.WHATSAPP, Channel.SMS):
        if setting(f"notices.{channel}") == "yes":
            post_to(report.reporter_phone, event, channel=channel, name=report.reporter_name or "",
                    reason=reason, **_words(report))
            return


@after(FaultReport, "create", "reopen")
def _of_danger(report: FaultReport, *, by: User, reason: str) -> None:
    if report.priority == FaultPriority.DANGER:
        tell("fault_danger", report)


@job("unanswered_faults")
def tell_of_unanswered() -> str:
    """The head is told once of each report that nobody answered in its time."""
    told = 0
    for report in db.session.scalars(
            sa.select(FaultReport).where(FaultReport.state == FaultState.REPORTED,
                                         FaultReport.answer_due_at < clock.now())
            .order_by(FaultReport.answer_due_at).limit(500)):
        told += bool(tell("fault_unanswered", report, key=f"fault:{report.id}:{report.answer_due_at}"))
    return f"{told} unanswered faults" if told else ""
