"""No input gives a 500: hostile texts in every field of every form and query, in cookies, headers and
uploads.

Addresses are read off the URL map and field names off the pages, so that a new one falls under this by
itself.
"""

from __future__ import annotations

import re
from random import Random
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.routing import Rule

from backoffice.panel.columns import mapped_tables
from models.base import db
from models.roles import Role
from models.store_requests import StoreRequest
from portal.api.calls import CALLS, Call
from portal.web import search_sealing
from tests.grids.test_routes import NO_PAGE, PARTS, address
from tests.support import factories as make
from tests.support import grid
from tests.web.test_api import key_of
from tests.web.test_api_asked import address as address_of

#: What people, scripts and broken browsers send.
TEXTS = ("", " ", "\x00", "a\x00b", "-1", "0", "1e400", "NaN", "Infinity", "9" * 400, "1." + "0" * 300,
         "0,1,2.3", "9223372036854775808", "-9223372036854775809", "2147483648", "٣", "½", "2026-02-30",
         "0000-00-00", "99999-01-01", "0001-01-01", "9999-12-31", "2026-11-18T25:61", "24:00",
         "9999-12-31T23:59", "' OR 1=1 --", "{{7*7}}", "%s%n%(x)s", "\u202e\u2066", "\ufffe\ud7ff",
         "😀" * 3000, "x" * 60_000, "../../etc/passwd", "<script>", "\r\nSet-Cookie: a=b", "null", "[]", "{",
         "true")
#: Bytes that are no UTF-8, as an address and a form carry them.
BROKEN = ("%ED%A0%80", "%FF%FE", "%C0%80", "%")
NAMES = ("page", "size", "sort", "desc", "q", "search", "query", "from", "to", "on", "id", "columns", "tab",
         "state", "item", "store", "flt0_0", "flt1_2", "version", "after", "before", "limit", "day", "month",
         "year", "doctor", "next", "file", "line")
FIELD = re.compile(r'<(?:input|select|textarea|button)\b[^>]*?\bname="([^"]+)"')
TABLES = grid.tables()


@pytest.fixture
def everybody(client: Any, sign_in: Any) -> Any:
    """Somebody with every role, so that nothing is refused before it is read."""
    sign_in(client, make.make_user(*Role))
    return client


def refused_well(client: Any, method: str, where: str, **sent: Any) -> list[str]:
    """Empty when the answer is none of a broken server; else what was asked. Refusals come as a line of text:
    their pages are rendered elsewhere."""
    sent.setdefault("headers", NO_PAGE)
    try:
        status = client.open(where, method=method, **sent).status_code
    except Exception as error:
        return [f"{method} {where[:150]}: {type(error).__name__}: {str(error)[:150]} ({str(sent)[:200]})"]
    return [] if status < 500 or status == 503 else [f"{method} {where[:150]}: {status} ({str(sent)[:200]})"]


def drawn(names: Any, dice: Random) -> dict[str, str]:
    return {name: dice.choice(TEXTS) for name in names}


def forms_of(view: Any, key: Any) -> list[str]:
    """The pages with a form, and what is posted without one."""
    here = [f"{view.url}/new/", f"{view.url}/edit/?id={key}", f"{view.url}/action/",
            f"{view.url}/ajax/update/",
            f"{view.url}/{key}/comment", f"{view.url}/{key}/files", f"{view.url}/delete/"]
    here += [f"{view.url}/{key}/{name}"
             for name in getattr(getattr(view.model, "workflow", None), "names", ())]
    here += [f"{view.url}/{key}/{name.name}" for name in view.makes]
    return here


