"""What a person chose of the panel: columns of lists, filters by name, pinned pages, folded groups of the
menu, papers of the inbox that are looked at later."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from models.base import Code, Id, Text, db, reference
from models.people import User
from models.roles import Role

if TYPE_CHECKING:
    from sqlalchemy import ScalarSelect

#: Between the parts of a choice, and between choices, in `User.panel_choices`; no value holds them.
PART, ROW = "\t", "\n"


class ChoiceKind(StrEnum):
    #: `about` is a list's table, `value` the names of its columns in order.
    COLUMNS = "columns"
    #: `about` is a page of the menu that stands on top of it.
    FAVOURITE = "favourite"
    #: `about` is a group of the menu, `value` is 1 where it is folded and 0 where it is open.
    FOLDED = "folded"
    #: `about` is a paper of the inbox, as table:id, `value` the day on whose morning it comes back.
    LATER = "later"


class PanelChoice(db.Model):
    """One choice of one person. It changes nothing of what the person may see."""

    __tablename__ = "panel_choice"
    __table_args__ = (sa.UniqueConstraint("user_id", "kind", "about"),)

    id: Mapped[Id]
    user_id: Mapped[int] = reference("user", ondelete="CASCADE", index=False)
    kind: Mapped[ChoiceKind]
    about: Mapped[Code]
    value: Mapped[Text] = mapped_column(default="")

    user: Mapped[User] = relationship(User)


class SavedFilter(db.Model):
    """What a list is asked, under a name: search words, filters, order. Whoever it is shared with sees the
    own rows through it."""

    __tablename__ = "saved_filter"
    text_columns = ("name",)
    __table_args__ = (
        sa.UniqueConstraint("user_id", "list_name", "name"),
        sa.Index("uq_saved_filter_default", "user_id", "list_name", unique=True,
                 sqlite_where=sa.text("is_default"), postgresql_where=sa.text("is_default")),
    )

    id: Mapped[Id]
    user_id: Mapped[int] = reference("user", ondelete="CASCADE", index=False)
    #: The table whose list it is.
    list_name: Mapped[Code] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    #: The list's address after the question mark.
    query: Mapped[Text]
    is_default: Mapped[bool] = mapped_column(default=False)
    #: The own role whose people see it too.
    shared_with: Mapped[Role | None]

    user: Mapped[User] = relationship(User)


def _joined(model: type[PanelChoice] | type[SavedFilter], *parts: Any) -> ScalarSelect[str]:
    row: sa.ColumnElement[str] = parts[0]
    for part in parts[1:]:
        row = row + PART + part
    return (sa.select(sa.func.aggregate_strings(row, ROW)).where(model.user_id == User.id)
            .correlate(User).scalar_subquery())


def _text(column: Any) -> sa.ColumnElement[str]:
    return sa.cast(column, sa.String(40))


# All choices of a person as one text, read with the account: no page costs a statement more for them.
sa.inspect(User).add_property("panel_choices", column_property(
    sa.func.coalesce(_joined(PanelChoice, _text(PanelChoice.kind), PanelChoice.about, PanelChoice.value,
                             _text(PanelChoice.id)), "")
    + ROW + sa.func.coalesce(
        sa.select(sa.func.aggregate_strings(
            sa.literal("default") + PART + SavedFilter.list_name + PART + SavedFilter.query + PART
            + _text(SavedFilter.id), ROW))
        .where(SavedFilter.user_id == User.id, SavedFilter.is_default).correlate(User).scalar_subquery(), ""),
    deferred=True))
