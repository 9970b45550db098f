"""Where things are: land, buildings, rooms, wards, room classes and inpatient rooms."""

from __future__ import annotations

import secrets
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Area, Code, Id, Money, Name, Text, db, reference, seeded
from models.documents import Stateful, state_column
from models.errors import N_
from models.organisation import Status
from models.roles import Role
from models.workflow import Condition, Transition, Workflow

if TYPE_CHECKING:
    from models.asset_register import Asset
    from models.beds import Bed
    from models.facilities import ClassFacility, RoomFacility
    from models.journal import Account
    from models.organisation import WorkUnit
    from models.people import User


def label_code() -> Any:
    """The column of what stands behind the QR code on the label of a place."""
    return mapped_column(sa.String(32), unique=True, default=lambda: secrets.token_urlsafe(16))


class FundingSource(StrEnum):
    """Who paid. It fixes which way out of the books is open later."""

    APBN = "apbn"
    APBD = "apbd"
    BLU = "blu"
    GRANT = "grant"
    LOAN = "loan"
    OTHER = "other"


class PhysicalCondition(StrEnum):
    """The three grades of the state inventory: baik, rusak ringan, rusak berat."""

    GOOD = "good"
    SLIGHTLY_DAMAGED = "slightly_damaged"
    BADLY_DAMAGED = "badly_damaged"


class Land(db.Model):
    """A parcel of land. It is never depreciated."""

    __tablename__ = "land"
    text_columns = ("name",)
    __table_args__ = (
        sa.CheckConstraint("total_area > 0", name="total_area_positive"),
        sa.CheckConstraint("built_area >= 0", name="built_area_not_negative"),
        sa.CheckConstraint("built_area <= total_area", name="built_area_fits"),
        sa.CheckConstraint("price_per_m2 >= 0", name="price_per_m2_not_negative"),
        {"info": {"seed": "tb_tanah"}},
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_tanah.tanah_id"))
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Name]
    account_id: Mapped[int | None] = reference("account", "tb_tanah.akun_kode")
    total_area: Mapped[Area] = mapped_column(info=seeded("tb_tanah.l_tanah_seluruhnya"))
    built_area: Mapped[Area] = mapped_column(default=Decimal(0), info=seeded("tb_tanah.l_tanah_bangunan"))
    price_per_m2: Mapped[Money] = mapped_column(info=seeded("tb_tanah.harga_permeter"))
    funding_source: Mapped[FundingSource] = mapped_column(info=seeded("tb_tanah.sumber_dana"))
    certificate_number: Mapped[Code | None]
    address: Mapped[Text | None]
    status: Mapped[Status] = mapped_column(default=Status.ACTIVE, info=seeded("tb_tanah.status_tanah"))
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}

    account: Mapped[Account | None] = relationship("Account")
    buildings: Mapped[list[Building]] = relationship(back_populates="land")


class Building(db.Model):
    """A building on a parcel. `permit_number` is the building permit (IMB, today PBG)."""

    __tablename__ = "building"
    text_columns = ("name",)
    __table_args__ = (
        sa.CheckConstraint("floor_area > 0", name="floor_area_positive"),
        sa.CheckConstraint("floors > 0", name="floors_positive"),
        sa.CheckConstraint("cost >= 0", name="cost_not_negative"),
        sa.CheckConstraint("completed_on >= construction_started_on", name="completed_after_start"),
        {"info": {"seed": "tb_gedung"}},
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_gedung.gedung_id"))
    code: Mapped[Code] = mapped_column(unique=True)
    land_id: Mapped[int] = reference("land", "tb_gedung.tanah_id")
    name: Mapped[Name] = mapped_column(unique=True, info=seeded("tb_gedung.gedung_nama"))
    account_id: Mapped[int | None] = reference("account", "tb_gedung.akun_kode")
    floor_area: Mapped[Area] = mapped_column(info=seeded("tb_gedung.l_gedung"))
    floors: Mapped[int] = mapped_column(default=1, info=seeded("tb_gedung.jmlah_lantai"))
    permit_number: Mapped[Code | None] = mapped_column(info=seeded("tb_gedung.no_IMB"))
    permit_date: Mapped[date | None] = mapped_column(info=seeded("tb_gedung.tgl_izin"))
    construction_started_on: Mapped[date | None] = mapped_column(info=seeded("tb_gedung.tgl_dibangun"))
    completed_on: Mapped[date | None] = mapped_column(info=seeded("tb_gedung.tgl_selesai"))
    cost: Mapped[Money] = mapped_column(default=Decimal(0), info=seeded("tb_gedung.biaya"))
    is_permanent: Mapped[bool] = mapped_column(default=True)
    status: Mapped[Status] = mapped_column(default=Status.ACTIVE, info=seeded("tb_gedung.status_gedung"))
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}

    land: Mapped[Land] = relationship(back_populates="buildings")
    account: Mapped[Account | None] = relationship("Account")
    rooms: Mapped[list[Room]] = relationship(back_populates="building")
    wards: Mapped[list[Ward]] = relationship(back_populates="building")


