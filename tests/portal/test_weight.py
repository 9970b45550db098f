"""What a first visit loads of each page of the portal, as it is served: at most 60 KB, everything counted."""

from __future__ import annotations

import gzip
import re
from typing import Any

import pytest

from models.consultations import ConsultationState
from models.operations.clinic.conversations import send_message
from models.roles import Role
from tests.support import factories as make

MOST = 60 * 1024
LOADED = re.compile(r'<(?:script|img|link)\b[^>]*?(?:src|href)="(/[^"#]+)|<use href="(/[^"#]+)')
ASKS = {"Accept-Encoding": "gzip, deflate, br"}
#: Pages that only lead elsewhere, answer files or ask for what is in a mail.
NO_PAGE = re.compile(r"/portal/(files|letters|prescriptions|consultations/<int:consultation_id>/(news|rate))"
                     r"|.*/(callback|file|photo|paper)\b.*")


def loaded(client: Any, page: Any) -> dict[str, int]:
    """The addresses that a page loads, and what each weighs on the line."""
    body = gzip.decompress(page.data) if page.headers.get("Content-Encoding") == "gzip" else page.data
    weights = {"": len(page.data)}
    more = {one or two for one, two in LOADED.findall(body.decode())}
    while more:
        address = more.pop()
        if address in weights or not address.startswith("/static/"):
            continue
        answer = client.get(address, headers=ASKS)
        assert answer.status_code == 200, address
        weights[address] = len(answer.data)
        if address.endswith(".css"):
            text = gzip.decompress(answer.data).decode()
            more |= {each for each in re.findall(r"url\([\"']?([^\"')]+)", text)
                     if not each.startswith("data:")}
    return weights


def pages(app: Any, talk: Any) -> list[str]:
    """Every page that the portal and the door have, read off the URL map."""
    values = {"consultation_id": talk.id, "patient_id": talk.patient_id, "doctor_id": talk.doctor_id}
    found = set()
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or not re.match(r"/(portal|account|login|register|verify)\b",
                                                             rule.rule) \
                or NO_PAGE.fullmatch(rule.rule):
            continue
        address = re.sub(r"<(?:[^:<>]*:)?(\w+)>", lambda part: str(values.get(part[1], 1)), rule.rule)
        found.add(address)
    return sorted(found)


@pytest.mark.parametrize("who", ["visitor", "patient"])
def test_every_page_is_light(app: Any, client: Any, sign_in: Any, session: Any, who: str) -> None:
    talk = make.make_consultation(state=ConsultationState.IN_PROGRESS)
    for number in range(30):
        send_message(talk, f"Pesan ke-{number}: obatnya diminum sesudah makan.", by=talk.patient.user,
                     client_id=str(number))
    if who == "patient":
        sign_in(client, talk.patient.user)
    seen, heavy = 0, {}
    for address in [*pages(app, talk), "/nothing/here"]:
        page = client.get(address, headers=ASKS)
        if not page.mimetype.startswith("text/html") or page.status_code not in (200, 404, 422):
            continue
        seen += 1
        weights = loaded(client, page)
        if sum(weights.values()) > MOST:
            heavy[address] = weights
        assert not [each for each in weights if "tabler" in each], address
    assert heavy == {}
    assert seen >= (10 if who == "visitor" else 20)


def test_staff_sign_in_by_the_same_light_door(client: Any, session: Any) -> None:
    assert sum(loaded(client, client.get("/login", headers=ASKS)).values()) < 30 * 1024
    assert client.get("/login").status_code == 200


@pytest.mark.parametrize("path",
                         ["/static/portal.css", "/static/vendor/htmx/htmx.min.js", "/static/icons.svg",
                                  "/static/vendor/tabler/tabler.min.css", "/login"])
def test_answers_travel_compressed_to_who_takes_it(client: Any, session: Any, path: str) -> None:
    plain = client.get(path)
    packed = client.get(path, headers=ASKS)
    assert plain.headers.get("Content-Encoding") is None
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data)
    if path != "/login":  # a page has its own tokens
        assert gzip.decompress(packed.data) == plain.data
        again = client.get(path, headers={**ASKS, "If-None-Match": packed.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
    part = client.get(path, headers={**ASKS, "Range": "bytes=0-9"})
    assert part.status_code == (200 if path == "/login" else 206)


def test_the_length_of_a_page_says_little(client: Any, session: Any) -> None:
    lengths = {len(client.get("/login", headers=ASKS).data) for _ in range(20)}
    assert len(lengths) > 3


def test_what_is_streamed_or_packed_already_stays(client: Any, sign_in: Any, session: Any) -> None:
    make.make_item()
    sign_in(client, Role.ADMIN)
    csv = client.get("/admin/item/export/csv/", headers=ASKS)
    assert csv.status_code == 200
    assert csv.headers.get("Content-Encoding") is None
    assert b"," in csv.data.splitlines()[0]


def test_a_board_that_came_compressed_is_known_again(client: Any, sign_in: Any, session: Any) -> None:
    for index in range(8):
        make.make_bed(number=str(index + 1))
    sign_in(client, Role.ADMIN)
    first = client.get("/admin/rooms/board", headers=ASKS)
    assert first.headers["Content-Encoding"] == "gzip"
    again = client.get("/admin/rooms/board", headers={**ASKS, "If-None-Match": first.headers["ETag"]})
    assert again.status_code == 204
