"""How the hospital is organised: work units, employees, settings, holidays, code lists and regions."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Code, Id, Name, Phone, Text, db, reference, seeded

if TYPE_CHECKING:
    from models.journal import Account


class Status(StrEnum):
    """Whether a master record is in use; typed in by a person, not moved by a workflow."""

    ACTIVE = "active"
    INACTIVE = "inactive"


class WorkUnit(db.Model):
    """A unit of the hospital that asks for goods and bears their cost."""

    __tablename__ = "work_unit"
    text_columns = ("name",)
    __table_args__ = ({"info": {"seed": "unit_kerja"}},)

    id: Mapped[Id] = mapped_column(info=seeded("unit_kerja.unit_kerja_id"))
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Name] = mapped_column(unique=True)
    account_id: Mapped[int | None] = reference("account")
    status: Mapped[Status] = mapped_column(default=Status.ACTIVE)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}

    account: Mapped[Account | None] = relationship("Account")


class Employee(db.Model):
    """A person who works here: technician, cleaner, storekeeper. May have an account."""

    __tablename__ = "employee"
    text_columns = ("name",)
    __table_args__ = ({"info": {"seed": "pegawai"}},)

    id: Mapped[Id] = mapped_column(info=seeded("pegawai.pegawai_id"))
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Name] = mapped_column(index=True)
    position: Mapped[Name | None]
    phone: Mapped[Phone | None]
    work_unit_id: Mapped[int | None] = reference("work_unit")
    user_id: Mapped[int | None] = reference("user", unique=True, index=False)
    status: Mapped[Status] = mapped_column(default=Status.ACTIVE)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}

    work_unit: Mapped[WorkUnit | None] = relationship("WorkUnit")


class Setting(db.Model):
    """A value that the administrator sets: limits, tolerances, the hospital's name."""

    __tablename__ = "setting"
    text_columns = ("key",)

    id: Mapped[Id]
    key: Mapped[Code] = mapped_column(unique=True)
    value: Mapped[Text]
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}


class HolidayKind(StrEnum):
    NATIONAL = "libur_nasional"
    JOINT_LEAVE = "cuti_bersama"


class Holiday(db.Model):
    """A public holiday or a day of joint leave."""

    __tablename__ = "holiday"
    text_columns = ("name",)
    __table_args__ = (sa.UniqueConstraint("on", "name"),)

    id: Mapped[Id]
    on: Mapped[date] = mapped_column(index=True)
    kind: Mapped[HolidayKind]
    name: Mapped[Name]
    name_en: Mapped[Name]
    basis: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}


class CodeList(db.Model):
    """One value of a civil code list (religion, marital status, blood type, payer …)."""

    __tablename__ = "code_list"
    text_columns = ("name",)
    __table_args__ = (sa.UniqueConstraint("list", "code"),)

    id: Mapped[Id]
    list: Mapped[Code]
    code: Mapped[Code]
    name: Mapped[Name]
    name_en: Mapped[Name | None]
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}


class RegionLevel(StrEnum):
    PROVINCE = "province"
    REGENCY = "regency"
    DISTRICT = "district"
    VILLAGE = "village"


class Region(db.Model):
    """A province, regency or city, district, or village of Indonesia; `code` is the Kemendagri code
    (11.01.01.2001)."""

    __tablename__ = "region"
    text_columns = ("name",)
    __table_args__ = (sa.Index("ix_region_parent_name", "parent_code", "name"),)

    code: Mapped[str] = mapped_column(sa.String(13), primary_key=True)
    parent_code: Mapped[str | None] = mapped_column(sa.ForeignKey("region.code"))
    level: Mapped[RegionLevel]
    name: Mapped[Name]
