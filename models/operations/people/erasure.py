"""A patient's account is erased: what only served the sign-in goes, the medical record stays as the law asks.

The sign-in is the address, the password, sign-ins of other providers, the second factor, devices, tokens,
notices, drafts and choices. Rows go by statements of their own, so that the activity log does not write down
once more what is being erased; it says that it happened. What the log said before stays: it only grows.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from models.accounts import AccountIdentity, AccountTicket
from models.activity import Activity
from models.api import ApiAnswer, ApiToken
from models.base import db
from models.errors import N_, Refused
from models.form_drafts import FormDraft
from models.operations.core import activity
from models.operations.people.notices import Declared, declare, itself
from models.outbox import Channel, DeliveryStatus, Notice, Outbox
from models.panel_choices import PanelChoice, SavedFilter
from models.people import AccountStatus, User, UserSession
from models.push_subscriptions import PushSubscription
from models.roles import Role
from models.second_factor import Authenticator, RecoveryCode

#: A domain that never exists (RFC 2606): no mail goes there, and nobody signs in with it.
NOWHERE = "erased.invalid"
#: What goes whole.
GOES = (AccountIdentity, AccountTicket, ApiAnswer, ApiToken, Authenticator, FormDraft, Notice, PanelChoice,
        PushSubscription, RecoveryCode, SavedFilter, UserSession)

declare(Declared(
    "account_erased", itself, N_("Your account was erased"),
    (N_("As you asked, the account was closed and erased: this address, the password, linked sign-ins, "
        "devices, notices and drafts. This is the last mail to this address."),
     N_("The medical record stays with the hospital for 25 years after the last visit, as the law asks; "
        "nothing new is added to it.")),
    channels=(Channel.MAIL,), always=True, icon="user-x"))


def is_erased(user: User) -> bool:
    """Whether the account's sign-in was erased; the office gives it another address before it opens again."""
    return user.email.endswith("@" + NOWHERE)


def unlink(user: User) -> None:
    """Take linked sign-ins off before the account closes, which would write them into the log."""
    db.session.execute(sa.delete(AccountIdentity).where(AccountIdentity.user_id == user.id)
                       .execution_options(synchronize_session=False))


def erase(user: User) -> None:
    """Erase the sign-in of a closed account. Flushes; the session forgets the person.

    Raises `Refused` while the account is open, and for one that serves more than a patient.
    """
    if user.roles != {Role.PATIENT} or user.status == AccountStatus.ACTIVE:
        raise Refused(N_("Only the closed account of a patient is erased. Close it first."))
    if is_erased(user):
        return
    db.session.flush()
    key = user.id
    for model in GOES:
        owner: Any = model.user_id
        db.session.execute(sa.delete(model).where(owner == key)
                           .execution_options(synchronize_session=False))
    # What still waits to be sent says to its reader that this happens.
    db.session.execute(sa.update(Outbox).where(
        Outbox.user_id == key, Outbox.status.not_in((DeliveryStatus.WAITING, DeliveryStatus.SENDING)))
        .values(to_address=f"{key}@{NOWHERE}", params={}).execution_options(synchronize_session=False))
    db.session.execute(sa.update(User).where(User.id == key).values(
        email=f"{key}@{NOWHERE}", password_hash=None, phone=None, wants_mail=False, wants_whatsapp=False,
        wants_sms=False, email_confirmed_at=None, email_set_at=None, email_set_by_id=None, factor_since=None,
        version=User.version + 1).execution_options(synchronize_session=False))
    activity.record(Activity.UPDATED, table_name="user", changed_id=key, properties={"erased": "sign-in"})
    db.session.expire_all()
