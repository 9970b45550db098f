"""Screens on walls: each shows the room board by a token of its own, without anybody signed in."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.base import Id, Name, db, reference
from models.documents import Stateful, state_column
from models.places import Ward
from models.roles import Role
from models.workflow import Transition, Workflow

if TYPE_CHECKING:
    from models.people import User


class DisplayState(StrEnum):
    SHOWING = "showing"
    REVOKED = "revoked"


class WallDisplay(Stateful, db.Model):
    """A screen that may show the room board. Only the SHA-256 of its token is kept; its address is shown
    once, and works until somebody ends it."""

    __tablename__ = "wall_display"
    text_columns = ("name",)
    workflow = Workflow(
        DisplayState.SHOWING,
        Transition("revoke", (DisplayState.SHOWING,), DisplayState.REVOKED, Role.ADMIN),
    )

    id: Mapped[Id]
    #: Where it hangs.
    name: Mapped[Name]
    #: The one ward that it shows; all of them where this is empty.
    ward_id: Mapped[int | None] = reference("ward")
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    state: Mapped[DisplayState] = state_column(DisplayState.SHOWING)
    created_by_id: Mapped[int] = reference("user", index=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    #: When it last asked, to some minutes.
    seen_at: Mapped[datetime | None]

    ward: Mapped[Ward | None] = relationship(Ward)
    created_by: Mapped[User] = relationship("User")
