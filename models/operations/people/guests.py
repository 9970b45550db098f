"""The account in whose name guests write: nobody signs in with it."""

from __future__ import annotations

import sqlalchemy as sa

from models import clock
from models.base import db
from models.operations.core.locking import insert_once
from models.people import AccountStatus, Language, User

#: An address that no mail reaches (RFC 2606), so nobody can ask for a password for it.
GUEST = "guest@rawat.invalid"
#: What histories call whoever wrote without an account: a name of data, in the hospital's own language.
NAME = "Tamu (kode QR)"


def guest_account() -> User:
    """The one account of all guests, made when the first of them writes. Flushes."""
    wanted = sa.select(User).where(sa.func.lower(User.email) == GUEST)
    found = db.session.scalar(wanted)
    if found is None:
        db.session.execute(insert_once(User.__table__).values(
            name=NAME, email=GUEST, language=Language.ID, status=AccountStatus.INACTIVE, is_demo=False,
            wants_mail=False, wants_whatsapp=False, wants_sms=False, created_at=clock.now()))
        found = db.session.scalars(wanted).one()
    return found


def is_guest(user: User) -> bool:
    """Whether it is the account of guests."""
    return user.email == GUEST
