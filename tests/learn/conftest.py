"""What tests of the laboratory share: the files of the SQL lab; practice hospitals, that is a small template
made once, the house beside it, and the process of the boxes as an application in this one."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from models.base import db
from models.operations.core.approvals import perform
from models.people import User
from models.roles import Role
from portal.learn.boxes import settings, template
from portal.learn.boxes.store import Box, make
from portal.learn.lab import lab_file
from tests.support import databases, factories
from tests.support.applications import CONFIG, Client, make_app

HOUSE = "http://localhost:5000"


@pytest.fixture(scope="session")
def lab_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance folder of its own, in which the lab's files are built once."""
    return tmp_path_factory.mktemp("instance-with-lab")


@pytest.fixture
def lab(app: Flask, lab_folder: Path) -> Flask:
    """The application with both files of the lab."""
    app.config["INSTANCE"] = lab_folder
    for name in (lab_file.VISIBLE, lab_file.HIDDEN):
        lab_file.path(name)
    return app


@pytest.fixture(scope="session")
def small_hospital(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a hospital with one demo account a role, a store with an item, and a request: a template
    whole tests can copy in a moment. Never write to it."""
    place = databases.SQLite(tmp_path_factory.mktemp("small"))
    url = databases.migrated(place)
    app = make_app(url)
    with app.app_context():
        _fill()
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    file = Path(str(sa.make_url(url).database))
    with app.app_context():
        template.reduce(file)
    return file


def _fill() -> None:
    """A demo account a role, two doctors with hours, patients of whom one asked for a consultation, stock,
    and requests of a unit in two states."""
    people = {role: factories.make_user(role, email=f"{role.value}@demo.rawat", is_demo=True)
              for role in Role}
    factories.make_chart()
    patients = [factories.make_patient(user=people[Role.PATIENT]), *(factories.make_patient()
                                                                      for _ in range(5))]
    doctors = [factories.make_doctor(user=people[Role.DOCTOR]), factories.make_doctor()]
    factories.make_consultation(doctor=doctors[0], patient=patients[1], complaint="Nobody else reads this")
    factories.stock_up(factories.make_store(), factories.make_item(), 25)
    author = people[Role.UNIT_USER]
    factories.make_store_request(created_by=author)
    perform(factories.make_store_request(created_by=author), "submit", by=author)


@pytest.fixture
def house(app: Flask, small_hospital: Path, tmp_path: Path) -> Flask:
    """The house, with a template and room for boxes of its own."""
    folder = tmp_path / "boxes"
    folder.mkdir()
    shutil.copyfile(small_hospital, folder / "template.sqlite3")
    app.config.update({"INSTANCE": tmp_path, settings.PORT: 5001})
    return app


@pytest.fixture(scope="session")
def _box_process() -> Flask:
    from app import create_app
    process = create_app({**CONFIG, settings.SERVER: True})
    process.test_client_class = Client
    return process


@pytest.fixture
def boxes(_box_process: Flask, house: Flask, tmp_path: Path) -> Iterator[Flask]:
    """The process of the boxes, beside `house`."""
    kept = dict(_box_process.config)
    _box_process.config.update({"INSTANCE": tmp_path / "boxes", settings.PORT: 5001,
                                "SECRET_KEY": settings.secrets_of_boxes()["SECRET_KEY"]})
    yield _box_process
    _box_process.config.clear()
    _box_process.config.update(kept)


@pytest.fixture
def new_box(house: Flask) -> Callable[[User], Box]:
    """`new_box(student)`: a box for this account of the house."""
    return lambda owner: make(owner.id, HOUSE)


@pytest.fixture
def go_in(boxes: Flask) -> Callable[..., Any]:
    """`go_in(box, Role.STORE_HEAD)`: a browser that came in by the box's link."""
    def go_in(box: Box, role: Role | None = None, path: str = "/") -> Any:
        browser = boxes.test_client()
        answer = browser.get(box.address(path, role).partition(":5001")[2])
        assert answer.status_code == 302, answer.text
        return browser
    return go_in
