"""The corpus of harmful files at every door that takes a file: a sentence at the field, nothing is kept, and
the server goes on.

Doors are found: in the source where the files of a request are read, on the URL map where a table keeps
files, among the commands where one takes a path. A door that `tests/support/doors.py` does not know fails.
"""

from __future__ import annotations

import io
import re
from html import unescape
from pathlib import Path
from typing import Any

import click
import pytest
import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from models.base import db
from models.documents import Attachment
from models.fault_reports import FaultReport
from models.imports import ListImport
from models.operations.core import files
from models.roles import Role
from portal.api.calls import CALLS, Call
from tests.grids.test_hostile_input import elsewhere, refused_well
from tests.grids.test_routes import address
from tests.setup.test_imports import apply
from tests.support import doors, grid, hostile, hostile_more
from tests.support import factories as make
from tests.support.doors import DOORS, Door
from tests.web.test_api import key_of
from tests.web.test_api_asked import address as address_of

pytestmark = pytest.mark.once

#: Records of patients: their files come with messages and requests, so the panel has no door for them.
OF_PATIENTS = frozenset({"bed_reservation", "clinical_note", "consultation", "letter", "patient",
                         "patient_allergy", "prescription", "stay", "walk_in"})
#: What no door of this kind may take.
CORPUS = {
    "table": hostile_more.tables, "picture": hostile_more.pictures, "file": hostile_more.pictures,
    "voice": lambda: {**hostile_more.pictures(), "a table": b"a,b\n1,2\n"},
    "proof": lambda: {**hostile_more.files_for_commands(), **hostile_more.papers(), "SVG": b"<svg/onload=a>"},
}
NAME = {"table": "jahat.xlsx", "picture": "jahat.png", "file": "jahat.jpg", "voice": "jahat.webm",
        "proof": "jahat.json"}
#: What is told names a column of a table or the recorder, not the file.
NAMELESS = ("table", "voice", "proof")
GOOD = {"table": hostile.workbook(hostile.sheet(hostile.LIST)), "picture": hostile.picture(),
        "file": hostile.picture()}


@pytest.fixture
def watched(app: Any) -> Any:
    """Requests note where their files are read."""
    before, app.request_class = app.request_class, doors.Watched
    doors.Watched.at, doors.Watched.rules = set(), set()
    yield doors.Watched
    app.request_class = before



def kept() -> tuple[int, ...]:
    return tuple(db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0
                 for model in (Attachment, ListImport, FaultReport))


def told(text: str) -> list[str]:
    """What the page says beside its fields and on top."""
    beside = r'<(?:div|p|span)[^>]* (?:role="alert"|class="(?:err|invalid)[^"]*")[^>]*>(.*?)</(?:div|p|span)>'
    return [re.sub(r"<[^>]+>|\s+", " ", found).strip() for found in re.findall(beside, unescape(text), re.S)]


# ---------------------------------------------------------------- every door is known

def test_whatever_reads_a_file_has_its_door() -> None:
    assert doors.read_at() - doors.NO_DOOR == {door.reads for door in DOORS}


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
def test_the_door_leads_to_where_the_file_is_read(client: Any, sign_in: Any, watched: Any,
                                                  door: Door) -> None:
    make.make_chart()
    stand = door.stand()
    sign_in(client, stand.user)
    door.send(client, stand, b"\xff\xd8\xff no picture", NAME[door.kind])
    assert door.reads in watched.at
    assert door.rule in watched.rules


def test_whatever_address_reads_a_file_is_among_the_doors(app: Any, client: Any, sign_in: Any,
                                                          watched: Any) -> None:
    """Every address that takes a POST, with a file under every name that a door knows."""
    make.make_chart()
    sign_in(client, make.make_user(*Role))
    known = {door.rule for door in (*DOORS, *doors.of_tables(app))}
    names = {door.input for door in DOORS}
    by_rule = {door.rule: door.stand().address for door in DOORS}
    for rule in elsewhere(app, "POST"):
        client.post(by_rule.get(rule.rule, address(rule)), data=MultiDict(
            [(name, (io.BytesIO(b"\xff\xd8\xff"), "a.jpg")) for name in names]))
    assert watched.rules <= known
    assert len(watched.rules) >= 4


