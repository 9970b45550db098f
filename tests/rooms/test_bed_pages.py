"""The front office's pages of a bed: what they name, who is found, what asks back; reservations; one number
of free beds wherever it is told."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from models import clock
from models.base import db
from models.bed_reservations import BedReservation
from models.beds import Bed, BedState, Stay
from models.facilities import ClassFacility
from models.operations.core.approvals import perform
from models.operations.core.jobs import JOBS
from models.roles import Role
from tests.panel.test_views import statements
from tests.support import factories as make
from tests.support.specified_rights import who_may


def desk_at(client: Any, sign_in: Any) -> Any:
    person = make.make_user(Role.FRONT_OFFICE)
    sign_in(client, person)
    client.post("/language/en")
    return person


def check_in_page(client: Any, bed: Bed, **form: Any) -> Any:
    return client.post(f"/admin/bed/{bed.id}/check_in", data={"version": bed.version, **form})


def test_pages_and_messages_name_ward_room_bed_and_guest(session: Any, client: Any, sign_in: Any) -> None:
    patient = make.make_patient(name="Ratna Dewi", birth_date=date(1990, 5, 17))
    bed, other = make.make_inpatient_room(2, number="204").beds
    ward = bed.inpatient_room.ward.name
    desk_at(client, sign_in)
    page = client.get(f"/admin/bed/{bed.id}/check_in").text
    assert all(word in page for word in (ward, "204", "204-1"))
    answer = check_in_page(client, bed, guest=patient.medical_record_number)
    told = client.get(answer.headers["Location"]).text
    guest = f"{patient.medical_record_number} Ratna Dewi, 17 May 1990"
    assert f"{guest} is in bed 204-1, {ward}." in told
    session.refresh(bed)
    for step in ("check_out", "transfer"):
        page = client.get(f"/admin/bed/{bed.id}/{step}").text
        assert all(word in page for word in (ward, "204-1", guest)), step
    page = client.post(f"/admin/bed/{bed.id}/transfer", data={"version": bed.version, "to_bed": other.id},
                       follow_redirects=True).text
    assert f"{guest} moved from bed 204-1, {ward} to bed 204-2, {ward}." in page
    session.refresh(other)
    page = client.post(f"/admin/bed/{other.id}/check_out", follow_redirects=True, data={
        "version": other.version, "outcome": "referred"}).text
    assert f"{guest} left bed 204-2, {ward}" in page
    assert session.scalars(sa.select(Stay.outcome)).one() == "referred"


def test_the_patient_is_looked_for_by_name_and_taken(session: Any, client: Any, sign_in: Any) -> None:
    patient = make.make_patient(name="Ratna Dewi", birth_date=date(1990, 5, 17), phone="+628123456789")
    bed = make.make_bed()
    desk_at(client, sign_in)
    page = check_in_page(client, bed, guest="dewi", find="1")
    assert page.status_code == 200
    assert "Ratna Dewi, 17 May 1990" in page.text
    assert f'name="pick" value="{patient.medical_record_number}"' in page.text
    assert "8123456789" not in page.text  # number, name and birth date, no more
    assert bed.state == BedState.READY
    check_in_page(client, bed, guest="dewi", pick=patient.medical_record_number)
    session.refresh(bed)
    assert (bed.state, bed.stay.patient_id) == (BedState.OCCUPIED, patient.id)
    client.get("/admin/rooms/")  # where the desk reads that it is done
    for role in set(Role) - {Role.FRONT_OFFICE}:
        sign_in(client, role)
        assert "Ratna Dewi" not in check_in_page(client, make.make_bed(), guest="dewi", find="1").text, role


def test_a_number_that_is_no_record_number_asks_back(session: Any, client: Any, sign_in: Any) -> None:
    bed = make.make_bed()
    desk_at(client, sign_in)
    asked = check_in_page(client, bed, guest="99999999")
    assert asked.status_code == 422
    assert "No patient has the medical record number 99999999" in asked.text
    assert 'name="is_confirmed"' in asked.text
    assert 'name="is_confirmed"' not in client.get(f"/admin/bed/{bed.id}/check_in").text
    assert check_in_page(client, bed, guest="99999999", is_confirmed="y").status_code == 303
    session.refresh(bed)
    assert bed.stay.outside_reference == "99999999"


def test_a_time_is_typed_with_a_reason(session: Any, client: Any, sign_in: Any) -> None:
    bed = make.make_bed()
    desk_at(client, sign_in)
    came = clock.local(clock.now() - timedelta(hours=3)).replace(second=0, microsecond=0)
    form = {"guest": "FO-1", "happened_at": came.strftime("%Y-%m-%dT%H:%M")}
    asked = check_in_page(client, bed, **form)
    assert (asked.status_code, "why it is entered later" in asked.text) == (422, True)
    assert check_in_page(client, bed, reason="The network was away", **form).status_code == 303
    session.refresh(bed)
    assert bed.stay.started_at == came
    asked = client.post(f"/admin/bed/{bed.id}/check_out", data={
        "version": bed.version, "happened_at": "2019-13-45", "outcome": "nobody"})
    assert asked.status_code == 422


# ---------------------------------------------------------------- reservations

def test_the_front_office_keeps_a_bed_and_gives_it_up(session: Any, client: Any, sign_in: Any) -> None:
    bed = make.make_bed()
    assert who_may("create", "bed_reservation") == {Role.FRONT_OFFICE}
    desk_at(client, sign_in)
    assert f"/admin/bed_reservation/new/?bed={bed.id}" in client.get(
        f"/admin/bed/details/?id={bed.id}").text
    until = clock.local(clock.now() + timedelta(hours=5)).strftime("%Y-%m-%dT%H:%M")
    form = {"guest_name": "Sumarni", "bed": bed.id, "reserved_until": until,
            "reserved_from": clock.local(clock.now()).strftime("%Y-%m-%dT%H:%M")}
    for wrong, field in (({"guest_name": ""}, "guest_name"), ({"bed": ""}, "bed"),
                         ({"reserved_until": "2020-01-01T08:00"}, "reserved_until")):
        refused = client.post("/admin/bed_reservation/new/", data=form | wrong)
        assert (refused.status_code, f'id="e-{field}"' in refused.text) == (422, True), field
    made = client.post("/admin/bed_reservation/new/", data=form)
    assert made.status_code == 303
    kept = session.scalars(sa.select(BedReservation)).one()
    board = client.get("/admin/rooms/board").text
    assert '<li class="rw-bed bed-kept">' in board
    assert "Sumarni" not in board
    asked = check_in_page(client, bed, guest="FO-7")
    assert (asked.status_code, "kept for Sumarni" in asked.text) == (422, True)
    client.post(f"/admin/bed_reservation/{kept.id}/cancel", data={
        "version": kept.version, "reason": "No need"})
    session.refresh(kept)
    assert kept.state == "cancelled"
    assert '<li class="rw-bed bed-ready">' in client.get("/admin/rooms/board").text


def test_a_reservation_lapses_by_time_and_keeps_nothing_from_then(session: Any, client: Any) -> None:
    bed, desk = make.make_bed(), make.make_user(Role.FRONT_OFFICE)
    kept = make.saved(BedReservation(bed=bed, guest_name="Sumarni", created_by=desk,
                                     reserved_until=clock.now() + timedelta(hours=1)))
    assert free(client) == 0
    clock.freeze(clock.now() + timedelta(hours=1, minutes=1))
    assert free(client) == 1  # though no job ran yet
    assert "1 reservations lapsed" in JOBS["bed_reservations"].run()
    session.refresh(kept)
    assert kept.state == "lapsed"


def free(client: Any) -> int:
    return client.get("/api/v1/bed-availability").json["total"]["free"]


def test_a_reservation_of_a_class_keeps_one_of_its_beds(session: Any) -> None:
    """Another guest takes a bed without a question while one is left over for who reserved."""
    room, desk = make.make_inpatient_room(2), make.make_user(Role.FRONT_OFFICE)
    kept = make.saved(BedReservation(room_class=room.room_class, guest_name="Sumarni", created_by=desk,
                                     reserved_until=clock.now() + timedelta(hours=1)))
    perform(room.beds[0], "check_in", by=desk, given={"guest": "FO-1"})
    perform(room.beds[1], "check_in", by=desk, given={"guest": "Sumarni"})
    assert (kept.state, kept.stay_id) == ("used", room.beds[1].stay.id)


# ---------------------------------------------------------------- one number of free beds

def test_free_beds_are_one_number_everywhere(session: Any, client: Any, sign_in: Any) -> None:
    """Of six ready beds one is reserved, one of a class is kept, one room lacks something, one ward is shut:
    two are free, on the board, the home page, the public page and the API."""
    ready = [make.make_bed() for _ in range(6)]
    desk = desk_at(client, sign_in)
    session.add(BedReservation(bed=ready[0], guest_name="A", created_by=desk,
                               reserved_until=clock.now() + timedelta(hours=9)))
    session.add(BedReservation(room_class=ready[1].inpatient_room.room_class, guest_name="B", created_by=desk,
                               reserved_until=clock.now() + timedelta(hours=9)))
    session.add(ClassFacility(room_class=ready[2].inpatient_room.room_class, item=make.make_item()))
    ready[3].inpatient_room.ward.status = "inactive"
    session.commit()
    assert free(client) == 2
    board = client.get("/admin/rooms/board").text
    assert board.count('<li class="rw-bed bed-ready">') == 2
    assert board.count('<li class="rw-bed bed-kept">') == 2
    assert board.count('<li class="rw-bed bed-held">') == 1
    home = client.get("/admin/home/").text
    assert re.search(r'href="/admin/bed/\?only=free".*?>\s*2\s*<', home, re.DOTALL)
    assert client.get("/admin/bed/?only=free").text.count("/admin/bed/details/?id=") == 2
    public = client.get("/portal/facilities")
    assert re.search(r'class="big">\s*2\s*<small>', public.text)
    sums = client.get("/api/v1/bed-availability").json
    assert sums["total"] == {"capacity": 5, "occupied": 0, "free": 2}
    for part in ("classes", "wards"):
        assert sum(entry["free"] for entry in sums[part]) == 2


def test_the_public_figures_cost_the_same_however_many_beds(app: Any, client: Any) -> None:
    counts = []
    for rooms in (1, 6):
        for _ in range(rooms):
            make.make_inpatient_room(3)
        db.session.commit()
        client.get("/portal/facilities")
        with statements(app) as seen:
            client.get("/portal/facilities")
        counts.append(len(seen))
    assert counts[0] == counts[1]
