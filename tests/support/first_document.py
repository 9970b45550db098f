"""What recipes made, through the panel, on the database of `DATABASE_URL`, which is migrated and empty.

`python -m tests.support.first_document TABLE ROLE=ADDRESS=TEXT …` takes documents of a type through every
step of its workflow, then looks whether people of a role find a text on a page. Prints what it saw.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import sys
from typing import Any

from models.base import db
from models.documents import WORKFLOWS
from models.people import UserSession
from models.rights import RIGHTS
from models.roles import STAFF_ROLES, Role
from tests.support import grid
from tests.support.applications import make_app
from tests.support.factories import make_user, make_work_unit, saved

NOTE = "Kursi roda"


class Walk:
    """The staff of one work unit, signed in, and what they do with documents of one type."""

    def __init__(self, app: Any, table: str) -> None:
        self.app, self.table, self.model = app, table, WORKFLOWS[table]
        self.view = app.extensions["rawat_panel"][table]
        self.unit_id = make_work_unit().id
        self.author = next(role for role in Role if role in RIGHTS[table].create)
        self.clients = {role: self._signed_in(role) for role in sorted(STAFF_ROLES)}

    def _signed_in(self, role: Role) -> Any:
        token = secrets.token_urlsafe(32)
        person = make_user(role, work_unit_id=self.unit_id)
        saved(UserSession(token_hash=hashlib.sha256(token.encode()).hexdigest(), user_id=person.id))
        client = self.app.test_client()
        with client.session_transaction() as cookie:
            cookie["sid"] = token
        return client

    def form(self) -> dict[str, str]:
        """What a person types: every field of the view's form that may not stay empty, and a note."""
        typed = {"note": NOTE}
        for name in self.view.form_columns:
            column = self.view.every[name]
            if name == "work_unit":
                typed[name] = str(self.unit_id)
            elif column.relation is not None and not column.column.nullable:
                typed[name] = str(grid.row_of(column.target).id)
            elif not column.column.nullable:
                typed[name] = str(grid.value_of(column.column))
        return typed

    def latest(self) -> Any:
        return db.session.scalars(db.select(self.model).order_by(self.model.id.desc())).first()

    def make(self) -> Any:
        """A new draft of the first role that may make one."""
        answer = self.clients[self.author].post(f"/admin/{self.table}/new/", data=self.form())
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return self.latest()

    def take(self, record: Any, name: str, role: Role) -> int:
        return self.clients[role].post(f"/admin/{self.table}/{record.id}/{name}",
                                       data={"version": record.version, "reason": "Rusak"}).status_code


def pages(walk: Walk) -> None:
    """Everybody's list, form, page and file: 200 for whom the rights name, 403 for everybody else."""
    record, rights = walk.make(), RIGHTS[walk.table]
    for role, client in walk.clients.items():
        for path, who in (("", rights.read), (f"details/?id={record.id}", rights.read),
                          ("export/csv/", rights.read), ("new/", rights.create)):
            status = client.get(f"/admin/{walk.table}/{path}").status_code
            assert status == (200 if role in who else 403), (role, path, status)
    print("pages", *sorted(rights.read))


def steps(walk: Walk) -> None:
    """One document after the other until every step was taken from every state by who may."""
    left = {(step.name, source) for step in walk.model.workflow for source in step.sources if step.roles}
    while left:
        record = walk.make()
        before = set(left)
        while step := _next_step(walk, record, left):
            outside = next(role for role in walk.clients if role not in step.roles)
            assert walk.take(record, step.name, outside) == 403, (step.name, outside)
            if step.roles[0] != walk.author:
                inbox = walk.clients[step.roles[0]].get("/admin/inbox/").get_data(as_text=True)
                assert str(record) in inbox, f"{record} is not in the inbox of {step.roles[0]}"
            left.discard((step.name, record.state))
            assert walk.take(record, step.name, step.roles[0]) == 303, step.name
            assert record.state == step.target
            print(f"{step.name} by {step.roles[0].value}: {record} is {record.state.value}")
        assert left < before, f"no way leads to {left}"


def _next_step(walk: Walk, record: Any, left: set[tuple[str, Any]]) -> Any:
    """A step from here that nobody took yet, else one that leads on to such."""
    here = [step for step in walk.model.workflow if record.state in step.sources and step.roles]
    fresh = [step for step in here if (step.name, record.state) in left]
    beyond = [step for step in here if any(state == step.target for _name, state in left)]
    return next(iter([*fresh, *beyond]), None)


def papers(walk: Walk) -> None:
    """Printed form and history of the first document that has a number."""
    [record] = db.session.scalars(db.select(walk.model).where(walk.model.number.like("%/000001")))
    reader = walk.clients[walk.author]
    assert reader.get(f"/admin/{walk.table}/{record.id}/print").data.startswith(b"%PDF-")
    page = reader.get(f"/admin/{walk.table}/details/?id={record.id}").get_data(as_text=True)
    assert NOTE in page
    assert re.search(rf"{walk.model.prefix}/\d{{4}}/000001", page)
    print("print and history")


def found(walk: Walk, role: str, address: str, text: str) -> None:
    answer = walk.clients[Role(role)].get(address)
    print(role, address, answer.status_code, text in answer.get_data(as_text=True))


def main(table: str, *looks: str) -> None:
    app = make_app(os.environ["DATABASE_URL"])
    with app.app_context():
        walk = Walk(app, table)
        pages(walk)
        steps(walk)
        papers(walk)
        for look in looks:
            found(walk, *look.split("=", 2))


if __name__ == "__main__":
    main(*sys.argv[1:])