def test_every_table_with_a_workflow_keeps_files(app: Any) -> None:
    assert len(doors.of_tables(app)) > 30


# ---------------------------------------------------------------- what none may take

@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
def test_no_file_that_means_harm_comes_in(client: Any, sign_in: Any, session: Any, door: Door) -> None:
    make.make_chart()
    stand = door.stand()
    sign_in(client, stand.user)
    before, wrong = kept(), []
    for what, content in CORPUS[door.kind]().items():
        answer = door.send(client, stand, content, NAME[door.kind])
        said = told(answer.text)
        named = door.kind in NAMELESS or any("jahat" in sentence for sentence in said)
        if answer.status_code not in (413, 422) or not any(said) or not named:
            wrong.append(f"{what}: {answer.status_code} {said}")
        if not re.search(rf'(id|for|name|href)="#?{re.escape(door.input)}', answer.text):
            wrong.append(f"{what}: the field is not there again")
    assert wrong == []
    assert kept() == before
    assert client.get("/healthz").status_code == 200


def test_no_harm_through_the_files_of_any_table(app: Any, client: Any, sign_in: Any, session: Any) -> None:
    make.make_chart()
    wrong = []
    for door in doors.of_tables(app):
        stand = door.stand()
        sign_in(client, stand.user)
        answer = door.send(client, stand, b"\x89PNG\r\n\x1a\n<html>", "jahat.png")
        if answer.status_code == 404 and door.name.removeprefix("files of ") in OF_PATIENTS:
            continue
        if answer.status_code != 422 or not any("jahat" in said for said in told(answer.text)):
            wrong.append(f"{door.name}: {answer.status_code} {told(answer.text)}")
    assert wrong == []
    assert kept()[0] == 0


@pytest.mark.parametrize("door", [door for door in DOORS if door.kind in ("table", "file", "picture")],
                         ids=lambda door: door.name)
def test_what_is_larger_than_may_be_is_told(client: Any, sign_in: Any, session: Any, door: Door) -> None:
    stand = door.stand()
    sign_in(client, stand.user)
    before = kept()
    answer = door.send(client, stand, GOOD[door.kind] + bytes(files.MOST_BYTES), NAME[door.kind])
    assert answer.status_code in (413, 422)
    assert any(re.search(r"\b(5|10) MB", said) for said in told(answer.text)), told(answer.text)
    assert kept() == before


# ---------------------------------------------------------------- what may be taken, and what is left of it

@pytest.mark.parametrize("name", hostile_more.odd_tables())
def test_of_an_odd_workbook_the_list_alone_is_read(client: Any, sign_in: Any, session: Any,
                                                   name: str) -> None:
    door = DOORS[0]
    stand = door.stand()
    sign_in(client, stand.user)
    answer = door.send(client, stand, hostile_more.odd_tables()[name], "daftar.xlsx")
    assert answer.status_code in (303, 422)
    assert not Path(hostile_more.OUTSIDE).exists()
    assert not Path("rawat-was-here").exists()
    if answer.status_code == 303:
        assert session.scalars(sa.select(ListImport)).one().new_rows == 1


@pytest.mark.parametrize("name", hostile_more.polyglots())
def test_of_a_polyglot_the_picture_alone_is_kept(name: str) -> None:
    kept = files.checked(hostile_more.polyglots()[name], "gambar.jpg")
    for content in (kept.content, kept.small or b""):
        assert b"script" not in content
        assert b"PK\x03\x04" not in content


@pytest.mark.parametrize("name", hostile_more.papers())
def test_a_paper_is_given_out_as_a_download_and_never_opened(client: Any, sign_in: Any, session: Any,
                                                             name: str) -> None:
    door = DOORS[-1]
    stand = door.stand()
    sign_in(client, stand.user)
    assert door.send(client, stand, hostile_more.papers()[name], "surat.pdf").status_code == 303
    file = session.scalars(sa.select(Attachment)).one()
    answer = client.get(stand.address.removesuffix("s") + f"?file={file.id}")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("door", [door for door in DOORS if door.kind == "file"], ids=lambda door: door.name)
