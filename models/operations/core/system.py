"""The account that documents made by a job carry as their author: nobody signs in as it."""

from __future__ import annotations

import sqlalchemy as sa

from models.base import db
from models.people import AccountStatus, User

EMAIL = "sistem@rawat.invalid"


def the_system() -> User:
    """The system's account, made when it is first needed: no password, no role, closed."""
    result = db.session.scalar(sa.select(User).where(sa.func.lower(User.email) == EMAIL))
    if result is None:
        result = User(name="Sistem", email=EMAIL, status=AccountStatus.INACTIVE, wants_mail=False)
        db.session.add(result)
        db.session.flush()
    return result
