"""`db`, the column vocabulary and `one_transaction`: the ground that every model stands on."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Iterator, Mapping
from contextvars import ContextVar, Token
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, ClassVar

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase, MappedColumn, Mapper, aliased, mapped_column, registry
from sqlalchemy.orm.exc import StaleDataError

from models.errors import N_, Conflict, told_of

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class ExactDecimal(sa.types.TypeDecorator[Decimal]):
    """An exact decimal of `precision` digits, `scale` of them after the point, on every database.

    PostgreSQL stores NUMERIC. SQLite's own numeric type is a float, so there the value is an integer scaled
    by 10**scale. Values with more digits than `scale` are refused with ValueError, never rounded.
    """

    impl = sa.Numeric
    cache_ok = True

    def __init__(self, precision: int, scale: int) -> None:
        super().__init__(precision, scale)
        self.precision = precision
        self.scale = scale
        self._step = Decimal(1).scaleb(-scale)

    def load_dialect_impl(self, dialect: sa.Dialect) -> Any:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.BigInteger())
        return dialect.type_descriptor(sa.Numeric(self.precision, self.scale))

    def exact(self, value: Any) -> Decimal:
        """`value` as a Decimal of this scale. Raises ValueError when digits would be lost or there are too
        many."""
        number = value if isinstance(value, Decimal) else Decimal(str(value))
        if not number.is_finite():
            raise ValueError(f"not a number: {value}")
        if abs(number) >= Decimal(10) ** (self.precision - self.scale):
            raise ValueError(f"{value} has too many digits")
        fixed = number.quantize(self._step)
        if fixed != number:
            raise ValueError(f"{value} has more than {self.scale} decimals")
        return fixed

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        if value is None:
            return None
        fixed = self.exact(value)
        return int(fixed.scaleb(self.scale)) if dialect.name == "sqlite" else fixed

    def process_literal_param(self, value: Any, dialect: sa.Dialect) -> str:
        return str(self.process_bind_param(value, dialect))

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Decimal | None:
        if value is None:
            return None
        if dialect.name == "sqlite":
            return Decimal(int(value)).scaleb(-self.scale).quantize(self._step)
        return Decimal(value)


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An instant: aware in, aware UTC out. Naive values are refused with ValueError."""

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> Any:
        return dialect.type_descriptor(sa.DateTime(timezone=dialect.name != "sqlite"))

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


#: Keys: 64 bits on PostgreSQL; SQLite numbers rows by itself only for INTEGER.
BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
#: JSON that PostgreSQL can index.
JsonType = sa.JSON()

Id = Annotated[int, mapped_column(BigId, primary_key=True)]
Code = Annotated[str, mapped_column(sa.String(40))]
Name = Annotated[str, mapped_column(sa.String(200))]
Text = Annotated[str, mapped_column(sa.Text)]
Phone = Annotated[str, mapped_column(sa.String(32))]
Email = Annotated[str, mapped_column(sa.String(254))]
#: In units of measure, three decimals.
Quantity = Annotated[Decimal, mapped_column(ExactDecimal(14, 3))]
#: Rupiah, two decimals (sen).
Money = Annotated[Decimal, mapped_column(ExactDecimal(18, 2))]
#: Rupiah per base unit, six decimals: an average is not a whole number of sen.
UnitCost = Annotated[Decimal, mapped_column(ExactDecimal(18, 6))]
#: Base units in one unit of measure, six decimals.
Factor = Annotated[Decimal, mapped_column(ExactDecimal(14, 6))]
#: 0 to 100, two decimals.
Percent = Annotated[Decimal, mapped_column(ExactDecimal(5, 2))]
#: Square metres, two decimals.
Area = Annotated[Decimal, mapped_column(ExactDecimal(12, 2))]
OccurredAt = Annotated[datetime, mapped_column(UtcDateTime())]


