"""`/learn/join`: a student joins a class with its code; who has no account makes one there.

Whether an address has an account already is told to nobody: the answer is one page, and the owner reads it in
a mail.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.exceptions import TooManyRequests

from models import rights
from models.base import db, one_transaction
from models.errors import Refused
from models.learning import ClassMember, LearningClass
from models.operations.clinic.patients import clean_email
from models.operations.learning import classes, joining
from models.operations.people import accounts
from models.people import Language
from models.roles import Role
from portal import registration
from portal.account import password_problem
from portal.learn.classes import common
from portal.learn.pages import OPEN, Part, add_part, bp
from portal.web import locale, passwords
from portal.web.links import public_url
from portal.web.locale import refusal_text
from portal.web.throttle import Throttle

MINE = add_part(Part(
    "learn.join", _l("My classes"), "users-group",
    _l("The classes that you are in. Join another one with the code of its teacher."),
    _l("Open my classes"), order=95, page="join"))
OPEN.update({"learn.join", "learn.join_post", "learn.joined"})

#: Codes that one student tries, and codes that one network address tries: a whole class sits behind one.
own_tries = Throttle("class-code", limit=10, window=timedelta(minutes=10))
tries = Throttle("class-code-address", limit=100, window=timedelta(minutes=10))
FIELDS = ("code", "name", "email", "password")


def labels() -> dict[str, str]:
    return {"code": gettext("Invitation code"), "name": gettext("Full name"),
            "email": gettext("E-mail address"), "password": gettext("Password")}


def _counted() -> None:
    """Raises `TooManyRequests`: codes are not to be guessed."""
    wait = tries.take(str(request.remote_addr))
    if current_user.is_authenticated:
        wait = max(wait, own_tries.take(str(current_user.id)))
    if wait:
        raise TooManyRequests(retry_after=wait)


def _page(errors: dict[str, str] | None = None, status: int = 200) -> Any:
    code = request.form.get("code", request.args.get("code", ""))[:40]
    errors = {field: errors[field] for field in FIELDS if errors and field in errors}
    if not current_user.is_authenticated:
        return render_template("learn/classes/register.html", code=code, typed=request.form, errors=errors,
                               labels=labels(), shortest=passwords.MIN_PATIENT), status
    return render_template("learn/classes/join.html", section="join", code=code, errors=errors,
                           labels=labels(), members=classes.own_memberships(common.person())), status


def _must_be_student() -> None:
    if current_user.is_authenticated and not rights.may_open(current_user, "join"):
        abort(403)


@bp.get("/join")
def join() -> Any:
    """The form; for a student also the classes that the student is in. `?code=` fills the code in."""
    _must_be_student()
    return _page()


@bp.post("/join")
def join_post() -> Any:
    _must_be_student()
    _counted()
    try:
        group = classes.by_code(request.form.get("code", ""))
    except Refused as refusal:
        return _page({"code": refusal_text(refusal)}, refusal.status)
    return _enter(group) if current_user.is_authenticated else _register(group)


def _enter(group: LearningClass) -> Any:
    try:
        with one_transaction():
            classes.join(group, common.person())
    except Refused as refusal:
        return _page({refusal.field or "code": refusal_text(refusal)}, refusal.status)
    flash(gettext("You are in the class %(name)s.", name=group.name))
    return redirect(url_for("learn.join"), 303)


def checked() -> tuple[dict[str, str], dict[str, str]]:
    """Name and address as they are kept, and what is wrong with the form, at the field."""
    form, errors, values = request.form, {}, {}
    values["name"] = " ".join(form.get("name", "").replace("\0", "").split())
    if not 2 <= len(values["name"]) <= 200:
        errors["name"] = gettext("Please write the full name, 2 to 200 letters.")
    try:
        values["email"] = clean_email(form.get("email", ""))
    except Refused as refusal:
        errors["email"] = refusal_text(refusal)
    password = form.get("password", "")
    problem = password_problem(password, password, passwords.MIN_PATIENT, values.get("email", ""),
                               values["name"])
    if problem is not None:
        errors["password"] = problem[1]
    return values, errors


def _register(group: LearningClass) -> Any:
    values, errors = checked()
    if errors:
        return _page(errors, 422)
    # The costly hash is made in both cases: the time tells nothing.
    password_hash = passwords.hashed(request.form["password"])
    try:
        with one_transaction():
            if not registration.told_owner(values["email"]):
                member = joining.register(group, password_hash=password_hash,
                                          language=Language(locale.choose()), **values)
                if public_url() is not None:
                    accounts.ask_confirmation(member.student)
    except Refused as refusal:
        if refusal.field != "email":
            return _page({refusal.field or "code": refusal_text(refusal)}, refusal.status)
        with one_transaction():  # somebody registered with it at the same moment
            registration.told_owner(values["email"])
    return redirect(url_for("learn.joined"), 303)


@bp.get("/joined")
def joined() -> Any:
    """The same page for everybody, whatever there is of the address."""
    return render_template("learn/classes/joined.html")


@bp.post("/join/<int:class_id>/leave")
def class_leave(class_id: int) -> Any:
    """A student leaves a class. Progress stays."""
    if not current_user.has_role(Role.STUDENT):
        abort(403)
    member = db.session.scalars(
        sa.select(ClassMember).options(sa.orm.joinedload(ClassMember.learning_class))
        .where(ClassMember.learning_class_id == min(class_id, common.LARGEST),
               ClassMember.student_id == current_user.id, ClassMember.left_at.is_(None))).first()
    if member is None:
        abort(404)
    with one_transaction():
        classes.leave(member, by=common.person())
    flash(gettext("You left the class %(name)s. What you did stays yours.", name=member.learning_class.name))
    return redirect(url_for("learn.join"), 303)
