"""What somebody did by mistake and took back: an invoice, a prescription, things that went to the wrong ward;
and a thing that nobody finds."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from models import actor, clock
from models.asset_history import AssetMovement, MovementState
from models.asset_register import Asset, AssetState
from models.consultations import Consultation, ConsultationState
from models.facilities import RoomFacility
from models.operations.assets import moves
from models.operations.clinic.prescriptions import Medicine, prescribe
from models.operations.setup.demo.world import World
from models.places import PhysicalCondition
from models.prescriptions import PrescriptionLine
from models.supplier_invoices import SupplierInvoice, SupplierInvoiceState

#: Things that can be carried, and are: nothing else of the demo is told of them.
CARRIED = 3


def load_open(world: World) -> None:
    clock.freeze(world.end)
    _prescriptions(world)
    with world.at_desks():
        _invoice(world)
        _things(world)


def _invoice(world: World) -> None:
    newest = world.session.scalar(
        sa.select(SupplierInvoice).where(SupplierInvoice.state == SupplierInvoiceState.APPROVED)
        .order_by(SupplierInvoice.id.desc()).limit(1))
    if newest is not None:
        world.do(newest, "reverse", "payables", reason="Faktur pemasok lain tercatat di sini")


def _prescriptions(world: World) -> None:
    """A doctor is writing one now, and took another back."""
    visit = world.session.scalar(
        sa.select(Consultation).where(Consultation.state == ConsultationState.IN_PROGRESS,
                                      ~Consultation.prescriptions.any())
        .order_by(Consultation.id).limit(1))
    usual = world.session.scalar(sa.select(PrescriptionLine).order_by(PrescriptionLine.id.desc()).limit(1))
    if visit is None or usual is None:
        return
    doctor = visit.doctor.user
    for reason in ("Pasien ternyata masih punya obatnya", ""):
        actor.set_actor(doctor.id, actor.Door.BACK_OFFICE, "10.10.0.22")
        prescription = prescribe(visit, [Medicine(usual.unit, Decimal(10), "3 x sehari 1 tablet")], by=doctor)
        if reason:
            world.do(prescription, "issue", doctor)
            world.do(prescription, "cancel", doctor, reason=reason)


def _things(world: World) -> None:
    """One cannot be found; one went to the wrong ward, which sent it back; one was called back."""
    staff, nurse = world.users["facilities_staff"], world.users["unit_user"]
    unit = world.things["units"]["MELATI"]
    awaited = sa.select(AssetMovement.asset_id).where(AssetMovement.state == MovementState.AWAITED)
    lost, *wrong = world.session.scalars(
        sa.select(Asset).where(
            Asset.state == AssetState.IN_USE, Asset.condition == PhysicalCondition.GOOD, Asset.quantity == 1,
            Asset.work_unit_id != unit.id, Asset.room_id.is_not(None), Asset.id.not_in(awaited),
            Asset.id.not_in(sa.select(RoomFacility.asset_id).where(
                RoomFacility.asset_id.is_not(None))))
        .order_by(Asset.id).limit(CARRIED))
    for asset, (step, who, reason) in zip(wrong, (
            ("refuse", nurse, "Bukan untuk Melati; pesanan Mawar"),
            ("recall", staff, "Salah pilih alat")), strict=False):
        room: Any = asset.room
        actor.set_actor(staff.id, actor.Door.BACK_OFFICE, "10.10.0.21")
        movement = moves.move(asset, room, unit, by=staff, reason="Permintaan bangsal")
        world.do(movement, step, who, reason=reason)
    world.do(lost, "report_lost", "facilities_head",
             reason="Tidak ditemukan saat opname ruang; terakhir dipakai bulan lalu")
