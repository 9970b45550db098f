"""`/learn/classes`: a teacher's classes, their students, invitation and tasks."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l

from models import clock
from models.base import db, one_transaction
from models.errors import Refused
from models.learning import ClassMember, ClassTask, LearningClass
from models.operations.learning import classes
from models.roles import Role
from portal.learn.classes import common
from portal.learn.pages import Part, add_part, bp
from portal.web.links import printed_address
from portal.web.locale import refusal_text

CLASSES = add_part(Part(
    "learn.class_list", _l("Classes"), "users-group",
    _l("Your classes: invite students, give them something to do, see how far they are."),
    _l("Open the classes"), order=90, page="classes"))


def back(group: LearningClass, words: str, place: str = "") -> Any:
    """To the class's page, which says what was done."""
    flash(words)
    return redirect(url_for("learn.class_page", class_id=group.id) + place, 303)


# ---------------------------------------------------------------- all of them

def _list(errors: dict[str, str] | None = None, status: int = 200) -> Any:
    user = common.person()
    rows = list(db.session.scalars(classes.visible(user)))
    counts = dict(db.session.execute(
        sa.select(ClassMember.learning_class_id, sa.func.count()).where(ClassMember.left_at.is_(None))
        .group_by(ClassMember.learning_class_id)).all())
    return render_template("learn/classes/list.html", section="class_list", rows=rows, counts=counts,
                           is_teacher=user.has_role(Role.TEACHER), shown_code=classes.shown_code,
                           errors=errors or {}, labels=common.labels(), typed=request.form), status


@bp.get("/classes")
@common.for_classes
def class_list() -> Any:
    """The classes that the person sees, and a form for a new one."""
    return _list()


@bp.post("/classes")
@common.for_teachers
def class_new() -> Any:
    try:
        with one_transaction():
            group = classes.make(request.form.get("name", ""), by=common.person())
    except Refused as refusal:
        return _list({refusal.field or "name": refusal_text(refusal)}, refusal.status)
    return back(group, gettext("The class was made. Give the invitation code to your students."))


# ---------------------------------------------------------------- one class

def _page(group: LearningClass, errors: dict[str, str] | None = None, status: int = 200) -> Any:
    found = common.subjects_of(group)
    return render_template(
        "learn/classes/class.html", section="class_list", group=group, members=classes.present(group),
        tasks=classes.tasks_of(group), found=found, choices=common.grouped(found), common=common,
        may_change=classes.may_change(group, common.person()), today=clock.today(), address=_address(group),
        shown_code=classes.shown_code, errors=errors or {}, labels=common.labels(),
        typed=request.form), status


def _address(group: LearningClass) -> str:
    """The address that students open; it carries the code."""
    if group.invitation_code is None:
        return ""
    path = url_for("learn.join", code=classes.shown_code(group.invitation_code))
    return printed_address(path) or path


@bp.get("/classes/<int:class_id>")
@common.for_classes
def class_page(class_id: int) -> Any:
    return _page(common.class_or_404(class_id))


@bp.post("/classes/<int:class_id>/name")
@common.for_classes
def class_rename(class_id: int) -> Any:
    group = common.own_class_or_404(class_id)
    try:
        with one_transaction():
            classes.rename(group, request.form.get("name", ""), by=common.person())
    except Refused as refusal:
        return _page(group, {"name": refusal_text(refusal)}, refusal.status)
    return back(group, gettext("The class has its new name."))


@bp.post("/classes/<int:class_id>/code")
@common.for_classes
def class_code(class_id: int) -> Any:
    """A new invitation code, or with `stop=1` none."""
    group = common.own_class_or_404(class_id)
    with one_transaction():
        if request.form.get("stop"):
            classes.stop_inviting(group, by=common.person())
        else:
            classes.new_code(group, by=common.person())
    return back(group, gettext("Nobody joins until there is a new code.") if request.form.get("stop")
                else gettext("The class has a new code; the one before opens nothing any more."),
                "#invitation")


@bp.post("/classes/<int:class_id>/close")
@common.for_classes
def class_close(class_id: int) -> Any:
    """Close the class, or with `reopen=1` open it again."""
    group = common.own_class_or_404(class_id)
    with one_transaction():
        if request.form.get("reopen"):
            classes.reopen(group, by=common.person())
        else:
            classes.close(group, by=common.person())
    return back(group, gettext("The class is open again, with a new code.") if request.form.get("reopen")
                else gettext("The class is closed. Its progress and marks stay."))


@bp.post("/classes/<int:class_id>/members/<int:member_id>/remove")
@common.for_classes
def class_remove(class_id: int, member_id: int) -> Any:
    group = common.own_class_or_404(class_id)
    member = db.session.scalars(sa.select(ClassMember).where(
        ClassMember.id == min(member_id, common.LARGEST), ClassMember.learning_class_id == group.id)
        .options(sa.orm.joinedload(ClassMember.student))).first()
    if member is None:
        abort(404)
    with one_transaction():
        classes.leave(member, by=common.person())
    return back(group, gettext("%(name)s is out of the class. A new code keeps the old one from being used.",
                               name=member.student.name), "#students")


# ---------------------------------------------------------------- tasks

@bp.post("/classes/<int:class_id>/tasks")
@common.for_classes
def class_assign(class_id: int) -> Any:
    """Give the class the ticked things to do, from `opens_on` to `due_on`."""
    group, form = common.own_class_or_404(class_id), request.form
    try:
        opens_on = common.typed_day(form.get("opens_on", ""), "opens_on")
        due_on = common.typed_day(form.get("due_on", ""), "due_on")
        chosen = common.chosen(form.getlist("subject"), common.subjects_of(group))
        with one_transaction():
            count = classes.assign(group, chosen, opens_on=opens_on, due_on=due_on, by=common.person())
    except Refused as refusal:
        return _page(group, {refusal.field or "subject": refusal_text(refusal)}, refusal.status)
    return back(group, ngettext("%(num)s task was given to the class.",
                                "%(num)s tasks were given to the class.", count), "#tasks")


def task_or_404(group: LearningClass, task_id: int) -> ClassTask:
    """The class's task of that number."""
    task = db.session.scalars(sa.select(ClassTask).where(
        ClassTask.id == min(task_id, common.LARGEST), ClassTask.learning_class_id == group.id)).first()
    if task is None:
        abort(404)
    return task


@bp.post("/classes/<int:class_id>/tasks/<int:task_id>/remove")
@common.for_classes
def class_unassign(class_id: int, task_id: int) -> Any:
    group = common.own_class_or_404(class_id)
    task = task_or_404(group, task_id)
    with one_transaction():
        classes.unassign(task, by=common.person())
    return back(group, gettext("The task was removed. What students did of it stays theirs."), "#tasks")
