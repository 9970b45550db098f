"""What every document shares: state, gapless number, version, author, history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import (
    Mapped,
    declared_attr,
    joinedload,
    mapped_column,
    object_session,
    relationship,
)

from models import clock
from models.base import MASKED_IN_RECORDS, BigId, Code, Id, Text, as_text, db, reference, seeded
from models.workflow import Condition, Workflow

if TYPE_CHECKING:
    from models.delegations import Delegation
    from models.people import User

#: Every workflow model by table name, documents and things (beds, patients) alike; filled as classes are
#: made.
WORKFLOWS: dict[str, type[Any]] = {}


LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


class Area(StrEnum):
    """The heads of the panel's menu; each table stands under one."""

    INVENTORY = "inventory"
    PURCHASING = "purchasing"
    PLACES = "places"
    ASSETS = "assets"
    TELEMEDICINE = "telemedicine"
    ACCOUNTING = "accounting"
    ADMINISTRATION = "administration"


class Posts(Enum):
    """What a document's steps write into the books."""

    NOTHING = "nothing"
    #: Journal entries, by the document's date.
    JOURNAL = "journal"
    #: Stock moves with their journal entries, by the document's date.
    STOCK = "stock"
    #: The same, dated the day of the step whatever the document's date is, or an older one that the head of
    #: store allowed: no month waits for it.
    STOCK_THAT_DAY = "stock that day"

    @property
    def is_by_date(self) -> bool:
        """Whether a month cannot be closed quietly while such a document of it is not posted."""
        return self in (Posts.JOURNAL, Posts.STOCK)

    @property
    def is_stock(self) -> bool:
        """Whether stock moves are written for it."""
        return self in (Posts.STOCK, Posts.STOCK_THAT_DAY)


def author(seed: str | None = None) -> Any:
    """The column for who made the document."""
    return reference("user", seed)


def state_column(initial: Any, seed: str | None = None) -> Any:
    """The column that only `models.operations.core.approvals.perform` moves."""
    return mapped_column(default=initial, index=True, info=seeded(seed))


class Signed(str):
    """An office that signs a printed paper (English, `N_`), and the steps whose taker signs there; "create"
    is whoever made it. `only_if` says of which documents it is asked."""

    steps: tuple[str, ...]
    only_if: Condition | None

    def __new__(cls, office: str, *steps: str, only_if: Condition | None = None) -> Signed:
        self = super().__new__(cls, office)
        self.steps, self.only_if = steps, only_if
        return self


class Stateful:
    """A record whose `state` a workflow moves: beds, rooms, assets, patients, and all documents."""

    __tablename__: str
    workflow: ClassVar[Workflow]
    state: Any
    id: Any
    #: Whether somebody who has a role for another takes its steps.
    is_delegable: ClassVar[bool] = True

    version: Mapped[int] = mapped_column(default=1, server_default="1")

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "__tablename__" in cls.__dict__ and "workflow" in cls.__dict__:
            WORKFLOWS[cls.__tablename__] = cls

    @property
    def events(self) -> list[DocumentEvent]:
        """The history, oldest first: as `known_histories` read it, else by a statement each time."""
        if (known := self.__dict__.get("known_events")) is not None:
            return list(known)
        session = object_session(self)
        if session is None or self.id is None:
            return []
        return list(session.scalars(
            sa.select(DocumentEvent).options(joinedload(DocumentEvent.delegation))
            .where(DocumentEvent.document_type == self.__tablename__, DocumentEvent.document_id == self.id)
            .order_by(DocumentEvent.id)))

    @property
    def events_of_round(self) -> list[DocumentEvent]:
        """The steps taken since the document last left draft."""
        events = self.events
        began = max((place for place, event in enumerate(events) if event.to_state == self.workflow.initial),
                    default=-1)
        return events[began + 1:]

    @property
    def since(self) -> datetime:
        """When it came into its present state; what has no history, long ago."""
        return clock.aware(self.events[-1].occurred_at) if self.events else LONG_AGO

    def just_took(self, *steps: str, within: timedelta) -> bool:
        """Whether its last step is one of these and was taken no longer than `within` ago."""
        last = self.events[-1] if self.events else None
        return (last is not None and last.transition in steps
                and clock.aware(last.occurred_at) >= clock.now() - within)

    @property
    def approver_ids(self) -> set[int]:
        """Who approved since the document last left draft, and in whose name."""
        return {person for event in self.events_of_round if event.transition.startswith("approve")
                for person in event.person_ids}


def known_histories(records: Sequence[Stateful]) -> None:
    """Read the histories of records of one type in one statement, and keep them on the records until their
    next step."""
    session = object_session(records[0]) if records else None
    if session is None:
        return
    rows = session.scalars(
        sa.select(DocumentEvent).options(joinedload(DocumentEvent.delegation))
        .where(DocumentEvent.document_type == records[0].__tablename__,
               DocumentEvent.document_id.in_([record.id for record in records])).order_by(DocumentEvent.id))
    found: dict[int, list[DocumentEvent]] = {record.id: [] for record in records}
    for event in rows:
        found[event.document_id].append(event)
    for record in records:
        record.__dict__["known_events"] = found[record.id]


