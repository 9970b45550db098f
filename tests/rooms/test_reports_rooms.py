"""Reports of rooms against days counted by hand, on both databases."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from pypdf import PdfReader

from models import clock
from models.beds import Stay, StayBed
from models.documents import Stateful
from models.facilities import RoomFacility
from models.housekeeping import Cleaning, CleaningKind, CleaningState
from models.operations.core.approvals import perform
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


def lie(room: Any, bed: int, start: datetime, end: datetime | None, outcome: str | None = None) -> Stay:
    return make.saved(Stay(bed=room.beds[bed], outside_reference=make.unique("FO"), started_at=start,
                           ended_at=end, checked_in_by=make.make_user(Role.FRONT_OFFICE),
                           outcome=outcome or ("went_home" if end else None)))


def test_indicators_by_the_midnight_census(session: Any) -> None:
    room = make.make_inpatient_room(2)
    lie(room, 0, at(1, 9) - timedelta(days=3), at(3, 10))   # nights of 1 and 2 March; 5 days in all
    lie(room, 0, at(5, 12), at(8, 8))                       # 5, 6, 7
    lie(room, 1, at(4, 8), at(4, 20))                       # came and left on one day: 1
    lie(room, 1, at(10, 12), at(19))                        # 10; leaves after the period
    lie(room, 1, at(1) - timedelta(days=9), at(1) - timedelta(days=8))  # before it
    (row,) = shown(session, "occupancy", ward=room.ward_id)
    assert (row["beds"], row["available"], row["census"]) == (2, 20, 7)
    assert (row["discharged"], row["lain"]) == (3, 5 + 3 + 1)
    assert row["rate"] == Decimal("35.00")      # HP 7 of 2 beds × 10 days
    assert row["length"] == Decimal("3.00")     # LD 9 / 3 who left
    assert row["empty"] == Decimal("4.33")      # (20 − 7) / 3
    assert row["turnover"] == Decimal("1.50")   # 3 / 2
    assert (row["gross"], row["net"]) == (0, 0)
    other = shown(session, "occupancy", ward=make.make_inpatient_room(1).ward_id)[0]
    assert (other["rate"], other["length"], other["gross"]) == (0, None, None)  # nobody left: no value, not 0


def test_death_rates_count_from_48_hours_on(session: Any) -> None:
    room = make.make_inpatient_room(4)
    lie(room, 0, at(2, 8), at(4, 7), "died")    # 47 hours
    lie(room, 1, at(2, 8), at(4, 8), "died")    # 48 hours
    lie(room, 2, at(2, 8), at(4, 9), "referred")
    lie(room, 3, at(2, 8), at(4, 9), "own_wish")
    (row,) = shown(session, "occupancy", ward=room.ward_id)
    assert (row["gross"], row["net"]) == (500, 250)
    (form,) = [row for row in shown(session, "rl_3_1") if row["census"] == 8]
    assert (form["alive"], form["died_early"], form["died_later"]) == (2, 1, 1)


def test_a_transfer_is_no_discharge_and_days_belong_to_their_bed(session: Any) -> None:
    here, there = make.make_inpatient_room(1), make.make_inpatient_room(1)
    stay = lie(here, 0, at(2, 8), at(6, 8))
    (first,) = stay.beds
    first.ended_at, stay.bed = at(4, 12), there.beds[0]
    session.flush()
    stay.beds.append(StayBed(bed=there.beds[0], started_at=at(4, 12), ended_at=at(6, 8)))
    session.flush()
    rows = [shown(session, "occupancy", ward=room.ward_id)[0] for room in (here, there)]
    assert [(row["census"], row["discharged"], row["lain"]) for row in rows] == [(2, 0, 0), (2, 1, 4)]


def test_a_check_in_that_was_taken_back_counts_nowhere(session: Any) -> None:
    room, desk = make.make_inpatient_room(1), make.make_user(Role.FRONT_OFFICE)
    clock.freeze(at(3, 8))
    for step in ("check_in", "undo_check_in"):
        perform(room.beds[0], step, by=desk, reason="Wrong", given={"guest": "FO-1"} if step == "check_in"
                else None)
    clock.freeze(at(20, 8))
    (row,) = shown(session, "occupancy", ward=room.ward_id)
    assert (row["census"], row["discharged"]) == (0, 0)


def test_the_day_that_runs_is_not_counted_and_the_future_is_said(session: Any, client: Any,
                                                                 sign_in: Any) -> None:
    room = make.make_inpatient_room(1)
    lie(room, 0, at(8, 9), None)
    clock.freeze(at(10, 7))
    (row,) = shown(session, "occupancy", ward=room.ward_id)
    assert (row["available"], row["census"], row["rate"]) == (9, 2, Decimal("22.22"))  # to the ninth
    (row,) = shown(session, "occupancy", ward=room.ward_id, **{"from": date(2026, 3, 10),
                                                               "to": date(2026, 12, 31)})
    assert (row["rate"], row["census"], row["empty"]) == (None, None, None)
    sign_in(client, Role.DIRECTOR)
    client.post("/language/en")
    page = client.get("/admin/reports/occupancy/?from=2026-03-10&to=2026-12-31").text
    assert "None of these days is over yet" in page
    assert "1 Mar 2026" in client.get("/admin/reports/occupancy/?from=2026-03-01&to=2026-12-31").text


def test_a_bed_out_of_service_is_no_bed_to_lie_in(session: Any) -> None:
    room, staff = make.make_inpatient_room(2), make.make_user(Role.FACILITIES_STAFF)
    clock.freeze(at(3, 8))
    perform(room.beds[0], "take_out", by=staff, reason="Broken")
    clock.freeze(at(6, 8))
    perform(room.beds[0], "put_back", by=staff)
    clock.freeze(at(20, 8))
    (row,) = shown(session, "occupancy", ward=room.ward_id)
    assert row["available"] == 20 - 3  # the midnights of 3, 4 and 5 March


def test_forms_of_the_ministry_as_spreadsheets(session: Any, client: Any, sign_in: Any) -> None:
    ward = make.make_inpatient_room(2, room_class=make.make_room_class(code="VIP")).ward
    room = make.make_inpatient_room(3, ward=ward, room_class=make.make_room_class(code="KELAS3"))
    lie(room, 0, at(1, 9) - timedelta(days=3), at(3, 10))
    lie(room, 1, at(2, 9), None)
    (beds,) = shown(session, "rl_1_3")
    assert (beds["beds"], beds["beds_vip"], beds["beds_third"], beds["beds_other"]) == (5, 2, 3, 0)
    (row,) = shown(session, "rl_3_1")
    assert [row[name] for name in ("before", "came", "alive", "lain", "after", "census", "census_third",
                                   "census_vip")] == [1, 1, 1, 5, 1, 2 + 9, 11, 0]
    (whole,) = shown(session, "rl_1_2")
    assert (whole["beds"], whole["rate"]) == (5, Decimal("22.00"))
    sign_in(client, Role.FACILITIES_HEAD)
    client.post("/language/en")
    for key in ("rl_1_2", "rl_1_3", "rl_3_1"):
        answer = client.get(f"/admin/reports/{key}/xlsx/?from=2026-03-01&to=2026-03-10")
        with zipfile.ZipFile(io.BytesIO(answer.data)) as book:
            assert "Permenkes 1171/2011" in book.read("xl/worksheets/sheet2.xml").decode()


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
    assert (row["census"], row["cleaning"], row["cost"], row["per_day"]) == (4, 90_000, 90_000, 22_500)


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
