"""What every answer carries, and what refusals say: a way on, and nothing of any record."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from models.base import db
from models.documents import DocumentNumber
from models.operations.core.approvals import perform
from models.roles import Role
from tests.support.factories import make_item, make_store_request, make_user

STRICT = {"default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self' data:",
          "font-src": "'self'", "connect-src": "'self'", "form-action": "'self'", "frame-ancestors": "'none'",
          "base-uri": "'none'", "worker-src": "'self'", "manifest-src": "'self'"}
PAGES = ["/login", "/portal/facilities", "/nothing-here", "/admin/", "/healthz", "/verify/none"]


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_is_strict(client, path):
    headers = client.get(path).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert {name: re.sub(r" 'nonce-[\w-]+'", "", policy[name]) for name in STRICT} == STRICT
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] in ("same-origin", "no-referrer")
    assert "Permissions-Policy" in headers
    assert {"HX-Request", "Cookie"} <= {name.strip() for name in headers["Vary"].split(",")}
    assert "Strict-Transport-Security" not in headers


def test_behind_tls_the_browser_is_told_to_stay_there(client):
    assert "max-age=31536000" in client.get("/login",
                                            base_url="https://rs.test").headers["Strict-Transport-Security"]


def test_a_refusal_before_sign_in_is_as_strict(client, csrf):
    answer = client.post("/login", data={"email": "x@rs.test", "password": "y"})
    assert answer.status_code == 400
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_pages_of_the_signed_in_are_kept_nowhere(client, sign_in):
    sign_in(client, Role.ADMIN)
    assert client.get("/admin/").headers["Cache-Control"] == "no-store"


def test_static_files_are_kept(client):
    assert "max-age" in client.get("/static/rawat.css").headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/login", "/nothing-here", "/portal/facilities"])
def test_no_page_has_inline_code_or_style(client, path):
    page = client.get(path).text
    assert not re.search(r"\son\w+\s*=|\sstyle\s*=|<style|javascript:|hx-on", page)
    for tag in re.findall(r"<script[^>]*>", page):
        assert re.search("src=|nonce=|application/json", tag)


@pytest.mark.parametrize("path", ["/portal/doctors/99999999999999999999999999", "/admin/item/details/?id=1,2",
                                  "/admin/item/details/?id=99999999999999999999999999", "/verify/%00",
                                  "/verify/" + "x" * 300, "/admin/item/edit/?id=abc"])
def test_hostile_ids_name_nothing(client, sign_in, path):
    sign_in(client, Role.ADMIN)
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("email",
                         ["a\x00b@rs.test", "x" * 5000 + "@rs.test", "%s%n", "'; DROP TABLE user; --"])
def test_hostile_text_is_no_failure(client, email):
    assert client.post("/login", data={"email": email, "password": "y"}).status_code == 422


def test_when_the_database_is_away_it_says_when_to_come_back(client, monkeypatch):
    def away(*_args, **_kwargs):
        raise OperationalError("SELECT", {}, Exception("connection refused"))
    monkeypatch.setattr(type(db.session()), "scalar", away)
    answer = client.get("/verify/code")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) <= 60
    assert "refused" not in answer.text


@pytest.mark.parametrize(("typed", "meant"), [
    ("/portal/doctors/", "/portal/doctors"),
    ("/portal/doctors/?q=ana%20&day=1", "/portal/doctors?q=ana%20&day=1"),
    ("/portal/doctors/7/", "/portal/doctors/7"), ("/portal/consultations/", "/portal/consultations"),
    ("/login/", "/login"), ("/register/", "/register")])
def test_a_slash_too_many_leads_to_the_page(client, typed, meant):
    answer = client.get(typed)
    assert (answer.status_code, answer.location) == (308, meant)
    assert client.post(typed).status_code == 404


@pytest.mark.parametrize("path", ["/portal/nothing/", "/%2Fevil.example/", "/portal//doctors/", "/nothing/",
                                  "/portal/doctors/x/", "/api/v1/openapi.json/"])
def test_a_slash_leads_nowhere_else(client, path):
    answer = client.get(path)
    assert "evil" not in answer.headers.get("Location", "")
    assert answer.status_code in (404, 308)
    if answer.status_code == 308:  # werkzeug's own: slashes that stand double
        assert client.get(answer.location).status_code in (200, 308, 404)


def test_too_large_is_said(client):
    big = client.post("/login", data=b"email=" + b"x" * (52 * 1024 * 1024),
                      content_type="application/x-www-form-urlencoded")
    assert big.status_code == 413


@pytest.fixture
def request_document(session):
    item = make_item(name="Kasa steril rahasia")
    person = make_user(Role.UNIT_USER)
    document = make_store_request((item, 3), created_by=person, work_unit=person.work_unit)
    perform(document, "submit", by=person)
    return document


def test_a_printed_code_proves_the_document_and_tells_nothing_else(client, session, request_document):
    code = session.scalar(sa.select(DocumentNumber.verify_code).where(
        DocumentNumber.document_type == "store_request", DocumentNumber.document_id == request_document.id))
    answer = client.get(f"/verify/{code}")
    assert answer.status_code == 200
    assert request_document.number in answer.text
    assert "Diajukan" in answer.text
    assert "rahasia" not in answer.text
    assert request_document.created_by.name not in answer.text
    assert client.get(f"/verify/{code[:-1]}").status_code == 404
    assert client.get(f"/verify/{request_document.id}").status_code == 404


@pytest.mark.commits
def test_health_is_told_and_counts_only_to_this_machine(app, client):
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 200
    assert client.get("/metrics").status_code == 200
    far = {"REMOTE_ADDR": "203.0.113.9"}
    assert client.get("/metrics", environ_base=far).status_code == 404
    app.config["METRICS_TOKEN"] = "t0ken"
    assert client.get("/metrics", environ_base=far,
                      headers={"Authorization": "Bearer t0ken"}).status_code == 200


# ---------------------------------------------------------------- hosts

@pytest.mark.parametrize("path", ["/", "/login", "/admin/", "/portal/", "/static/rawat.css", "/api/v1/beds",
                                  "/nothing-here", "/healthz"])
@pytest.mark.parametrize("host", ["evil.example", "rs.example.org.evil.example", "a b",
                                  "rs.example.org@evil"])
def test_a_request_for_another_host_is_refused(app, client, monkeypatch, path, host):
    """No page, and no address of the other host in the answer."""
    monkeypatch.setitem(app.config, "TRUSTED_HOSTS", ["rs.example.org", ".klinik.example", "localhost"])
    for method in ("GET", "POST"):
        answer = client.open(path, method=method, headers={"Host": host})
        assert answer.status_code == 400, (method, answer.status_code)
        assert "evil" not in answer.text + str(answer.headers)
    for good in ("rs.example.org", "rs.example.org:8443", "gigi.klinik.example", "localhost"):
        assert client.get("/healthz", headers={"Host": good}).status_code == 200
