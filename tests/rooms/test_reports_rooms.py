"""Reports of rooms against days counted by hand, on both databases."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from pypdf import PdfReader

from models import clock
from models.beds import Stay
from models.documents import Stateful
from models.facilities import RoomFacility
from models.housekeeping import Cleaning, CleaningKind, CleaningState
from models.operations.core.report_kit import REPORTS
from models.roles import Role
from tests.support import factories as make

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 10)
PERIOD = {"from": FIRST, "to": LAST}


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=clock.zone())


def shown(session: Any, key: str, **values: Any) -> list[dict[str, Any]]:
    report = REPORTS[key]
    return [{column.name: column.of(row) for column in report.columns}
            for row in session.execute(report.select({**PERIOD, **values}))]


def test_occupancy_counts_the_time_in_bed_inside_the_period(session: Any) -> None:
    room = make.make_inpatient_room(2)
    desk = make.make_user(Role.FRONT_OFFICE)

    def stay(bed: int, start: datetime, end: datetime | None) -> None:
        session.add(Stay(bed=room.beds[bed], outside_reference="FO", started_at=start, ended_at=end,
                         checked_in_by_id=desk.id))

    stay(0, at(1) - timedelta(days=3), at(3))      # two days of the period
    stay(0, at(5, 12), at(8))                      # two and a half
    stay(1, at(10, 12), at(10) + timedelta(days=9))  # half a day, ends after it
    stay(1, at(1) - timedelta(days=9), at(1) - timedelta(days=8))  # before it
    session.flush()
    (row,) = shown(session, "occupancy", ward=room.ward_id)
    assert row["beds"] == 2
    assert row["bed_days"] == Decimal("5.0")
    assert (row["stays"], row["discharged"]) == (3, 2)
    assert row["rate"] == Decimal("25.00")      # 5 of 2 beds × 10 days
    assert row["length"] == Decimal("2.50")     # 5 bed-days / 2 discharges
    assert row["empty"] == Decimal("7.50")      # 15 empty bed-days / 2 discharges
    assert row["turnover"] == Decimal("1.00")   # 2 discharges / 2 beds
    assert shown(session, "occupancy", ward=make.make_inpatient_room(1).ward_id)[0]["rate"] == 0


def cleaning(room: Any, kind: CleaningKind, day: int, *minutes: int, cost: int = 50_000) -> Cleaning:
    """Left at noon; then minutes until the start, the end and (where a third is given) the inspection."""
    moments = [at(day, 12) + timedelta(minutes=sum(minutes[:place])) for place in range(len(minutes) + 1)]
    return Cleaning(kind=kind, bed=room.beds[0], inpatient_room=room, requested_at=moments[0],
                    started_at=moments[1],
                    cleaned_at=moments[2], inspected_at=moments[3] if len(moments) > 3 else None,
                    state=CleaningState.INSPECTED if len(moments) > 3 else CleaningState.FINISHED,
                    checklist_done=True, cost=Decimal(cost))


def test_turnaround_says_where_the_minutes_went(session: Any) -> None:
    room = make.make_inpatient_room(1)
    session.add_all([cleaning(room, CleaningKind.TERMINAL, 2, 10, 30, 20),
                     cleaning(room, CleaningKind.TERMINAL, 3, 30, 50),
                     cleaning(room, CleaningKind.ISOLATION, 4, 5, 90), cleaning(room, CleaningKind.TERMINAL,
                     20, 1, 1)])
    session.flush()
    rows = {row["kind"]: row for row in shown(session, "turnaround", ward=room.ward_id)}
    terminal = rows[CleaningKind.TERMINAL]
    assert (terminal["tasks"], terminal["waiting"], terminal["cleaning"], terminal["inspection"]) == (2, 20,
                                                                                                      40, 20)
    assert (terminal["whole"], terminal["longest"], terminal["cost"]) == (70, 80, 100_000)
    assert rows[CleaningKind.ISOLATION]["whole"] == 95


def test_a_bed_day_costs_what_its_rooms_cost(session: Any) -> None:
    room = make.make_inpatient_room(1)
    desk = make.make_user(Role.FRONT_OFFICE)
    session.add_all([Stay(bed=room.beds[0], outside_reference="FO", started_at=at(1), ended_at=at(5),
                          checked_in_by_id=desk.id),
                     cleaning(room, CleaningKind.TERMINAL, 5, 10, 30, cost=90_000)])
    session.flush()
    (row,) = shown(session, "bed_day_cost", room_class=room.room_class_id)
    assert (row["bed_days"], row["cleaning"], row["cost"], row["per_day"]) == (4, 90_000, 90_000, 22_500)


def test_the_inventory_list_of_a_room(session: Any, client: Any, sign_in: Any) -> None:
    room, other = make.make_room(name="Poli Gigi"), make.make_inpatient_room(1)
    chair = make.make_asset(name="Kursi gigi", room=room, brand="Belmont", serial_number="BL-77")
    make.make_asset(name="Ventilator", inpatient_room=other)
    session.add(RoomFacility(room=room, item=make.make_item(name="Tabung oksigen"), quantity=Decimal("2.5")))
    session.flush()
    assert isinstance(chair, Stateful)
    rows = shown(session, "room_inventory", room=room.id)
    assert [(row["place"], row["thing"], row["code"], row["amount"]) for row in rows] == [
        ("Poli Gigi", "Kursi gigi", chair.tag, 1),
        ("Poli Gigi", "Tabung oksigen", rows[1]["code"], Decimal("2.5"))]
    assert [row["thing"]
            for row in shown(session, "room_inventory", inpatient_room=other.id)] == ["Ventilator"]
    assert {"Kursi gigi", "Tabung oksigen",
            "Ventilator"} <= {row["thing"] for row in shown(session, "room_inventory")}
    sign_in(client, Role.FACILITIES_STAFF)
    client.set_cookie("language", "en")
    paper = client.get(f"/admin/reports/room_inventory/pdf/?room={room.id}")
    text = PdfReader(io.BytesIO(paper.data)).pages[0].extract_text()
    assert "BL-77" in text
    assert "Keeper of the inventory" in text
    assert client.get("/admin/reports/lookup/?name=room&query=gigi").json[0]["text"]