def test_a_name_is_one_plain_name(client: Any, sign_in: Any, session: Any, door: Door) -> None:
    """At the door that reads names for all, each; at the others one of each kind."""
    names = hostile_more.NAMES if door is DOORS[-1] else hostile_more.NAMES[:5:2]
    stand = door.stand()
    sign_in(client, stand.user)
    for number, name in enumerate(names):
        if "client_id" in stand.given:
            stand.given["client_id"] = f"n-{number}"
        answer = door.send(client, stand, hostile.picture(), name)
        assert answer.status_code in (200, 303, 422), (name, answer.status_code)
    for file in session.scalars(sa.select(Attachment)):
        assert not re.search(r'[/\\"<>\x00-\x1f\u202a-\u202e]', file.file_name), file.file_name
        assert 0 < len(file.file_name) <= 130
        assert file.file_name.strip(" .") == file.file_name


@pytest.mark.parametrize("formula", hostile_more.FORMULA)
def test_a_formula_that_came_in_is_text_when_it_goes_out(client: Any, sign_in: Any, session: Any,
                                                         formula: str) -> None:
    sign_in(client, Role.FACILITIES_STAFF)
    quoted = formula.replace('"', '""')
    sent = client.post("/admin/imports/", data={
        "kind": "item_category", "file": (io.BytesIO(f'code,name\nX1,"{quoted}"\n'.encode()), "a.csv")})
    assert sent.status_code == 303
    assert apply(client, sent).status_code == 303
    written = client.get("/admin/item_category/export/csv/").text
    assert formula.strip()[:8] in written.replace('""', '"')
    assert not re.search(r'(^|,)"?[=+\-@\t]', written.partition("\n")[2], re.M)


# ---------------------------------------------------------------- the API and the commands

@pytest.mark.parametrize("kind", ["application/json", "application/octet-stream",
                                  "multipart/form-data; boundary=x"])
@pytest.mark.parametrize("call", [call for call in CALLS if call.method != "GET"],
                         ids=lambda call: f"{call.method} {call.path}")
def test_no_file_breaks_a_call(client: Any, session: Any, call: Call, kind: str) -> None:
    head, where, wrong = key_of(*Role), address_of(call), []
    for content in {**hostile_more.files_for_commands(), **hostile_more.papers()}.values():
        wrong += refused_well(client, call.method, where, headers=head, data=content, content_type=kind)
    assert wrong == []


def taking(app: Any) -> list[tuple[list[str], click.Command, click.Parameter]]:
    """Every command with a parameter that names a file which is there."""
    found = []

    def look(group: click.Group, words: list[str]) -> None:
        for name, command in sorted(group.commands.items()):
            if isinstance(command, click.Group):
                look(command, [*words, name])
            found.extend(([*words, name], command, parameter) for parameter in command.params
                         if isinstance(parameter.type, click.Path) and parameter.type.exists)
    look(app.cli, [])
    return found


def test_the_commands_that_read_a_file(app: Any) -> None:
    named = [" ".join(words) for words, _command, _parameter in taking(app)]
    assert {"import", "restore", "verify"} <= set(named)


@pytest.mark.commits
@pytest.mark.parametrize("name", hostile_more.files_for_commands())
def test_no_file_breaks_a_command(app: Any, session: Any, tmp_path: Path, name: str) -> None:
    """One sentence and exit 1, and the database is as it was."""
    file = tmp_path / "berkas"
    file.write_bytes(hostile_more.files_for_commands()[name])
    make.make_user()
    session.commit()
    rest = {"import": ["item_category", str(file), "--yes"], "restore": [str(file), "--yes"]}
    for words, _command, parameter in taking(app):
        option = parameter.opts[0]
        given = [option, str(file)] if option.startswith("-") else rest.get(words[-1], [str(file)])
        ended = app.test_cli_runner().invoke(args=[*words, *given])
        assert isinstance(ended.exception, SystemExit), (words, ended.exception, ended.output[-500:])
        assert ended.exit_code == 1, (words, ended.output)
        assert len(ended.output.strip().splitlines()) == 1, (words, ended.output)
    assert session.scalar(sa.text('SELECT count(*) FROM "user"')) == 1


def test_every_door_has_a_corpus() -> None:
    assert {door.kind for door in DOORS} <= CORPUS.keys()
    assert all(len(made()) > 12 for made in CORPUS.values())
    assert len(grid.tables()) > 60
