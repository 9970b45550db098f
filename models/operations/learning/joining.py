"""A person without an account becomes a student with a class's invitation code: an account of the role
student, no patient's record."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from models.base import db
from models.errors import N_, Refused
from models.learning import ClassMember, LearningClass
from models.operations.learning import classes
from models.operations.people import credentials
from models.operations.people.contacts import clean_email
from models.people import Language, User, UserRole
from models.roles import Role


def register(group: LearningClass, *, name: str, email: str, password_hash: str,
             language: Language = Language.ID) -> ClassMember:
    """Make a student's account and put it into the class. Flushes.

    Raises `Refused` with the field to blame; an address that has an account is one.
    """
    address = clean_email(email)
    if db.session.scalar(sa.select(User.id).where(sa.func.lower(User.email) == address)) is not None:
        raise _taken()
    student = User(name=name, email=address, language=language, user_roles=[UserRole(role=Role.STUDENT)])
    credentials.set_password(student, password_hash)
    try:
        with db.session.begin_nested():
            db.session.add(student)
    except IntegrityError as error:
        raise _taken() from error
    return classes.join(group, student)


def _taken() -> Refused:
    return Refused(N_("There is already an account with this e-mail address. Sign in, or use another "
                      "address."), field="email")