class RoomKind(StrEnum):
    POLYCLINIC = "polyclinic"
    EMERGENCY = "emergency"
    THEATRE = "theatre"
    LABORATORY = "laboratory"
    RADIOLOGY = "radiology"
    PHARMACY = "pharmacy"
    STORE = "store"
    OFFICE = "office"
    KITCHEN = "kitchen"
    LAUNDRY = "laundry"
    OTHER = "other"


class RoomState(StrEnum):
    READY = "ready"
    IN_USE = "in_use"
    NEEDS_CLEANING = "needs_cleaning"
    CLEANING = "cleaning"
    OUT_OF_SERVICE = "out_of_service"


R = RoomState


def _devices_fit(room: Room, _user: User) -> bool:
    from models.facilities import unfit_devices
    from models.fault_reports import holding

    return not unfit_devices(room) and not holding(room)


devices_fit = Condition("devices_fit", _devices_fit,
                        N_("A device of this room is unfit or its calibration is overdue, or a fault is "
                           "reported that keeps it from being used. Look at its devices and reports first."))


keeps_room = Condition(
    "keeps_room",
    lambda room, user: user.has_role(Role.FRONT_OFFICE) or (
        user.work_unit_id is not None and room.work_unit_id == user.work_unit_id),
    N_("This room belongs to another work unit. The front office can do this for everybody."), about="person")
used_just_now = Condition(
    "used_just_now", lambda room, _user: room.just_took("use", within=timedelta(minutes=30)),
    N_("This can be taken back within 30 minutes, while nothing followed."), about="time")


class Room(Stateful, db.Model):
    """A room that no patient stays in overnight: polyclinic, office, store, theatre."""

    __tablename__ = "room"
    text_columns = ("name",)
    __table_args__ = (
        sa.UniqueConstraint("building_id", "name"),
        sa.CheckConstraint("area > 0", name="area_positive"),
        {"info": {"seed": "tb_ruangan"}},
    )
    workflow = Workflow(
        R.READY,
        Transition("use", (R.READY,), R.IN_USE, (Role.FRONT_OFFICE, Role.UNIT_USER),
                   when=(keeps_room, devices_fit)),
        Transition("leave", (R.IN_USE,), R.NEEDS_CLEANING, (Role.FRONT_OFFICE, Role.UNIT_USER),
                   when=keeps_room),
        Transition("undo_use", (R.IN_USE,), R.READY, (Role.FRONT_OFFICE, Role.UNIT_USER),
                   when=(keeps_room, used_just_now), needs_reason=True),
        Transition("start_cleaning", (R.NEEDS_CLEANING,), R.CLEANING),
        Transition("release", (R.CLEANING,), R.READY),
        Transition("clean_again", (R.CLEANING,), R.NEEDS_CLEANING),
        Transition("take_out", (R.READY, R.NEEDS_CLEANING), R.OUT_OF_SERVICE, Role.FACILITIES_STAFF,
                   needs_reason=True),
        Transition("put_back", (R.OUT_OF_SERVICE,), R.NEEDS_CLEANING, Role.FACILITIES_STAFF),
        rests_on=dict.fromkeys((R.NEEDS_CLEANING, R.CLEANING), "cleaning"),
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_ruangan.ruangan_id"))
    code: Mapped[Code] = mapped_column(unique=True)
    building_id: Mapped[int] = reference("building", "tb_ruangan.gedung_id")
    name: Mapped[Name] = mapped_column(info=seeded("tb_ruangan.ruangan_nama"))
    kind: Mapped[RoomKind] = mapped_column(info=seeded("tb_ruangan.ruangan_jenis"))
    account_id: Mapped[int | None] = reference("account", "tb_ruangan.akun_kode")
    area: Mapped[Area] = mapped_column(info=seeded("tb_ruangan.l_ruangan"))
    condition: Mapped[PhysicalCondition] = mapped_column(
        default=PhysicalCondition.GOOD, info=seeded("tb_ruangan.ruangan_kondisi"))
    state: Mapped[RoomState] = state_column(R.READY, "tb_ruangan.ruangan_status")
    floor: Mapped[int] = mapped_column(default=1)
    work_unit_id: Mapped[int | None] = reference("work_unit")
    qr_code: Mapped[str | None] = label_code()

    building: Mapped[Building] = relationship(back_populates="rooms")
    account: Mapped[Account | None] = relationship("Account")
    work_unit: Mapped[WorkUnit | None] = relationship("WorkUnit")
    facilities: Mapped[list[RoomFacility]] = relationship("RoomFacility", back_populates="room")
    assets: Mapped[list[Asset]] = relationship("Asset", viewonly=True, order_by="Asset.id")


class WardKind(StrEnum):
    GENERAL = "general"
    SURGICAL = "surgical"
    MATERNITY = "maternity"
    PAEDIATRIC = "paediatric"
    INTENSIVE = "intensive"
    ISOLATION = "isolation"
    PSYCHIATRIC = "psychiatric"


class Ward(db.Model):
    """A ward (sal): inpatient rooms of one building under one nursing station."""

    __tablename__ = "ward"
    text_columns = ("name",)
    __table_args__ = ({"info": {"seed": "tb_sal"}},)

    id: Mapped[Id] = mapped_column(info=seeded("tb_sal.sal_id"))
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Name] = mapped_column(unique=True, info=seeded("tb_sal.sal_nama"))
    building_id: Mapped[int] = reference("building", "tb_sal.gedung_id")
    kind: Mapped[WardKind] = mapped_column(info=seeded("tb_sal.sal_jenis"))
    work_unit_id: Mapped[int | None] = reference("work_unit")
    status: Mapped[Status] = mapped_column(default=Status.ACTIVE, info=seeded("tb_sal.status_sal"))
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}

    building: Mapped[Building] = relationship(back_populates="wards")
    work_unit: Mapped[WorkUnit | None] = relationship("WorkUnit")
    inpatient_rooms: Mapped[list[InpatientRoom]] = relationship(back_populates="ward")