@pytest.mark.parametrize("table", TABLES)
def test_no_text_in_a_form_breaks_the_panel(app: Any, everybody: Any, table: str) -> None:
    make.make_chart()
    # other texts on each database
    view, dice = app.extensions["rawat_panel"][table], Random(f"{table} {db.engine.dialect.name}")
    # nobody writes in the log
    key = 1 if table == "activity_log" else view.key(grid.row_of(mapped_tables()[table]))
    wrong: list[str] = []
    for where in forms_of(view, key):
        page = everybody.get(where)
        names = set(FIELD.findall(page.text)) | {"version", "reason", "rowid", "action", "comment"}
        for _ in range(1 if db.engine.dialect.name == "postgresql" else 2):
            wrong += refused_well(everybody, "POST", where, data=drawn(sorted(names), dice))
        broken = "&".join(f"{name}={dice.choice(BROKEN)}" for name in sorted(names))
        wrong += refused_well(everybody, "POST", where, data=broken,
                              content_type="application/x-www-form-urlencoded")
    assert wrong == []


def elsewhere(app: Any, method: str) -> list[Rule]:
    """Addresses outside the tables' own pages and the API."""
    tables = tuple(f"/admin/{table}/" for table in TABLES)
    return [rule for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)
            if method in (rule.methods or set()) and not rule.rule.startswith((*tables, "/api/", "/logout"))]


def test_no_text_in_a_post_breaks_another_page(app: Any, client: Any, sign_in: Any) -> None:
    dice, wrong = Random(1), []
    patient = make.make_patient()
    staff = make.make_user(*Role)
    for rule in elsewhere(app, "POST"):
        where = address(rule)
        sign_in(client, patient.user if where.startswith("/portal") else staff)
        names = set(NAMES)
        if "GET" in (rule.methods or set()):
            names |= set(FIELD.findall(client.get(where).text))
        for _ in range(4):
            wrong += refused_well(client, "POST", where, data=drawn(sorted(names), dice))
        wrong += refused_well(client, "POST", where, data=dict.fromkeys(names, "\ud7ff"))
    assert wrong == []


def test_no_query_breaks_a_page(app: Any, everybody: Any) -> None:
    dice, wrong = Random(2), []
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or set())
             and not rule.rule.startswith(("/logout", "/api/"))]
    for rule in sorted(rules, key=lambda rule: rule.rule):
        words = [dice.choice(BROKEN) if dice.random() < 0.2 else quote(dice.choice(TEXTS)[:200])
                 for _ in NAMES]
        query = "&".join(f"{name}={word}" for name, word in zip(NAMES, words, strict=True))
        wrong += refused_well(everybody, "GET", address(rule), query_string=query)
    assert wrong == []


@pytest.mark.once
@pytest.mark.parametrize("text", [*TEXTS[1:26], "%00", "a%0d%0ab", "%ED%A0%80", "x" * 3000])
def test_no_text_in_a_path_breaks_a_page(app: Any, everybody: Any, text: str) -> None:
    wrong: list[str] = []
    part = text if text.startswith("%") or "%0" in text else quote(text, safe="") or "%20"
    seen = set()
    for rule in app.url_map.iter_rules():
        # one table's stand for all
        alike = rule.rule.startswith(tuple(f"/admin/{table}/" for table in TABLES[1:]))
        if "<" not in rule.rule or "GET" not in (rule.methods or set()) or alike:
            continue
        where = re.sub(r"<(?:[^:<>]*:)?\w+>", lambda _match: part, rule.rule)
        if where not in seen:
            seen.add(where)
            wrong += refused_well(everybody, "GET", where)
    assert wrong == []


HEADERS = ("Accept-Language", "Accept", "If-None-Match", "If-Modified-Since", "Range", "Referer", "Origin",
           "HX-Request", "HX-Target", "HX-Current-URL", "HX-Trigger", "User-Agent", "X-Forwarded-For",
           "X-Request-ID", "Authorization", "Idempotency-Key", "Content-Type", "X-CSRFToken",
           search_sealing.QUERY)
PAGES = ("/login", "/", "/admin/", "/admin/item/", "/admin/search/", "/admin/notices/", "/portal/doctors",
         "/portal/", "/learn/", "/healthz", "/api/v1/rooms")