class Document(Stateful):
    """A numbered paper of the hospital: SR, PO, …

    The class says what its type is; menu, home page, search, print, finality, closing of months and the
    students' pages ask it. A type says its `prefix`, `dated`, `area`, `posts` and `workflow`, or is refused
    with a TypeError when it is declared. The rest has a value that fits most.
    """

    #: The first letters of its numbers; no other type has them.
    prefix: ClassVar[str]
    #: Name of the attribute that holds the document's date; its year is the number's year.
    dated: ClassVar[str]
    area: ClassVar[Area]
    posts: ClassVar[Posts]
    #: Whether the head of store may let it be posted on a date before later movements (it posts stock).
    may_be_backdated: ClassVar[bool] = False

    #: The papers that it follows and is never dated before, by attribute, through its lines where it must
    #: be: "purchase_order", "lines.goods_receipt".
    follows: ClassVar[tuple[str, ...]] = ()
    #: Whether its date is an appointment that may lie ahead; else it says what happened.
    is_planned_ahead: ClassVar[bool] = False

    #: The attributes that say how many rupiah an approval of it decides on; the largest counts. Above the
    #: house's limit whoever approves proves anew who they are (`models.step_ups`).
    decides_on: ClassVar[tuple[str, ...]] = ()

    #: States of the workflow in which its lines may change; draft alone where nothing is said.
    lines_change_in: ClassVar[tuple[StrEnum, ...]] = ()
    #: States that are final for this type, beside `models.finality.FINAL_STATES`.
    also_final_in: ClassVar[tuple[StrEnum, ...]] = ()
    #: Columns that may change in a final state, beside what the remaining steps ask for.
    late_columns: ClassVar[tuple[str, ...]] = ()

    #: A name of the sprite `static/icons.svg`.
    icon: ClassVar[str] = "file-text"
    #: Where the type stands on the home page, in search and for students; lower is first.
    rank: ClassVar[int] = 900
    #: Where it stands in the menu of its area, if not at `rank`.
    menu_rank: ClassVar[int | None] = None
    #: Whether the menu keeps it under "More".
    is_secondary: ClassVar[bool] = False
    #: Whether people begin it with an empty form; else the system or another document makes it.
    is_begun_by_people: ClassVar[bool] = True
    #: The process of `portal.learn.catalogue` that it takes part in with its lines; "" is none.
    process: ClassVar[str] = ""

    #: What the printed paper is called where that is not the table's word, and who signs it; English, `N_`.
    #: Where nobody is named, whoever made it and whom the workflow asks to approve.
    paper_title: ClassVar[str] = ""
    signs: ClassVar[tuple[str, ...]] = ()
    #: Whether its lines are printed in the order of the store's shelves, until it is done.
    is_sorted_by_shelf: ClassVar[bool] = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if "__tablename__" in cls.__dict__:
            _check_facts(cls)
        super().__init_subclass__(**kwargs)

    number: Mapped[str | None] = mapped_column(sa.String(20), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    note: Mapped[str | None] = mapped_column(sa.Text)

    @declared_attr
    def created_by(cls) -> Mapped[User]:
        return relationship("User", foreign_keys=[cls.created_by_id])  # type: ignore[attr-defined]

    @property
    def document_date(self) -> date:
        return getattr(self, self.dated)

    def __str__(self) -> str:
        return self.number or f"({self.prefix} #{self.id})"

    @classmethod
    def text_sql(cls, row: Any) -> sa.ColumnElement[str]:
        return sa.func.coalesce(row.number, f"({cls.prefix} #" + as_text(row.id) + ")")


def document_types() -> dict[str, type[Document]]:
    """Every document type by table name, in the order of their `rank`."""
    types = [(name, model) for name, model in WORKFLOWS.items() if issubclass(model, Document)]
    return dict(sorted(types, key=lambda named: (named[1].rank, named[0])))


def line_type(model: type[Any]) -> type[Any] | None:
    """The class of a document's `lines`; None where it has none."""
    relation = sa.inspect(model).relationships.get("lines")
    return relation.mapper.class_ if relation is not None else None


def _check_facts(model: type[Document]) -> None:
    """Raises TypeError when a type does not say what is asked of it, or says what cannot be."""
    name = model.__name__
    missing = [fact for fact in ("prefix", "dated", "area", "posts", "workflow") if not hasattr(model, fact)]
    if missing:
        raise TypeError(f"{name} is a document and does not say its {', '.join(missing)}. "
                        f"Declare it on the class; models.documents.Document says what is meant.")
    if not isinstance(model.area, Area):
        raise TypeError(f"{name}.area is {model.area!r}: it must be one of Area, such as Area.INVENTORY.")
    if not isinstance(model.posts, Posts):
        raise TypeError(f"{name}.posts is {model.posts!r}: it must be one of Posts, such as Posts.NOTHING.")
    if model.may_be_backdated and not model.posts.is_stock:
        raise TypeError(f"{name} may be backdated, so it must say that it posts stock: only dates of stock "
                        f"moves are allowed.")
    for other in document_types().values():
        if other.prefix == model.prefix:
            raise TypeError(f"{name} has the prefix {model.prefix} of {other.__name__}: their numbers could "
                            f"not be told apart.")
    _check_names(model)


def _check_names(model: type[Document]) -> None:
    """Raises TypeError when a fact names an attribute or a state that the type does not have."""
    name = model.__name__
    for attribute in (model.dated, *model.late_columns, *model.decides_on):
        if not any(attribute in (*vars(base), *vars(base).get("__annotations__", ()))
                   for base in model.__mro__):
            raise TypeError(f"{name} names its attribute {attribute}, which it does not have.")
    for state in (*model.lines_change_in, *model.also_final_in):
        if state not in set(model.workflow.states):
            raise TypeError(f"{name} names the state {state}, which its workflow does not have.")


class DocumentNumber(db.Model):
    """Every number ever given, with the random code that `/verify/<code>` answers. Append-only."""

    __tablename__ = "document_number"
    __table_args__ = (
        sa.UniqueConstraint("prefix", "year", "sequence"),
        sa.UniqueConstraint("document_type", "document_id"),
        sa.CheckConstraint("sequence > 0", name="sequence_positive"),
    )

    id: Mapped[Id]
    prefix: Mapped[str] = mapped_column(sa.String(8))
    year: Mapped[int]
    sequence: Mapped[int]
    number: Mapped[str] = mapped_column(sa.String(20), unique=True)
    document_type: Mapped[Code]
    document_id: Mapped[int] = mapped_column(BigId)
    verify_code: Mapped[str] = mapped_column(sa.String(32), unique=True)


class NumberCounter(db.Model):
    """The last number given per type and year. Its row stays locked until commit: numbers are taken last."""

    __tablename__ = "number_counter"

    prefix: Mapped[str] = mapped_column(sa.String(8), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(default=0)


class DocumentEvent(db.Model):
    """One transition: who, when, from, to, why. Append-only."""

    __tablename__ = "document_event"
    __table_args__ = (
        sa.Index("ix_document_event_document", "document_type", "document_id"),
        sa.Index("ix_document_event_delegation_id", "delegation_id",
                 sqlite_where=sa.text("delegation_id IS NOT NULL"),
                 postgresql_where=sa.text("delegation_id IS NOT NULL")),
    )

    id: Mapped[Id]
    document_type: Mapped[Code]
    document_id: Mapped[int] = mapped_column(BigId)
    transition: Mapped[Code]
    from_state: Mapped[str | None] = mapped_column(sa.String(32))
    to_state: Mapped[str] = mapped_column(sa.String(32))
    user_id: Mapped[int] = reference("user")
    note: Mapped[Text | None] = mapped_column(info=MASKED_IN_RECORDS)
    occurred_at: Mapped[datetime] = mapped_column(default=clock.now)
    #: By which delegation, where it was taken in another's name.
    delegation_id: Mapped[int | None] = reference("delegation", index=False)

    user: Mapped[User] = relationship("User")
    delegation: Mapped[Delegation | None] = relationship("Delegation")

    @property
    def person_ids(self) -> set[int]:
        """Who took the step, and in whose name."""
        return {self.user_id} | ({self.delegation.giver_id} if self.delegation is not None else set())


class Comment(db.Model):
    """What people say to each other about a document. Append-only."""

    __tablename__ = "comment"
    __table_args__ = (sa.Index("ix_comment_document", "document_type", "document_id"),)

    id: Mapped[Id]
    document_type: Mapped[Code]
    document_id: Mapped[int] = mapped_column(BigId)
    user_id: Mapped[int] = reference("user")
    body: Mapped[Text] = mapped_column(info=MASKED_IN_RECORDS)
    written_at: Mapped[datetime] = mapped_column(default=clock.now)

    user: Mapped[User] = relationship("User")


class Attachment(db.Model):
    """A file that belongs to a document or a consultation; served only through the owner's check.

    `small` is a picture at the size that pages show, drawn when one first asks for it.
    """

    __tablename__ = "attachment"
    __table_args__ = (
        sa.Index("ix_attachment_document", "document_type", "document_id"),
        sa.CheckConstraint("size >= 0", name="size_not_negative"),
    )

    id: Mapped[Id]
    document_type: Mapped[Code]
    document_id: Mapped[int] = mapped_column(BigId)
    file_name: Mapped[str] = mapped_column(sa.String(200), info=MASKED_IN_RECORDS)
    media_type: Mapped[str] = mapped_column(sa.String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    content: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)
    small: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)
    user_id: Mapped[int] = reference("user")
    uploaded_at: Mapped[datetime] = mapped_column(default=clock.now)

    user: Mapped[User] = relationship("User")
