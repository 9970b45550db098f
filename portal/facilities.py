"""The public page of the hospital's facilities: buildings, wards, classes with what they offer, free beds."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, request
from sqlalchemy.orm import joinedload

from models.base import db
from models.facilities import ClassFacility
from models.operations.rooms import free_beds
from models.organisation import Status
from models.places import Building, Room, RoomClass, RoomKind, Ward
from portal import fragments
from portal.web import htmx

TEMPLATE = "portal/facilities.html"
#: Rooms that a visitor looks for; offices, stores and kitchens are no service.
SERVICES = (RoomKind.EMERGENCY, RoomKind.POLYCLINIC, RoomKind.THEATRE, RoomKind.LABORATORY,
            RoomKind.RADIOLOGY, RoomKind.PHARMACY)


def facilities() -> Any:
    beds = free_beds.summary()
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
