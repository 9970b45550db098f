"""Learning: a teacher's classes, who is in them, what is to be done until when, how far each student got."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.base import Code, Id, Name, Text, db, reference

if TYPE_CHECKING:
    from models.people import User

#: Hints that an exercise has at most.
MOST_HINTS = 3
#: What the key of a teacher's own exercise begins with: it is never one of those that come with Rawat.
OWN = "own-"


class TaskKind(StrEnum):
    """Of what kind is a thing to do: an SQL exercise, a case played in the sandbox, a break-it lab."""

    EXERCISE = "exercise"
    CASE = "case"
    LAB = "lab"


class LearningClass(db.Model):
    """A teacher's class. Students join with its invitation code while it has one; a closed class has none."""

    __tablename__ = "learning_class"
    __table_args__ = (
        sa.CheckConstraint("closed_at >= opened_at", name="closed_after_opened"),
        sa.CheckConstraint("closed_at IS NULL OR invitation_code IS NULL", name="closed_invites_nobody"),
    )

    id: Mapped[Id]
    name: Mapped[Name]
    teacher_id: Mapped[int] = reference("user")
    #: Capital letters and digits. Whoever knows it may join, so the activity log does not show it.
    invitation_code: Mapped[str | None] = mapped_column(sa.String(16), unique=True, info={"masked": True})
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}

    teacher: Mapped[User] = relationship("User")
    members: Mapped[list[ClassMember]] = relationship(back_populates="learning_class")
    tasks: Mapped[list[ClassTask]] = relationship(back_populates="learning_class")

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    def __str__(self) -> str:
        return self.name


class ClassMember(db.Model):
    """A student in a class, from joining to leaving. Who comes back is a new row."""

    __tablename__ = "class_member"
    __table_args__ = (
        sa.CheckConstraint("left_at >= joined_at", name="left_after_joined"),
        sa.Index("uq_class_member_present", "learning_class_id", "student_id", unique=True,
                 sqlite_where=sa.text("left_at IS NULL"), postgresql_where=sa.text("left_at IS NULL")),
    )

    id: Mapped[Id]
    learning_class_id: Mapped[int] = reference("learning_class")
    student_id: Mapped[int] = reference("user")
    joined_at: Mapped[datetime] = mapped_column(default=clock.now)
    left_at: Mapped[datetime | None]

    learning_class: Mapped[LearningClass] = relationship(back_populates="members")
    student: Mapped[User] = relationship("User")

    def __str__(self) -> str:
        return f"{self.learning_class_id}/{self.student_id}"


class ClassTask(db.Model):
    """What a class is to do: an exercise, case or lab by its key, from one day to another.

    Days are the hospital's, and both count whole. Without `due_on` there is no last day.
    """

    __tablename__ = "class_task"
    __table_args__ = (
        sa.UniqueConstraint("learning_class_id", "kind", "key"),
        sa.CheckConstraint("due_on >= opens_on", name="due_after_opening"),
    )

    id: Mapped[Id]
    learning_class_id: Mapped[int] = reference("learning_class", index=False)
    kind: Mapped[TaskKind]
    key: Mapped[Code]
    opens_on: Mapped[date] = mapped_column(default=clock.today)
    due_on: Mapped[date | None]

    learning_class: Mapped[LearningClass] = relationship(back_populates="tasks")

    def is_shown(self, day: date) -> bool:
        """Whether students see it on `day`: from its first day on."""
        return self.opens_on <= day

    def is_late(self, day: date) -> bool:
        """Whether its last day is over on `day`."""
        return self.due_on is not None and self.due_on < day

    called_by = ("kind", "key")

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class ExerciseProgress(db.Model):
    """How far a person got with an exercise. A hint may be used before the first try."""

    __tablename__ = "exercise_progress"
    __table_args__ = (
        sa.UniqueConstraint("user_id", "key"),
        sa.CheckConstraint("tries >= 0", name="tries_not_negative"),
        sa.CheckConstraint("(tries = 0) = (first_tried_at IS NULL)", name="tried_at_some_time"),
        sa.CheckConstraint(f"hints_used BETWEEN 0 AND {MOST_HINTS}", name="hints_counted"),
        sa.CheckConstraint("solved_at >= first_tried_at", name="solved_after_trying"),
        sa.CheckConstraint("solved_at IS NULL OR tries > 0", name="solved_by_trying"),
    )

    id: Mapped[Id]
    user_id: Mapped[int] = reference("user", index=False)
    key: Mapped[Code] = mapped_column(index=True)
    first_tried_at: Mapped[datetime | None]
    #: Up to the first right one, which counts.
    tries: Mapped[int] = mapped_column(default=0)
    hints_used: Mapped[int] = mapped_column(default=0)
    solved_at: Mapped[datetime | None]
    #: The last statement; of a solved exercise the one that solved it last.
    last_sql: Mapped[Text | None] = mapped_column(info={"masked": True})

    user: Mapped[User] = relationship("User")

    def __str__(self) -> str:
        return self.key


class CaseProgress(db.Model):
    """A step of a case that a person has done, or a break-it lab (`lab:` before its key)."""

    __tablename__ = "case_progress"
    __table_args__ = (sa.UniqueConstraint("user_id", "key", "step"),)

    id: Mapped[Id]
    user_id: Mapped[int] = reference("user", index=False)
    key: Mapped[Code]
    step: Mapped[Code]
    done_at: Mapped[datetime] = mapped_column(default=clock.now)

    user: Mapped[User] = relationship("User")

    def __str__(self) -> str:
        return f"{self.key}/{self.step}"


class OwnExercise(db.Model):
    """An exercise that a teacher wrote, as TOML. Published, it can be given to the own classes only."""

    __tablename__ = "own_exercise"
    __table_args__ = (
        sa.UniqueConstraint("key"),
        sa.CheckConstraint(f"key LIKE '{OWN}%'", name="key_of_its_own"),
    )

    id: Mapped[Id]
    teacher_id: Mapped[int] = reference("user")
    key: Mapped[Code]
    body: Mapped[Text]
    published: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}

    teacher: Mapped[User] = relationship("User")

    def __str__(self) -> str:
        return self.key
