"""The public page of rooms: every number on it follows by itself, and it names nobody."""

from __future__ import annotations

import re
from typing import Any

from models.base import db
from models.beds import Bed, BedState
from tests.support import factories as make

ASK = {"HX-Request": "true"}


def part(client: Any, have: str = "") -> Any:
    return client.get(f"/portal/facilities?part=beds&have={have}", headers=ASK)


def test_every_number_of_beds_follows_by_itself(client: Any, session: Any) -> None:
    room = make.make_inpatient_room(3)
    page = client.get("/portal/facilities").text
    assert re.search(r'id="beds"[^>]+part=beds[^>]+hx-trigger="every 60s"', page)
    first = part(client)
    mark = re.search(r"have=(\w+)", first.text)
    assert mark is not None
    shown = [room.room_class.name, room.ward.name, "3 dari 3"]
    assert all(each in first.text for each in shown)
    assert part(client, mark[1]).status_code == 204
    assert part(client, mark[1]).data == b""
    bed = db.session.get(Bed, room.beds[0].id)
    bed.state = BedState.OCCUPIED
    db.session.commit()
    now = part(client, mark[1])
    assert now.status_code == 200
    assert now.text.count("2 dari 3") == 3  # the class in words and for who listens, and the ward
    assert "3 dari 3" not in now.text


def test_a_bed_that_is_being_cleaned_is_not_free(client: Any, session: Any) -> None:
    room = make.make_inpatient_room(2)
    for bed, state in zip(room.beds, (BedState.NEEDS_CLEANING, BedState.OUT_OF_SERVICE), strict=True):
        bed.state = state
    db.session.commit()
    text = client.get("/portal/facilities").text
    assert "0 dari 1" in text


def test_it_names_nobody(client: Any, session: Any) -> None:
    patient = make.make_patient(name="Canary Patient")
    make.make_inpatient_room(1)
    assert patient.name not in client.get("/portal/facilities").text