class Base(DeclarativeBase):
    #: References that a record's own name (`__str__`) needs; lists load them with it.
    names_by: ClassVar[tuple[str, ...]] = ()
    #: The columns whose values, with spaces between, are a record's text. A class whose text is more than
    #: that has its own `__str__`, and `text_sql` beside it when other tables refer to it.
    text_columns: ClassVar[tuple[str, ...]] = ()
    #: The same for pages, where a class has its own `__str__` and a value of an enumeration in it.
    called_by: ClassVar[tuple[str, ...]] = ()

    registry = registry(
        metadata=sa.MetaData(naming_convention=NAMING),
        type_annotation_map={
            StrEnum: sa.Enum(
                StrEnum,
                native_enum=False,
                create_constraint=False,
                length=32,
                values_callable=lambda kind: [member.value for member in kind],
            ),
            datetime: UtcDateTime(),
            date: sa.Date(),
            str: sa.String(200),
        },
    )

    def __str__(self) -> str:
        return " ".join(str(getattr(self, name)) for name in self.text_columns) or object.__str__(self)

    @classmethod
    def has_text(cls) -> bool:
        """Whether a record says what it is called; else pages number it."""
        return bool(cls.text_columns) or cls.__str__ is not Base.__str__

    @classmethod
    def text_sql(cls, row: Any) -> sa.ColumnElement[str]:
        """The text of a record in SQL, where `row` is the class or an alias of it; the same as `str`."""
        if cls.__str__ is not Base.__str__ or not cls.text_columns:
            raise TypeError(f"{cls.__name__} has no text in SQL")
        first, *rest = (as_text(getattr(row, name)) for name in cls.text_columns)
        return functools.reduce(lambda text, part: text + " " + part, rest, first)

    @classmethod
    def reference_text_sql(cls, row: Any, name: str) -> sa.ColumnElement[str]:
        """The text of the record that the reference `name` of `row` leads to, in SQL; NULL without one."""
        relation = sa.inspect(cls).relationships[name]
        target = aliased(relation.mapper.class_)
        key, = relation.local_columns
        return sa.select(relation.mapper.class_.text_sql(target)).where(
            target.id == getattr(row, cls.__mapper__.get_property_by_column(key).key)).scalar_subquery()


def as_text(column: Any) -> sa.ColumnElement[str]:
    """A column in SQL as text, so that it can stand beside other text."""
    return column if type(column.type) is sa.String else sa.cast(column, sa.String)


@event.listens_for(Mapper, "after_mapper_constructed")
def _never_give_an_id_again(mapper: Mapper[Any], _class: type[Any]) -> None:
    """SQLite gives the id of a deleted last row to the next one, which would inherit its history and
    files."""
    table = mapper.local_table
    assert isinstance(table, sa.Table)
    key = list(table.primary_key.columns)
    if len(key) == 1 and isinstance(key[0].type, sa.Integer) and not key[0].foreign_keys:
        table.dialect_options["sqlite"]["autoincrement"] = True


@event.listens_for(Mapper, "after_mapper_constructed")
def _check_enums(mapper: Mapper[Any], _class: type[Any]) -> None:
    """Every enum column gets a named check: two columns of one enum in a table would clash in SQLAlchemy's
    own."""
    table = mapper.local_table
    assert isinstance(table, sa.Table)
    for column in table.columns:
        if isinstance(column.type, sa.Enum) and column.type.enums:
            known = ", ".join(f"'{value}'" for value in column.type.enums)
            table.append_constraint(sa.CheckConstraint(f"{column.name} IN ({known})",
                                                       name=f"{column.name}_known"))


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})


def seeded(field: str | None, **info: Any) -> dict[str, Any]:
    """The `info` of a column: which field of the two papers it is, e.g. ``seeded("tb_tanah.tanah_id")``."""
    return {"seed": field, **info} if field else dict(info)


#: The `info` of a day that people type as it stands on a box: ``12/2028``, ``EXP DES 28``.
AS_ON_BOXES = {"as_on_boxes": True}
#: The `info` of a column that the activity log masks where the row's `document_type` is a patient's record.
MASKED_IN_RECORDS = {"masked_of": "document_type"}


def reference(table: str, seed: str | None = None, *, ondelete: str | None = None,
              info: Mapping[str, Any] | None = None, **kwargs: Any) -> MappedColumn[Any]:
    """A foreign key to `table.id`, indexed; `Mapped[int]` or `Mapped[int | None]` says whether it may be
    empty."""
    kwargs.setdefault("index", True)
    return mapped_column(BigId, sa.ForeignKey(f"{table}.id", ondelete=ondelete),
                         info=seeded(seed, **(info or {})),
                         **kwargs)


# ---------------------------------------------------------------- transactions

#: True while this request or command is going to write: SQLite then takes its write lock at BEGIN, because a
#: transaction that read first and writes later fails at once when somebody else wrote in between.
_writing: ContextVar[bool] = ContextVar("writing", default=False)
#: True inside of `one_transaction`.
_inside: ContextVar[bool] = ContextVar("inside", default=False)