@pytest.mark.once
@pytest.mark.parametrize("where", PAGES)
def test_no_header_or_cookie_breaks_a_page(everybody: Any, where: str) -> None:
    wrong: list[str] = []
    said = [re.sub(r"[\r\n]", "", text.encode("utf-8", "replace").decode("latin-1"))[:4000] for text in TEXTS]
    for dice in (Random(number) for number in range(12)):
        wrong += refused_well(everybody, "GET", where,
                              headers=[(name, dice.choice(said)) for name in HEADERS])
    for text in said:
        for name in ("session", "rawat_session", "remember_token", "language", "theme", "csrf_token"):
            everybody.set_cookie(name, text.replace(";", "")[:300])
        wrong += refused_well(everybody, "GET", where)
    assert wrong == []


def part(words: bytes, content: bytes = b"a", more: bytes = b"") -> bytes:
    return b"--x\r\nContent-Disposition: form-data" + words + more + b"\r\n\r\n" + content + b"\r\n"


END = b"--x--\r\n"
FILE = b'; name="file"; filename='
MULTIPART = (b"", b"--", b"--x\r\n", part(b"") + END, part(b'; filename="a.csv"') + END,
             part(FILE + b'"\x00../a.png"') + END,
             part(FILE + b'"' + b"a" * 5000 + b'.xlsx"', b"PK\x03\x04") + END,
             part(b"; name=\"file\"; filename*=utf-8''%FF.csv", b"a;b") + END,
             part(FILE + b'"a.csv"', b"\xff", b"\r\nContent-Type: \xff/\xfe") + END,
             part(b'; name="a"', b"!", b"\r\nContent-Transfer-Encoding: base64") + END,
             b"".join(part(b'; name="f%d"' % number) for number in range(3000)) + END)


@pytest.mark.once
@pytest.mark.parametrize("body", range(len(MULTIPART)))
def test_no_broken_upload_breaks_a_page(app: Any, everybody: Any, body: int) -> None:
    wrong: list[str] = []
    request = make.saved(grid.filled(StoreRequest))
    places = [address(rule) for rule in elsewhere(app, "POST")]
    places += ["/admin/item/new/", "/admin/store_request/new/", f"/admin/store_request/{request.id}/files"]
    for where in places:
        for kind in ("multipart/form-data; boundary=x", "multipart/form-data",
                     'multipart/form-data; boundary="'):
            wrong += refused_well(everybody, "POST", where, data=MULTIPART[body], content_type=kind)
    assert wrong == []


# ---------------------------------------------------------------- the API

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.sampled_from(TEXTS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8)
TAKING = [call for call in CALLS if call.body]


@pytest.mark.parametrize("call", TAKING, ids=[f"{call.method} {call.path}" for call in TAKING])
def test_no_json_breaks_a_call(client: Any, session: Any, call: Call) -> None:
    head = key_of(*Role)
    where = address_of(call)

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True,
              database=None)
    @given(st.fixed_dictionaries({}, optional=dict.fromkeys((*call.body, "another"), anything)))
    def tried(body: dict[str, Any]) -> None:
        assert refused_well(client, call.method, where, headers=head, json=body) == []

    tried()


@pytest.mark.parametrize("call", [call for call in CALLS if call.method == "GET"], ids=lambda call: call.path)
def test_no_query_breaks_a_call(client: Any, session: Any, call: Call) -> None:
    head, dice, wrong = key_of(*Role), Random(call.path), []
    where = "/api/v1" + re.sub(r"<(?:[^:<>]*:)?(\w+)>", lambda part: PARTS.get(part[1], "999999"), call.path)
    names = [*call.query, *NAMES[:8]]
    for _ in range(20):
        query = {dice.choice(names): dice.choice(TEXTS)}
        wrong += refused_well(client, "GET", where, headers=head, query_string=query)
    assert wrong == []
