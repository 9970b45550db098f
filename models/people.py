"""Accounts and what they may be: users, their roles and their sessions."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.base import Email, Id, Name, Phone, db, reference, seeded
from models.roles import STAFF_ROLES, Role
from models.stand_ins import Giver, acts_in, read

if TYPE_CHECKING:
    from models.organisation import WorkUnit


class AccountStatus(StrEnum):
    ACTIVE = "active"
    INACTIVE = "inactive"


class Language(StrEnum):
    ID = "id"
    EN = "en"


class User(db.Model):
    """An account of staff, a patient or a student. E-mail is unique whatever its case."""

    __tablename__ = "user"
    text_columns = ("name",)
    __table_args__ = (
        sa.Index("uq_user_email_lower", sa.text("lower(email)"), unique=True),
        {"info": {"seed": ["user", "Halaman Registrasi"]}},
    )

    id: Mapped[Id] = mapped_column(info=seeded("user.user_id"))
    name: Mapped[Name] = mapped_column(info=seeded("Halaman Registrasi.nama"))
    email: Mapped[Email] = mapped_column(info=seeded("Halaman Registrasi.e-mail"), active_history=True)
    password_hash: Mapped[str | None] = mapped_column(sa.String(255),
                                                      info=seeded("Halaman Registrasi.password"))
    phone: Mapped[Phone | None]
    work_unit_id: Mapped[int | None] = reference("work_unit")
    language: Mapped[Language] = mapped_column(default=Language.ID)
    status: Mapped[AccountStatus] = mapped_column(default=AccountStatus.ACTIVE, active_history=True)
    is_demo: Mapped[bool] = mapped_column(default=False)
    #: By which channels the person wants to be told, beside the bell.
    wants_mail: Mapped[bool] = mapped_column(default=True)
    wants_whatsapp: Mapped[bool] = mapped_column(default=False)
    wants_sms: Mapped[bool] = mapped_column(default=False)
    email_confirmed_at: Mapped[datetime | None]
    #: When an administrator wrote another address than the owner had, and who: until the owner confirms it, a
    #: way in goes there late, or by another administrator.
    email_set_at: Mapped[datetime | None]
    email_set_by_id: Mapped[int | None] = reference("user", index=False)
    #: Since when a second factor (authenticator app or passkey) is asked for at the sign-in.
    factor_since: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    __mapper_args__ = {"version_id_col": version}

    work_unit: Mapped[WorkUnit | None] = relationship("WorkUnit")
    email_set_by: Mapped[User | None] = relationship("User", remote_side="User.id")
    user_roles: Mapped[list[UserRole]] = relationship(
        back_populates="user", cascade="all, delete-orphan", lazy="selectin")

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(row.role for row in self.user_roles)

    def has_role(self, *roles: Role) -> bool:
        """Whether the person holds at least one of `roles`."""
        return not self.roles.isdisjoint(roles)

    @property
    def givers(self) -> tuple[Giver, ...]:
        """For whom the person stands in today: who gave a role by a delegation that runs. Read with the
        roles, by no statement of its own."""
        taken = next((row.taken for row in self.user_roles), None)
        return read(taken, clock.today()) if taken else ()

    def acts_in(self, *roles: Role) -> bool:
        """Whether the person holds one of `roles`, or has it for somebody today. It opens steps of workflows
        and reading, nothing else."""
        return acts_in(self, *roles)

    @property
    def is_staff(self) -> bool:
        return not self.roles.isdisjoint(STAFF_ROLES)

    # What Flask-Login asks of a user.
    is_authenticated = True
    is_anonymous = False

    @property
    def is_active(self) -> bool:
        return self.status == AccountStatus.ACTIVE

    def get_id(self) -> str:
        return str(self.id)


class UserRole(db.Model):
    """A role that a user holds."""

    __tablename__ = "user_role"
    text_columns = ("role",)

    user_id: Mapped[int] = reference("user", primary_key=True, ondelete="CASCADE", index=False)
    role: Mapped[Role] = mapped_column(primary_key=True)

    user: Mapped[User] = relationship(back_populates="user_roles")

    if TYPE_CHECKING:
        #: What the person has for others, as one text (`models.delegations`).
        taken: str | None

class UserSession(db.Model):
    """A sign-in. Only the SHA-256 of the cookie's token is kept, so a stolen table opens no session."""

    __tablename__ = "user_session"

    id: Mapped[Id]
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    user_id: Mapped[int] = reference("user", ondelete="CASCADE")
    started_at: Mapped[datetime] = mapped_column(default=clock.now)
    seen_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]
    address: Mapped[str | None] = mapped_column(sa.String(64))
    #: Browser and system, so that people know their devices.
    device: Mapped[str | None] = mapped_column(sa.String(80))
    #: When the person last proved here who they are: at the sign-in, and whenever a step asked again.
    proved_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)
