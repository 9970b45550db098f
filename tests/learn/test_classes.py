"""A teacher's classes: who sees and changes which, invitation codes, closing, giving tasks, taking students
out."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.learning import ClassMember, ClassTask, LearningClass, TaskKind
from models.operations.learning import classes
from models.people import AccountStatus
from models.roles import Role
from tests.support.classroom import (
    Classroom,
    counted,
    days_from_now,
    make_class,
    make_classroom,
    offer_some,
    put_in,
)
from tests.support.factories import make_user

PAGES = ("", "/progress", "/marks.xlsx")


@pytest.fixture(autouse=True)
def _offered(monkeypatch: pytest.MonkeyPatch) -> None:
    offer_some(monkeypatch)


@pytest.fixture
def room(session: Any) -> Classroom:
    return make_classroom()


def address(room: Classroom, rest: str = "") -> str:
    return f"/learn/classes/{room.group.id}{rest}"


# ---------------------------------------------------------------- who sees which

def test_a_teacher_sees_the_own_classes_alone(client: Any, sign_in: Any, room: Classroom) -> None:
    others = make_class(name="Class of somebody else")
    sign_in(client, room.teacher)
    page = client.get("/learn/classes").text
    assert room.group.name in page
    assert others.name not in page
    for rest in PAGES:
        assert client.get(address(room, rest)).status_code == 200
        assert client.get(f"/learn/classes/{others.id}{rest}").status_code == 404
        assert client.get(f"/learn/classes/{2**70}{rest}").status_code == 404


def test_an_administrator_reads_every_class_and_changes_none(client: Any, sign_in: Any, session: Any,
                                                              room: Classroom) -> None:
    member = classes.present(room.group)[0]
    task = room.give(TaskKind.CASE, "recall")
    sign_in(client, Role.ADMIN)
    assert room.group.name in client.get("/learn/classes").text
    for rest in (*PAGES, f"/tasks/{task.id}"):
        assert client.get(address(room, rest)).status_code == 200
    page = client.get(address(room)).text
    assert "Ani" in page
    assert f'action="{address(room)}' not in page, "no form that changes the class"
    for rest, form in (("/name", {"name": "Mine"}), ("/code", {}), ("/close", {}),
                       (f"/members/{member.id}/remove", {}), (f"/tasks/{task.id}/remove", {}),
                       ("/tasks", {"subject": "exercise:dearest"})):
        assert client.post(address(room, rest), data=form).status_code == 403
    assert client.post("/learn/classes", data={"name": "Mine"}).status_code == 403


@pytest.mark.parametrize("role", [Role.STUDENT, Role.DOCTOR, Role.PATIENT, Role.FACILITIES_HEAD])
def test_nobody_else_has_classes(client: Any, sign_in: Any, room: Classroom, role: Role) -> None:
    sign_in(client, role)
    assert client.get("/learn/classes").status_code == 403
    for rest in PAGES:
        assert client.get(address(room, rest)).status_code in (403, 404)


def test_only_the_classs_teacher_changes_it(client: Any, sign_in: Any, session: Any, room: Classroom) -> None:
    member = classes.present(room.group)[0]
    sign_in(client, Role.TEACHER)
    for rest in ("/name", "/code", "/close", "/tasks", f"/members/{member.id}/remove"):
        assert client.post(address(room, rest)).status_code == 404
    assert session.get(ClassMember, member.id).left_at is None


def test_the_menu_shows_teachers_the_classes_and_students_their_own(client: Any, sign_in: Any,
                                                                    session: Any) -> None:
    seen = {}
    for role in (Role.TEACHER, Role.ADMIN, Role.STUDENT):
        sign_in(client, role)
        page = client.get("/learn/").text
        seen[role] = ('href="/learn/classes"' in page, 'href="/learn/join"' in page)
    assert seen == {Role.TEACHER: (True, False), Role.ADMIN: (True, False), Role.STUDENT: (False, True)}


# ---------------------------------------------------------------- making, renaming, closing

def test_a_teacher_makes_a_class_with_a_code(client: Any, sign_in: Any, session: Any) -> None:
    teacher = sign_in(client, Role.TEACHER)
    answer = client.post("/learn/classes", data={"name": "  Databases   A "})
    assert answer.status_code == 303
    group = session.scalars(sa.select(LearningClass).where(LearningClass.teacher_id == teacher.id)).one()
    assert group.name == "Databases A"
    assert len(group.invitation_code) == classes.LENGTH
    assert set(group.invitation_code) <= set(classes.LETTERS)
    assert classes.shown_code(group.invitation_code) in client.get(answer.location).text


@pytest.mark.parametrize("name", ["", " ", "A", "x" * 201, "\0\0\0"])
def test_a_class_needs_a_name(client: Any, sign_in: Any, session: Any, name: str) -> None:
    sign_in(client, Role.TEACHER)
    answer = client.post("/learn/classes", data={"name": name})
    assert answer.status_code == 422
    assert 'id="name-err"' in answer.text
    assert session.scalar(sa.select(sa.func.count()).select_from(LearningClass)) == 0


def test_two_open_classes_of_one_teacher_have_two_names(client: Any, sign_in: Any, room: Classroom) -> None:
    sign_in(client, room.teacher)
    answer = client.post("/learn/classes", data={"name": room.group.name})
    assert answer.status_code == 422
    assert room.group.name in answer.text, "what was typed is kept"
    classes.close(room.group, by=room.teacher)
    assert client.post("/learn/classes", data={"name": room.group.name}).status_code == 303


def test_a_new_code_ends_the_one_before(client: Any, sign_in: Any, session: Any, room: Classroom) -> None:
    before = room.group.invitation_code
    sign_in(client, room.teacher)
    assert client.post(address(room, "/code")).status_code == 303
    assert room.group.invitation_code not in (None, before)
    with pytest.raises(Exception, match="No class has this invitation code"):
        classes.by_code(before)
    assert client.post(address(room, "/code"), data={"stop": "1"}).status_code == 303
    assert room.group.invitation_code is None


def test_a_closed_class_keeps_its_students_and_can_be_opened_again(client: Any, sign_in: Any, session: Any,
                                                                   room: Classroom) -> None:
    sign_in(client, room.teacher)
    code = room.group.invitation_code
    client.post(address(room, "/close"))
    assert (room.group.is_open, room.group.invitation_code) == (False, None)
    assert client.post(address(room, "/code")).status_code == 422
    assert client.post(address(room, "/tasks"), data={"subject": "exercise:dearest"}).status_code == 422
    assert len(classes.present(room.group)) == 2
    client.post(address(room, "/close"), data={"reopen": "1"})
    assert room.group.is_open
    assert room.group.invitation_code not in (None, code)


def test_the_log_does_not_show_a_code(session: Any, room: Classroom) -> None:
    from models.activity import ActivityLog
    session.commit()
    rows = session.scalars(sa.select(ActivityLog).where(ActivityLog.table_name == "learning_class"))
    assert [row.properties["new"]["invitation_code"] for row in rows] == ["***"]


# ---------------------------------------------------------------- students

def test_a_student_who_is_taken_out_is_out_and_keeps_the_account(client: Any, sign_in: Any, session: Any,
                                                                 room: Classroom) -> None:
    member = next(entry for entry in classes.present(room.group) if entry.student_id == room.ani.id)
    sign_in(client, room.teacher)
    assert client.post(address(room, f"/members/{member.id}/remove")).status_code == 303
    assert [entry.student.name for entry in classes.present(room.group)] == ["Budi"]
    assert room.ani.is_active
    assert client.post(address(room, "/members/999999/remove")).status_code == 404


def test_a_member_of_another_class_is_not_taken_out_here(client: Any, sign_in: Any, session: Any,
                                                          room: Classroom) -> None:
    other = put_in(make_class())
    sign_in(client, room.teacher)
    assert client.post(address(room, f"/members/{other.id}/remove")).status_code == 404
    assert session.get(ClassMember, other.id).left_at is None


def test_a_closed_account_is_said_to_be_closed_and_its_marks_stay(client: Any, sign_in: Any, session: Any,
                                                                  room: Classroom) -> None:
    room.ani.status = AccountStatus.INACTIVE
    sign_in(client, room.teacher)
    page = client.get(address(room)).text
    assert "Ani" in page
    assert "Account closed" in page


# ---------------------------------------------------------------- tasks

def give(client: Any, room: Classroom, *subjects: str, **days: str) -> Any:
    return client.post(address(room, "/tasks"), data={"subject": list(subjects), **days})


def test_a_class_is_given_exercises_cases_and_labs(client: Any, sign_in: Any, room: Classroom) -> None:
    sign_in(client, room.teacher)
    answer = give(client, room, "exercise:dearest", "case:recall", "lab:double-booking",
                  opens_on=days_from_now(1).isoformat(), due_on=days_from_now(8).isoformat())
    assert answer.status_code == 303
    assert {(task.kind, task.key, task.opens_on, task.due_on) for task in classes.tasks_of(room.group)} == {
        (TaskKind(kind), key, days_from_now(1), days_from_now(8)) for kind, key in (
            ("exercise", "dearest"), ("case", "recall"), ("lab", "double-booking"))}
    page = client.get(address(room)).text
    for words in ("Dearest", "Recall of a batch", "Double booking", "Not open yet"):
        assert words in page


def test_what_a_class_has_already_gets_the_new_days(client: Any, sign_in: Any, room: Classroom) -> None:
    sign_in(client, room.teacher)
    give(client, room, "exercise:dearest", due_on=days_from_now(1).isoformat())
    give(client, room, "exercise:dearest", due_on=days_from_now(5).isoformat())
    assert [task.due_on for task in classes.tasks_of(room.group)] == [days_from_now(5)]


def test_without_a_first_day_it_is_today_and_the_last_day_may_be_the_first(client: Any, sign_in: Any,
                                                                          room: Classroom) -> None:
    sign_in(client, room.teacher)
    today = clock.today()
    assert give(client, room, "exercise:dearest", opens_on="", due_on=today.isoformat()).status_code == 303
    assert [(task.opens_on, task.due_on) for task in classes.tasks_of(room.group)] == [(today, today)]


@pytest.mark.parametrize(("form", "field"), [
    ({}, "subject"), ({"subject": "exercise:nothing"}, "subject"), ({"subject": "poem:dearest"}, "subject"),
    ({"subject": "exercise:dearest", "opens_on": "soon"}, "opens_on"),
    ({"subject": "exercise:dearest", "due_on": "2026-02-30"}, "due_on"),
    ({"subject": "exercise:dearest", "opens_on": "0001-01-01"}, "opens_on"),
    ({"subject": "exercise:dearest", "due_on": "9999-12-31"}, "due_on"),
    ({"subject": "exercise:dearest", "due_on": "2000-01-01"}, "due_on"),
])
def test_what_cannot_be_given_is_refused_at_the_field(client: Any, sign_in: Any, room: Classroom,
                                                      form: dict[str, str], field: str) -> None:
    sign_in(client, room.teacher)
    answer = client.post(address(room, "/tasks"), data=form)
    assert answer.status_code == 422
    assert f'id="{field}-err"' in answer.text
    assert form.get("subject") != "exercise:dearest" or 'value="exercise:dearest" checked' in answer.text
    assert classes.tasks_of(room.group) == []


def test_a_task_is_removed_from_the_class_alone(client: Any, sign_in: Any, session: Any,
                                                room: Classroom) -> None:
    task, other = room.give(TaskKind.CASE, "recall"), make_classroom().give(TaskKind.CASE, "recall")
    sign_in(client, room.teacher)
    assert client.post(address(room, f"/tasks/{other.id}/remove")).status_code == 404
    assert client.post(address(room, f"/tasks/{task.id}/remove")).status_code == 303
    assert list(session.scalars(sa.select(ClassTask))) == [other]


def test_a_task_whose_part_is_gone_is_shown_by_its_key(client: Any, sign_in: Any, room: Classroom) -> None:
    task = room.give(TaskKind.CASE, "gone-by-now")
    sign_in(client, room.teacher)
    for rest in ("", "/progress", f"/tasks/{task.id}"):
        assert "gone-by-now" in client.get(address(room, rest)).text
    assert client.get(address(room, "/marks.xlsx")).status_code == 200


# ---------------------------------------------------------------- speed

@pytest.mark.parametrize("rest", ["", "/progress"])
def test_a_page_makes_as_many_statements_for_five_students_as_for_two(client: Any, sign_in: Any, app: Any,
                                                                      room: Classroom, rest: str) -> None:
    sign_in(client, room.teacher)
    room.give(TaskKind.EXERCISE, "dearest")
    page = address(room, rest)  # asks for the class itself: no statement of the page's
    client.get(page)

    def statements() -> int:
        with counted() as seen:
            client.get(page)
        return len(seen)

    few = statements()
    for _ in range(3):
        put_in(room.group)
    room.give(TaskKind.CASE, "recall")
    assert statements() == few
    assert few <= 12


def test_a_name_is_text_in_every_page(client: Any, sign_in: Any, room: Classroom) -> None:
    room.ani.name = "<script>alert(1)</script>"
    put_in(room.group, make_user(Role.STUDENT, name="O'Neil & sons"))
    room.give(TaskKind.EXERCISE, "dearest")
    sign_in(client, room.teacher)
    for rest in ("", "/progress"):
        page = client.get(address(room, rest)).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


def test_every_exercise_that_comes_with_rawat_can_be_given(client: Any, sign_in: Any, room: Classroom,
                                                           monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    sign_in(client, room.teacher)
    page = client.get(address(room)).text
    keys = re.findall(r'value="exercise:([a-z0-9-]+)"', page)
    assert len(keys) == len(set(keys)) == 43
    assert give(client, room, *(f"exercise:{key}" for key in keys)).status_code == 303
    tasks = {task.key: task.id for task in classes.tasks_of(room.group)}
    assert set(tasks) == set(keys)
    assert f'href="/learn/exercises/{keys[0]}"' in client.get(address(room, f"/tasks/{tasks[keys[0]]}")).text
