"""Every address, read off the URL map: who may open it, that it wants a sign-in and a token. A new route is
held to the table below at once; one that the table does not know fails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.routing import Rule

from models.base import db
from models.roles import Role
from tests.support.factories import make_user
from tests.support.specified_rights import TABLES, openers, readers

pytestmark = pytest.mark.once

EVERYBODY = frozenset(Role)
ANYBODY = None  # signed in or not

#: Which roles may open an address: the first pattern that fits counts. Rows are another question (scope:
#: 404).
WHO: tuple[tuple[str, frozenset[Role] | None], ...] = (
    (r"/(static|admin/static)/.*", ANYBODY),
    (r"/(healthz|readyz|metrics)", ANYBODY),
    (r"/login/.*", ANYBODY),
    (r"/account/(confirm|done|forgotten|password|profile)", ANYBODY),
    (r"/account/.*", EVERYBODY),
    (r"/(login|logout|register.*|language/.*|theme/.*|verify(/.*)?|logo)?", ANYBODY),
    (r"/asset/[^/]+(/fault)?", ANYBODY),
    (r"/asset/.*", readers("asset")),
    (r"/(place|wall)/.*", ANYBODY),
    (r"/fault/of/.*", EVERYBODY),
    (r"/fault/.*", ANYBODY),
    (r"/(sw\.js|phone-shell|manifest\.webmanifest|offline/.*)", ANYBODY),  # holds nothing of anybody
    (r"/push/(worker\.js|news)", ANYBODY),  # nobody's words for whoever is signed out
    (r"/push/.*", EVERYBODY),
    (r"/drafts", ANYBODY),  # answers a script: 401, not the door
    (r"/portal/(doctors|specializations|facilities|register)(/.*)?", ANYBODY),
    (r"/portal/.*", openers("portal")),
    (r"/learn/(join|joined)", ANYBODY),
    (r"/learn/join/.*", openers("join")),
    (r"/learn/classes(/.*)?", openers("classes")),
    (r"/learn/.*", openers("learn")),
    (r"/admin/(home/)?", openers("dashboard")),
    (r"/admin/inbox(/.*)?", openers("inbox")),
    (r"/admin/notices(/.*)?", openers("notices")),
    (r"/admin/search(/.*)?", openers("search")),
    (r"/admin/choices/", openers("dashboard")),
    (r"/admin/help/.*", openers("dashboard")),
    (r"/admin/rooms(/.*)?", openers("rooms")),
    (r"/admin/housekeeping(/.*)?", openers("housekeeping")),
    (r"/admin/scan(/.*)?", openers("scan")),
    (r"/admin/desk/.*", openers("desk")),
    (r"/admin/imports(/.*)?", openers("imports")),
    (r"/admin/first_steps(/.*)?", openers("first_steps")),
    (r"/admin/care/", openers("care")),
    (r"/admin/reports/.*", openers("reports")),
    (r"/admin/settings/(.*)?", openers("settings")),
    (r"/admin/rights/", openers("rights")),
    *((rf"/admin/{table}/.*", readers(table)) for table in TABLES),
)
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
#: A refusal is one line of text to a program that wants no page: what is asked here is its status.
NO_PAGE = {"Accept": "text/plain"}
#: What stands for the variable parts; the row does not exist.
PARTS = {"size": "small", "export_type": "csv", "code": "id", "name": "light", "step": "submit",
         "filename": "nothing.css"}


def who(rule: str) -> frozenset[Role] | None:
    return next(roles for pattern, roles in WHO if re.fullmatch(pattern, rule))


def rules(app: Any) -> list[Rule]:
    """What a browser can ask; the API, whose callers have a token instead of a session, is held to its own
    grid."""
    return sorted((rule for rule in app.url_map.iter_rules() if not rule.rule.startswith("/api/")),
                  key=lambda rule: (rule.rule, sorted(rule.methods or ())))


def address(rule: Rule) -> str:
    return re.sub(r"<(?:[^:<>]*:)?(\w+)>", lambda part: PARTS.get(part[1], "999999"), rule.rule)


def asks(app: Any) -> Iterator[tuple[str, str, frozenset[Role] | None]]:
    """Method, address and roles of everything that can be asked."""
    for rule in rules(app):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, address(rule), who(rule.rule)


def rows() -> int:
    """How many rows all tables hold together, the log of the refusals themselves left out."""
    tables = [table for table in db.metadata.sorted_tables
              if table.name not in {"activity_log", "user_session"}]
    counts = (sa.select(sa.func.count()).select_from(table).scalar_subquery() for table in tables)
    return sum(db.session.execute(sa.select(*(count.label(f"n{place}")
                                              for place, count in enumerate(counts)))).one())


def test_every_route_is_listed(app: Any) -> None:
    assert len(list(asks(app))) > 1000
    unlisted = [rule.rule for rule in rules(app)
                if not any(re.fullmatch(pattern, rule.rule) for pattern, _ in WHO)]
    assert unlisted == []


def test_every_table_of_the_rights_has_its_view(app: Any) -> None:
    assert {f"/admin/{table}/" for table in TABLES} <= {rule.rule for rule in rules(app)}


def test_without_a_sign_in_there_is_only_the_door(app: Any, client: Any) -> None:
    wrong = []
    for method, path, roles in asks(app):
        if roles is ANYBODY:
            continue
        answer = client.open(path, method=method, headers=NO_PAGE)
        if answer.status_code != 302 or not answer.location.startswith("/login"):
            wrong.append(f"{method} {path}: {answer.status_code} {answer.location or ''}")
    assert wrong == []


@pytest.mark.parametrize("role", list(Role))
def test_another_roles_pages_are_refused(app: Any, client: Any, sign_in: Any, role: Role) -> None:
    """403, whatever the method (404 where the address names a row: it is not theirs), and nothing is
    written."""
    sign_in(client, role)
    before, wrong = rows(), []
    for method, path, roles in asks(app):
        if roles is not ANYBODY and role not in roles:
            status = client.open(path, method=method, headers=NO_PAGE).status_code
            if status != 403 and not (status == 404 and "999999" in path):
                wrong.append(f"{method} {path}: {status}")
    assert wrong == []
    assert rows() == before


def test_rows_that_are_not_there_are_not_found(app: Any, client: Any, sign_in: Any) -> None:
    """For somebody with every role, so that only the row is missing: 404 wherever an address names one."""
    sign_in(client, make_user(*Role))
    wrong = []
    for rule in rules(app):
        if "999999" not in address(rule):
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            answer = client.open(address(rule), method=method, headers=NO_PAGE)
            if answer.status_code != 404:
                wrong.append(f"{method} {address(rule)}: {answer.status_code}")
    assert wrong == []


@pytest.mark.parametrize("token", ["", "somebody-elses"])
def test_nothing_changes_without_the_token(app: Any, client: Any, sign_in: Any, csrf: None,
                                           token: str) -> None:
    sign_in(client, make_user(*Role))
    before, wrong = rows(), []
    for method, path, _ in asks(app):
        if method in UNSAFE:
            answer = client.open(path, method=method, data={"csrf_token": token} if token else {},
                                 headers=NO_PAGE)
            if answer.status_code != 400:
                wrong.append(f"{method} {path}: {answer.status_code}")
    assert wrong == []
    assert rows() == before


def test_unknown_methods_are_refused(app: Any, client: Any, sign_in: Any) -> None:
    sign_in(client, make_user(*Role))
    wrong = []
    for rule in rules(app):
        if "DELETE" not in (rule.methods or set()):
            status = client.delete(address(rule), headers=NO_PAGE).status_code
            if status != 405:
                wrong.append(f"{address(rule)}: {status}")
    assert wrong == []
