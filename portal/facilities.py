"""The public page of the hospital's facilities: buildings, wards, classes with what they offer, free beds."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, request
from sqlalchemy.orm import joinedload

from models.base import db
from models.beds import Bed, BedState
from models.facilities import ClassFacility
from models.organisation import Status
from models.places import Building, InpatientRoom, Room, RoomClass, RoomKind, Ward
from portal import fragments
from portal.web import htmx

TEMPLATE = "portal/facilities.html"
#: Rooms that a visitor looks for; offices, stores and kitchens are no service.
SERVICES = (RoomKind.EMERGENCY, RoomKind.POLYCLINIC, RoomKind.THEATRE, RoomKind.LABORATORY,
            RoomKind.RADIOLOGY, RoomKind.PHARMACY)


def _beds() -> dict[str, Any]:
    """Beds by class and by ward: all in service, those ready now, those taken; one statement."""
    count = sa.func.count()
    rows = db.session.execute(
        sa.select(InpatientRoom.room_class_id, InpatientRoom.ward_id, Bed.state, count)
        .join(InpatientRoom, InpatientRoom.id == Bed.inpatient_room_id)
        .where(Bed.state != BedState.OUT_OF_SERVICE)
        .group_by(InpatientRoom.room_class_id, InpatientRoom.ward_id, Bed.state))
    classes: dict[int, dict[str, int]] = defaultdict(lambda: {"all": 0, "free": 0})
    wards: dict[int, dict[str, int]] = defaultdict(lambda: {"all": 0, "free": 0})
    total = {"all": 0, "free": 0}
    for room_class, ward, state, number in rows:
        for sums in (classes[room_class], wards[ward], total):
            sums["all"] += number
            sums["free"] += number if state == BedState.READY else 0
    return {"by_class": classes, "by_ward": wards, "total": total}


def facilities() -> Any:
    beds = _beds()
    classes = db.session.scalars(sa.select(RoomClass).where(RoomClass.status == Status.ACTIVE)
                                 .order_by(RoomClass.bed_count, RoomClass.name)).all()
    # A class of which this hospital has no bed is an entry of the national list only.
    classes = [entry for entry in classes if entry.id in beds["by_class"]] or classes
    offers: dict[int, list[ClassFacility]] = defaultdict(list)
    for facility in db.session.scalars(
            sa.select(ClassFacility).where(ClassFacility.status == Status.ACTIVE)
            .options(joinedload(ClassFacility.item), joinedload(ClassFacility.asset_model))
            .order_by(ClassFacility.id)):
        offers[facility.room_class_id].append(facility)
    wards: dict[int, list[Ward]] = defaultdict(list)
    for ward in db.session.scalars(sa.select(Ward).where(Ward.status == Status.ACTIVE).order_by(Ward.name)):
        wards[ward.building_id].append(ward)
    services: dict[int, list[RoomKind]] = defaultdict(list)
    for building_id, kind in db.session.execute(
            sa.select(Room.building_id, Room.kind).where(Room.kind.in_(SERVICES)).distinct()
            .order_by(Room.building_id, Room.kind)):
        services[building_id].append(kind)
    buildings = db.session.scalars(sa.select(Building).where(Building.status == Status.ACTIVE)
                                   .order_by(Building.name)).all()
    context = {"beds": beds, "classes": classes, "offers": offers, "wards": wards, "services": services,
               "buildings": buildings}
    if request.args.get("part") == "beds" and htmx.wants_fragment():
        return fragments.live_block(TEMPLATE, "beds_part", **context)
    return fragments.page_or_block(TEMPLATE, "content", **context, have="")


def add_to(bp: Blueprint) -> None:
    bp.add_url_rule("/facilities", "facilities", facilities)
