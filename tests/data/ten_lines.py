"""The README's document type in ten lines, driven through the panel in a process of its own. Prints what it
saw."""

from __future__ import annotations

import sys
from datetime import date
from enum import StrEnum

from sqlalchemy.orm import Mapped, mapped_column

import models
from models import clock, rights
from models.base import Id, db, one_transaction
from models.documents import Area, Document, Posts, author, state_column
from models.roles import Role
from models.workflow import Transition, Workflow, not_own


class S(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"


class LoanRequest(Document, db.Model):
    __tablename__ = "loan_request"
    prefix, dated = "LN", "requested_on"
    area, posts = Area.INVENTORY, Posts.NOTHING
    workflow = Workflow(S.DRAFT,
        Transition("submit", (S.DRAFT,), S.SUBMITTED, Role.UNIT_USER, numbers=True),
        Transition("approve", (S.SUBMITTED,), S.APPROVED, Role.STORE_HEAD, when=not_own))
    id: Mapped[Id]
    created_by_id: Mapped[int] = author()
    requested_on: Mapped[date] = mapped_column(default=clock.today)
    state: Mapped[S] = state_column(S.DRAFT)


assert models
rights.RIGHTS["loan_request"] = rights._document((Role.UNIT_USER, Role.STORE_HEAD), (Role.UNIT_USER,))

from app import create_app  # noqa: E402  (the panel reads the rights when the application is made)
from portal.web import passwords  # noqa: E402
from tests.support.applications import CONFIG  # noqa: E402
from tests.support.factories import make_user  # noqa: E402

app = create_app({**CONFIG, "SQLALCHEMY_DATABASE_URI": f"sqlite:///{sys.argv[1]}"})
with app.app_context():
    db.create_all()
    with one_transaction():
        people = {role: make_user(role, password_hash=passwords.hashed("a long enough one")).email
                  for role in (Role.UNIT_USER, Role.STORE_HEAD, Role.PAYABLES)}


def signed_in(role: Role):
    client = app.test_client()
    client.post("/login", data={"email": people[role], "password": "a long enough one"})
    return client


nurse, head, stranger = map(signed_in, people)
print("list", nurse.get("/admin/loan_request/").status_code)
made = nurse.post("/admin/loan_request/new/",
                  data={"requested_on": "2026-11-20", "note": "Kursi roda", "_submit": "1"})
print("submitted", made.status_code)
print("inbox", "LN/2026/000001" in head.get("/admin/inbox/").get_data(as_text=True))
print("print", head.get("/admin/loan_request/1/print").data[:5])
print("own", nurse.post("/admin/loan_request/1/approve", data={"version": "2"}).status_code)
print("approved", head.post("/admin/loan_request/1/approve", data={"version": "2"}).status_code)
print("stranger", stranger.get("/admin/loan_request/").status_code)
print("history", "Kursi roda" in head.get("/admin/loan_request/details/?id=1").get_data(as_text=True))
