"""The own role given to another person for a time, on the page of the own account."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask_babel import gettext
from flask_login import current_user
from werkzeug.exceptions import NotFound
from wtforms import ValidationError

from models.base import db, one_transaction
from models.delegations import Delegation
from models.errors import N_, Refused
from models.operations.core.approvals import perform
from models.operations.people import delegations
from models.people import User
from models.roles import Role
from portal import access
from portal.account import bp, done_there, own_page
from portal.forms import LARGEST, Line, PortalForm, Text, takes
from portal.web import locale
from portal.web.locale import refusal_text

WRITTEN = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y")


class GivenDay(Text):
    """A day as a browser sends it, or as people write it; None for nothing."""

    def process_formdata(self, values: list[str]) -> None:
        self.data, text = None, values[0].strip() if values else ""
        for form in WRITTEN if text else ():
            try:
                self.data = datetime.strptime(text, form).date()  # noqa: DTZ007 (a day has no zone)
            except ValueError:
                continue
            return
        if text:
            raise ValidationError(gettext("Write the day, for example 31/12/2026."))


class DelegationForm(PortalForm):
    blames = "taker"
    taker = Line(most=20)
    role = Line(most=40)
    starts_on = GivenDay()
    ends_on = GivenDay()
    reason = Text(most=500)


class RevokeForm(PortalForm):
    blames = "reason"
    reason = Text(most=500)


def _role(form: DelegationForm, user: User) -> Role:
    """The role that was chosen, or the only one there is to give."""
    gives = delegations.roles_to_give(user, by=user)
    chosen = str(form.role.data or "") or (gives[0].value if len(gives) == 1 else "")
    if chosen not in gives:
        raise Refused(N_("Choose one of your roles."), field="role")
    return Role(chosen)


def _taker(form: DelegationForm, user: User) -> User:
    chosen = str(form.taker.data or "")
    found = next((each for each in delegations.takers(user, by=user) if str(each.id) == chosen), None)
    if found is None:
        raise Refused(N_("Choose the person who takes the role over."), field="taker")
    return found


@access.signed_in
@takes(DelegationForm)
def give(form: DelegationForm) -> Any:
    """Give one of the own roles."""
    user = current_user._get_current_object()
    if form.problems:
        return own_page(form.problems, 422, **form.typed)
    days: tuple[date | None, date | None] = form.starts_on.data, form.ends_on.data
    try:
        with one_transaction():
            given = delegations.give(user, _taker(form, user), _role(form, user), *days,
                                     reason=str(form.reason.data or ""), by=user)
            said = gettext("%(taker)s stands in for you from %(first)s until %(day)s.",
                           taker=given.taker.name, first=locale.day(given.starts_on),
                           day=locale.day(given.ends_on))
    except Refused as refusal:
        return own_page({refusal.field or "taker": refusal_text(refusal)}, refusal.status, **form.typed)
    return done_there(said, "#delegations")


@access.signed_in
@takes(RevokeForm)
def revoke(form: RevokeForm, delegation_id: int) -> Any:
    """Take a role back that runs or is to begin; a draft is cancelled. Only the own: others' are absent."""
    user = current_user._get_current_object()
    given = db.session.get(Delegation, delegation_id) if delegation_id <= LARGEST else None
    if given is None or given.giver_id != user.id:
        raise NotFound
    step = "cancel" if given.state == given.workflow.initial else "revoke"
    try:
        with one_transaction():
            perform(given, step, by=user, reason=str(form.reason.data or ""))
    except Refused as refusal:
        return own_page({f"reason-{delegation_id}": refusal_text(refusal)}, refusal.status)
    return done_there(gettext("The role is yours alone again."), "#delegations")


bp.add_url_rule("/delegations", "give_role", give, methods=("POST",))
bp.add_url_rule("/delegations/<int:delegation_id>/revoke", "revoke_role", revoke, methods=("POST",))