class RoomClass(db.Model):
    """A class of inpatient rooms: how many beds a room has, and whether a cleaned room is inspected before
    use."""

    __tablename__ = "room_class"
    text_columns = ("name",)
    __table_args__ = (
        sa.CheckConstraint("bed_count > 0", name="bed_count_positive"),
        {"info": {"seed": "tb_kelas"}},
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_kelas.kelas_id"))
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Name] = mapped_column(unique=True, info=seeded("tb_kelas.kelas_nama"))
    bed_count: Mapped[int] = mapped_column(info=seeded("tb_kelas.jumlah_bed"))
    needs_inspection: Mapped[bool] = mapped_column(default=False)
    description: Mapped[Text | None]
    status: Mapped[Status] = mapped_column(default=Status.ACTIVE, info=seeded("tb_kelas.status_kelas"))
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}

    facilities: Mapped[list[ClassFacility]] = relationship("ClassFacility", back_populates="room_class")
    inpatient_rooms: Mapped[list[InpatientRoom]] = relationship(back_populates="room_class")


class InpatientRoomState(StrEnum):
    READY = "ready"
    OCCUPIED = "occupied"
    NEEDS_CLEANING = "needs_cleaning"
    CLEANING = "cleaning"
    OUT_OF_SERVICE = "out_of_service"


class InpatientRoom(db.Model):
    """A room with beds. `state` sums up its beds; `models.operations.rooms.rooms` keeps it, nobody types it
    in."""

    __tablename__ = "inpatient_room"
    text_columns = ("number",)
    __table_args__ = (
        sa.UniqueConstraint("ward_id", "number"),
        sa.CheckConstraint("area > 0", name="area_positive"),
        {"info": {"seed": "tb_kamar"}},
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_kamar.kamar_id"))
    ward_id: Mapped[int] = reference("ward", "tb_kamar.sal_id")
    room_class_id: Mapped[int] = reference("room_class", "tb_kamar.kelas_id")
    number: Mapped[Code] = mapped_column(info=seeded("tb_kamar.kamar_no"))
    area: Mapped[Area] = mapped_column(info=seeded("tb_kamar.l_kamar"))
    state: Mapped[InpatientRoomState] = mapped_column(
        default=InpatientRoomState.READY, index=True, info=seeded("tb_kamar.status_kamar"))
    is_isolation: Mapped[bool] = mapped_column(default=False)
    floor: Mapped[int] = mapped_column(default=1)
    qr_code: Mapped[str | None] = label_code()
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}

    ward: Mapped[Ward] = relationship(back_populates="inpatient_rooms")
    room_class: Mapped[RoomClass] = relationship(back_populates="inpatient_rooms")
    beds: Mapped[list[Bed]] = relationship("Bed", back_populates="inpatient_room", order_by="Bed.number")
    facilities: Mapped[list[RoomFacility]] = relationship("RoomFacility", back_populates="inpatient_room")
    assets: Mapped[list[Asset]] = relationship("Asset", viewonly=True, order_by="Asset.id")