def keep_private(path: str) -> None:
    """Nobody but the owner reads or writes the file; the files beside an SQLite database take its mode."""
    if os.path.isfile(path):
        with contextlib.suppress(OSError):  # somebody else's: then its mode is theirs to set
            if os.stat(path).st_mode & 0o077:
                os.chmod(path, 0o600)


def _make_private(path: str) -> None:
    """Make a new SQLite file its owner's alone from its first byte on, whatever the umask."""
    if path and path != ":memory:" and not path.startswith("file:"):
        with contextlib.suppress(OSError):  # there already, or no folder: SQLite says so better
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def prepare_engine(engine: sa.Engine) -> None:
    """Give SQLite real transactions, foreign keys, WAL and patience, and its file to its owner alone. Call
    once for each engine."""
    if engine.dialect.name != "sqlite":
        return
    opened: list[str] = []

    @event.listens_for(engine, "do_connect")
    def _first(_dialect: Any, _record: Any, _arguments: Any, _named: Any) -> None:
        if not opened:
            _make_private(engine.url.database or "")

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000",
                       "recursive_triggers=ON", "cache_size=-32000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
        if not opened:
            opened.append(engine.url.database or "")
            keep_private(opened[0])

    @event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")


def will_write(on: bool = True) -> None:
    """Say that transactions begun from here on write (edges call this for POST, PUT, PATCH and DELETE)."""
    _writing.set(on)


def is_writing() -> bool:
    """Whether what is begun now writes: by the request's kind, or inside of `one_transaction`."""
    return _writing.get()


@contextlib.contextmanager
def one_transaction() -> Iterator[Any]:
    """Commit all that the block did, or nothing. Yields the session.

    Raises `Conflict` when a version was stale or a lock was lost, so that a person can act on it; what is
    declared for a constraint that the database named (`told_by`); the error of the block itself otherwise.
    Operations flush; edges open this.
    """
    session = db.session
    if not _writing.get() and session().in_transaction() and not (session.new or session.dirty
                                                                  or session.deleted):
        session.commit()  # end the read snapshot, so that the write lock is taken before anything is read
        session.expire_all()
    token, inside = _writing.set(True), _inside.set(True)
    try:
        yield session
        session.commit()
    except StaleDataError as error:
        session.rollback()
        raise Conflict(
            N_("Somebody else changed this record meanwhile. Look at it again, then repeat your step.")
        ) from error
    except OperationalError as error:
        session.rollback()
        if lost_lock(error):
            raise Conflict(
                N_("The system was busy with the same records. Nothing was changed; please try again.")
            ) from error
        raise
    except IntegrityError as error:
        session.rollback()
        if (refusal := told_of(error)) is not None:
            raise refusal from error
        raise
    except BaseException:
        session.rollback()
        raise
    finally:
        _writing.reset(token)
        _inside.reset(inside)


def between_transactions() -> None:
    """End the transaction of this request before something that takes long: no lock is held meanwhile, and
    what was read is read anew after.

    Raises `RuntimeError` inside of `one_transaction`, and for changes that nobody committed.
    """
    try:
        known = db.session.registry.has()
    except RuntimeError:  # no application, so no database either
        return
    if _inside.get():
        raise RuntimeError("what takes long is done before one_transaction, not inside")
    if known:
        if db.session.new or db.session.dirty or db.session.deleted:
            raise RuntimeError("what takes long is done before anything is changed")
        db.session.commit()
        db.session.expire_all()


# ---------------------------------------------------------------- one process, several hospitals

#: The hospital that this request asks, where a process serves several (the learners' boxes).
_hospital: ContextVar[str] = ContextVar("hospital", default="")


def ask_hospital(name: str) -> Token[str]:
    """From here on, in this context alone, `name` is the hospital that is asked. Give the token to
    `ask_as_before` at the end."""
    return _hospital.set(name)


def ask_as_before(token: Token[str]) -> None:
    """Ask what was asked before `ask_hospital` gave the token."""
    _hospital.reset(token)


def hospital() -> str:
    """The name of the hospital that is asked, "" where the process serves one only. What is remembered in
    memory for every hospital has it in its key."""
    return _hospital.get()


def lost_lock(error: DBAPIError) -> bool:
    """Whether the database gave up on a lock (deadlock, serialisation failure, lock timeout, busy file)."""
    state = getattr(error.orig, "sqlstate", None)
    return state in {"40001", "40P01", "55P03"} or "database is locked" in str(error.orig)
