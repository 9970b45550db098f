"""A teacher's own exercises: kept as TOML, published to the own classes and to no other."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from models.learning import OwnExercise, TaskKind
from models.operations.learning import own_exercises
from models.roles import Role
from portal.learn.classes.own import EXAMPLE
from tests.support.classroom import Classroom, make_class, make_classroom, offer_some, put_in
from tests.support.factories import make_user, saved

NEW = "/learn/classes/exercises/new"


@pytest.fixture(autouse=True)
def _offered(monkeypatch: pytest.MonkeyPatch) -> None:
    offer_some(monkeypatch)


@pytest.fixture
def room(session: Any) -> Classroom:
    return make_classroom()


def make(room: Classroom, **fields: Any) -> OwnExercise:
    return saved(OwnExercise(teacher_id=room.teacher.id, key=fields.pop("key", "own-beds"), body=EXAMPLE,
                             **fields))


def test_the_form_begins_with_an_exercise_that_can_be_kept(client: Any, sign_in: Any, session: Any) -> None:
    teacher = sign_in(client, make_user(Role.TEACHER, language="en"))
    assert "title.id" in client.get(NEW).text
    answer = client.post(NEW, data={"key": "beds-ready", "body": EXAMPLE, "published": "1"})
    assert answer.status_code == 303
    row = session.scalars(sa.select(OwnExercise)).one()
    assert (row.key, row.teacher_id, row.published) == ("own-beds-ready", teacher.id, True)
    assert "Beds that are ready" in client.get(answer.location).text


@pytest.mark.parametrize(("form", "field"), [
    ({"key": ""}, "key"), ({"key": "Two Words"}, "key"), ({"key": "x" * 31}, "key"), ({"key": "../x"}, "key"),
    ({"body": ""}, "body"), ({"body": "this is = = no TOML"}, "body"), ({"body": "x = 1"}, "body"),
    ({"body": "title.id = 'A'\nsolution = 'SELECT 1'"}, "body"), ({"body": "# " + "x" * 70_000}, "body"),
    ({"body": "title.id = 'A'\ntitle.en = 'A'"}, "body"), ({"body": "title = '\0'"}, "body"),
])
def test_what_is_no_exercise_is_refused_at_the_field_and_kept(client: Any, sign_in: Any, session: Any,
                                                              form: dict[str, str], field: str) -> None:
    sign_in(client, Role.TEACHER)
    answer = client.post(NEW, data={"key": "beds", "body": EXAMPLE, **form})
    assert answer.status_code == 422
    assert f'id="{field}-err"' in answer.text
    if field == "key":
        assert "Beds that are ready" in answer.text
    assert session.scalar(sa.select(sa.func.count()).select_from(OwnExercise)) == 0


def test_a_name_is_taken_once(client: Any, sign_in: Any, room: Classroom) -> None:
    make(room)
    sign_in(client, Role.TEACHER)
    assert client.post(NEW, data={"key": "own-beds", "body": EXAMPLE}).status_code == 422


def test_a_teacher_changes_and_deletes_the_own_ones_alone(client: Any, sign_in: Any, session: Any,
                                                          room: Classroom) -> None:
    exercise = make(room)
    address = f"/learn/classes/exercises/{exercise.id}"
    sign_in(client, Role.TEACHER)
    assert client.get(address).status_code == 404
    assert client.post(address, data={"body": EXAMPLE}).status_code == 404
    assert client.post(f"{address}/delete").status_code == 404
    assert "own-beds" not in client.get("/learn/classes/exercises").text
    sign_in(client, room.teacher)
    assert client.post(address, data={"body": EXAMPLE.replace("ready\"", "free\""),
                                      "published": "1"}).status_code == 303
    assert exercise.published
    assert client.post(f"{address}/delete").status_code == 303
    assert own_exercises.of(room.teacher) == []


@pytest.mark.parametrize("role", [Role.STUDENT, Role.ADMIN, Role.DOCTOR])
def test_nobody_else_writes_exercises(client: Any, sign_in: Any, session: Any, role: Role) -> None:
    sign_in(client, role)
    for address in ("/learn/classes/exercises", NEW):
        assert client.get(address).status_code == 403
    assert client.post(NEW, data={"key": "beds", "body": EXAMPLE}).status_code == 403


def test_a_published_one_can_be_given_to_the_own_classes_alone(client: Any, sign_in: Any, session: Any,
                                                               room: Classroom) -> None:
    exercise, other = make(room), make_classroom()
    value = "exercise:own-beds"
    address = f"/learn/classes/{room.group.id}"
    sign_in(client, room.teacher)
    assert value not in client.get(address).text, "not published yet"
    exercise.published = True
    assert value in client.get(address).text
    assert client.post(f"{address}/tasks", data={"subject": value}).status_code == 303
    assert "Beds that are ready" in client.get(f"{address}/progress").text
    sign_in(client, other.teacher)
    assert value not in client.get(f"/learn/classes/{other.group.id}").text
    assert client.post(f"/learn/classes/{other.group.id}/tasks", data={"subject": value}).status_code == 422


def test_who_may_do_an_own_exercise(session: Any, room: Classroom) -> None:
    """Its teacher always; while it is published the students who are in an open class of the teacher."""
    exercise, stranger = make(room), make_user(Role.STUDENT)
    put_in(make_class(), stranger)

    def may() -> list[bool]:
        return [own_exercises.readable("own-beds", person) is not None
                for person in (room.teacher, room.ani, stranger, make_user(Role.TEACHER))]

    assert may() == [True, False, False, False]
    exercise.published = True
    session.flush()
    assert may() == [True, True, False, False]
    assert own_exercises.readable("own-nothing", room.ani) is None


def test_one_that_a_class_has_to_do_is_not_deleted(client: Any, sign_in: Any, session: Any,
                                                   room: Classroom) -> None:
    exercise = make(room, published=True)
    room.give(TaskKind.EXERCISE, "own-beds")
    sign_in(client, room.teacher)
    answer = client.post(f"/learn/classes/exercises/{exercise.id}/delete")
    assert answer.status_code == 422
    assert "A class has this exercise to do" in answer.text
    assert own_exercises.of(room.teacher) == [exercise]
