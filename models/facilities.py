"""What rooms have and what their class promises; the difference is what keeps a room from being ready."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.base import Id, Quantity, db, reference, seeded
from models.organisation import Status
from models.places import InpatientRoom, PhysicalCondition, Room, RoomClass

if TYPE_CHECKING:
    from models.asset_register import Asset, AssetModel
    from models.items import Item


class RoomFacility(db.Model):
    """A stocked item or an asset placed in a room or an inpatient room."""

    __tablename__ = "room_facility"
    __table_args__ = (
        sa.CheckConstraint("(room_id IS NULL) <> (inpatient_room_id IS NULL)", name="one_place"),
        sa.CheckConstraint("(item_id IS NULL) <> (asset_id IS NULL)", name="one_thing"),
        sa.CheckConstraint("quantity > 0", name="quantity_positive"),
        sa.Index("uq_room_facility_active_asset", "asset_id", unique=True,
                 sqlite_where=sa.text("status = 'active' AND asset_id IS NOT NULL"),
                 postgresql_where=sa.text("status = 'active' AND asset_id IS NOT NULL")),
        {"info": {"seed": "tb_fRuangan"}},
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_fRuangan.fRuangan_id"))
    room_id: Mapped[int | None] = reference("room", "tb_fRuangan.ruangan_id")
    inpatient_room_id: Mapped[int | None] = reference("inpatient_room")
    item_id: Mapped[int | None] = reference("item", "tb_fRuangan.barang_id")
    asset_id: Mapped[int | None] = reference("asset", "tb_fRuangan.aset_id")
    quantity: Mapped[Quantity] = mapped_column(default=Decimal(1), info=seeded("tb_fRuangan.jumlah"))
    condition: Mapped[PhysicalCondition] = mapped_column(
        default=PhysicalCondition.GOOD, info=seeded("tb_fRuangan.kondisi"))
    status: Mapped[Status] = mapped_column(default=Status.ACTIVE, info=seeded("tb_fRuangan.status_fasilitas"))
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}

    room: Mapped[Room | None] = relationship(back_populates="facilities")
    inpatient_room: Mapped[InpatientRoom | None] = relationship(back_populates="facilities")
    item: Mapped[Item | None] = relationship("Item")
    asset: Mapped[Asset | None] = relationship("Asset")

    @property
    def is_usable(self) -> bool:
        """In use, in good condition, and, for a device, there and calibrated."""
        return (self.status == Status.ACTIVE and self.condition == PhysicalCondition.GOOD
                and (self.asset is None or self.asset.is_fit_on(clock.today())))

    def __str__(self) -> str:
        return str(self.item or self.asset)


class ClassFacility(db.Model):
    """What every room of a class must offer: a stocked item, or an asset of a model."""

    __tablename__ = "class_facility"
    __table_args__ = (
        sa.CheckConstraint("(item_id IS NULL) <> (asset_model_id IS NULL)", name="one_thing"),
        sa.CheckConstraint("quantity > 0", name="quantity_positive"),
        sa.UniqueConstraint("room_class_id", "item_id"),
        sa.UniqueConstraint("room_class_id", "asset_model_id"),
        {"info": {"seed": "tb_fKelas"}},
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_fKelas.fKelas_id"))
    room_class_id: Mapped[int] = reference("room_class", "tb_fKelas.kelas_id")
    item_id: Mapped[int | None] = reference("item", "tb_fKelas.barang_id")
    asset_model_id: Mapped[int | None] = reference("asset_model", "tb_fKelas.aset_id")
    quantity: Mapped[Quantity] = mapped_column(default=Decimal(1), info=seeded("tb_fKelas.jumlah"))
    condition: Mapped[PhysicalCondition] = mapped_column(
        default=PhysicalCondition.GOOD, info=seeded("tb_fKelas.kondisi"))
    status: Mapped[Status] = mapped_column(default=Status.ACTIVE, info=seeded("tb_fKelas.status_fKelas"))
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}

    room_class: Mapped[RoomClass] = relationship(back_populates="facilities")
    item: Mapped[Item | None] = relationship("Item")
    asset_model: Mapped[AssetModel | None] = relationship("AssetModel")

    def __str__(self) -> str:
        return str(self.item or self.asset_model)


def unfit_devices(room: InpatientRoom | Room) -> list[Asset]:
    """The devices that stand in the room and may not serve a patient: calibration overdue, or failed. What is
    away for repair does not stand there."""
    today = clock.today()
    placed = [place.asset for place in room.facilities
              if place.asset is not None and place.status == Status.ACTIVE]
    devices = {asset.id: asset for asset in (*placed, *room.assets)}
    return [device for key, device in sorted(devices.items())
            if device.is_there and not device.is_fit_on(today)]


def missing_facilities(room: InpatientRoom) -> list[ClassFacility]:
    """What the room's class promises and the room has not, or has only damaged; empty when the room is
    fit."""
    missing = []
    for wanted in room.room_class.facilities:
        if wanted.status != Status.ACTIVE:
            continue
        present = [place for place in room.facilities if place.is_usable and (
            place.item_id == wanted.item_id if wanted.item_id is not None
            else place.asset is not None and place.asset.asset_model_id == wanted.asset_model_id)]
        if sum(place.quantity for place in present) < wanted.quantity:
            missing.append(wanted)
    return missing
