"""A stand-in for Google and Facebook in the demo: a page of our own that says what it is and lets one
choose a made-up person. With real keys, and outside of the demo, it does not exist."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import current_app, render_template
from werkzeug.exceptions import NotFound

from models.base import db
from models.operations.people import accounts
from models.operations.people.accounts import Identity
from models.people import AccountStatus, User, UserRole
from models.roles import Role
from portal import providers


@dataclass(frozen=True)
class Person:
    """Somebody whom the demonstration knows; `has_account` when it is one of its patients."""

    key: str
    name: str
    email: str
    has_account: bool = False


#: People without an account here: who chooses one registers.
NEWCOMERS = (Person("sari", "Sari Wulandari", "sari.wulandari@contoh.example"),
             Person("bagus", "Bagus Prakoso", "bagus.prakoso@contoh.example"))


def people() -> list[Person]:
    """The newcomers, then the first patient of the demonstration, whose account asks for its password."""
    patient = db.session.scalar(
        sa.select(User).where(User.is_demo, User.status == AccountStatus.ACTIVE, User.id.in_(
            sa.select(UserRole.user_id).where(UserRole.role == Role.PATIENT))).order_by(User.id).limit(1))
    known = [Person(f"user-{patient.id}", patient.name, patient.email, True)] if patient is not None else []
    return [*NEWCOMERS, *known]


def require(provider: str) -> None:
    """Raises `NotFound` unless the demonstration stands in for this provider."""
    if not providers.is_demonstrated(provider):
        raise NotFound


def page(provider: str, error: str = "", status: int = 200) -> Any:
    return render_template("portal/social_demo.html", provider=provider, word=providers.word(provider),
                           people=people(), errors={"who": error} if error else {}), status


def identity_of(provider: str, key: str) -> Identity | None:
    """Who was chosen, as the provider would say it; None for nobody of the list."""
    chosen = next((person for person in people() if person.key == key), None)
    if chosen is None:
        return None
    current_app.logger.info("demonstration of %s", provider)
    return Identity(accounts.DEMO_ISSUERS[provider], chosen.key, chosen.email, provider == "google",
                    chosen.name)
