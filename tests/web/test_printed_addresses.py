"""What leaves the screen carries the hospital's own address, never the one that a request came by."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from models.operations.core.approvals import perform
from models.roles import Role
from portal.web import asset_label_sheets, links
from portal.web.asset_qr_page import address_of
from portal.web.print import paper_of
from tests.support import factories as make

ROOT = Path(__file__).parents[2]
HOSTILE = {"base_url": "http://rawat-lama.local:8080"}
OURS = "https://rs.example.org"
#: Where the request's own host is asked for, and why.
ALLOWED = {
    "portal/web/links.py": "the demo takes it, for want of another",
    "portal/web/signin.py": "a form must come from the host that it was shown on",
    "portal/providers.py": "a provider sends back to an address that is registered with it",
    "backoffice/rooms/places.py": "the address of a wall screen, typed into it from this page",
    "portal/web/errors.py": "the way back leads to a page of this site only",
    "portal/web/proving.py": "what was stopped goes on on this site only",
    "portal/web/sent_once.py": "back to a page of this site only",
    "portal/web/passkey_door.py": "a key belongs to a host; the demo's is the one that is asked",
    "portal/learn/boxes/pages.py": "practice hospitals stand beside the house, on the same host",
    "portal/learn/boxes/store.py": "practice hospitals stand beside the house, on the same host",
}
ASKS = re.compile(r"_external\s*=|url_root|host_url|base_url\b(?!\")|request\.host\b|request\.url\b")


def test_nothing_asks_for_the_host_of_a_request_but_what_is_listed() -> None:
    found = {str(path.relative_to(ROOT)) for room in ("portal", "backoffice", "templates")
             for path in (ROOT / room).rglob("*") if path.suffix in (".py", ".html", ".txt")
             and ASKS.search(path.read_text(encoding="utf-8").replace("api_base_url", ""))}
    assert found - ALLOWED.keys() == set(), "printed_address() knows the hospital's address"
    assert ALLOWED.keys() - found == set()


@pytest.fixture
def printed(monkeypatch: Any) -> list[str]:
    """The addresses of the labels that are printed."""
    seen: list[str] = []
    real = asset_label_sheets.labels_pdf

    def keep(labels: Any, *rest: Any, **more: Any) -> bytes:
        labels = list(labels)
        seen.extend(label.address for label in labels)
        return real(labels, *rest, **more)

    monkeypatch.setattr(asset_label_sheets, "labels_pdf", keep)
    return seen


def test_labels_carry_the_public_address_whatever_host_was_asked(
        client: Any, app: Any, session: Any, sign_in: Any, printed: list[str]) -> None:
    app.config["PUBLIC_URL"] = OURS
    asset = make.make_asset()
    sign_in(client, Role.FACILITIES_STAFF)
    assert client.get(f"/admin/asset/labels/pdf?ids={asset.id}").mimetype == "application/pdf"
    assert printed == [f"{OURS}/asset/{asset.qr_code}"]
    with app.test_request_context("/", **HOSTILE):
        assert address_of(asset) == printed[0]


def test_papers_carry_the_public_address_whatever_host_was_asked(app: Any, session: Any) -> None:
    app.config["PUBLIC_URL"] = OURS
    nurse = make.make_user(Role.UNIT_USER)
    request = make.make_store_request((make.make_item(), 1), created_by=nurse, store=make.make_store())
    perform(request, "submit", by=nurse)
    with app.test_request_context("/", **HOSTILE):
        paper = paper_of(request)
        assert links.printed_address("/x") == f"{OURS}/x"
    assert paper.address.startswith(f"{OURS}/verify/")
    assert paper.qr


def test_a_house_without_an_address_prints_no_labels_and_papers_without_a_code(
        client: Any, app: Any, session: Any, sign_in: Any, printed: list[str]) -> None:
    asset, nurse = make.make_asset(), make.make_user(Role.UNIT_USER)
    request = make.make_store_request((make.make_item(), 1), created_by=nurse, store=make.make_store())
    perform(request, "submit", by=nurse)
    sign_in(client, make.make_user(Role.FACILITIES_STAFF, Role.ADMIN))
    page = client.get(f"/admin/asset/labels/?ids={asset.id}").text
    assert "PUBLIC_URL" in page, "the demo tells an administrator whose address it prints"
    app.config["RAWAT_ENV"], app.config["PUBLIC_URL"] = "production", ""
    try:
        page = client.get(f"/admin/asset/labels/?ids={asset.id}").text
        assert "PUBLIC_URL" in page
        assert client.get(f"/admin/asset/labels/pdf?ids={asset.id}").status_code == 303
        assert printed == []
        with app.test_request_context("/", **HOSTILE):
            paper = paper_of(request)
        assert (paper.address, paper.qr) == ("", "")
    finally:
        app.config["RAWAT_ENV"] = "demo"
