"""`flask …` as an operator types it."""

from __future__ import annotations

import csv
import json
from datetime import date

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from models.activity import Activity, ActivityLog
from models.items import Item, ItemCategory
from models.organisation import Holiday, WorkUnit
from models.people import User
from models.roles import Role
from portal.web import passwords
from tests.support.factories import make_patient, make_store_request, make_user

PASSWORD = "correct horse battery staple"


@pytest.fixture
def flask(app, session):
    def run(*arguments, **options):
        session.commit()
        answer = app.test_cli_runner().invoke(args=[str(each) for each in arguments], **options)
        assert answer.exception is None or isinstance(answer.exception, SystemExit), answer.exception
        return answer
    return run


def table(path, *rows):
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_the_first_administrator_is_made(flask, session):
    made = flask("user", "create", "--name", "Sri", "--email", "Sri@rs.test", "--role", "admin",
                 "--password", PASSWORD)
    assert made.exit_code == 0, made.output
    person = session.scalar(sa.select(User).where(User.email == "Sri@rs.test"))
    assert person.roles == {Role.ADMIN}
    assert passwords.verified(PASSWORD, person.password_hash)


@pytest.mark.parametrize(("email", "password", "why"), [
    ("no-address", PASSWORD, "no e-mail"), ("new@rs.test", "short", "15 letters"),
    ("TAKEN@rs.test", PASSWORD, "already")])
def test_an_account_that_cannot_be_is_refused_in_one_line(flask, email, password, why):
    make_user(email="taken@rs.test")
    refused = flask("user", "create", "--name", "X", "--email", email, "--role", "admin", "--password",
                    password)
    assert refused.exit_code == 1
    assert why in refused.output
    assert "Traceback" not in refused.output


def test_a_role_is_granted_once(flask, session):
    person = make_user(Role.DOCTOR)
    for _ in range(2):
        assert flask("user", "grant", person.email.upper(), "student").exit_code == 0
    session.expire_all()
    assert person.roles == {Role.DOCTOR, Role.STUDENT}


def test_verify_says_ok_for_every_check(flask):
    from models.operations.core import checks
    proved = flask("verify")
    assert proved.exit_code == 0, proved.output
    assert sum(line.startswith("ok ") for line in proved.output.splitlines()) == len(checks.CHECKS)


def test_an_export_holds_every_row_and_runs_no_formula(flask, session, tmp_path):
    session.add_all([WorkUnit(code="A1", name="=1+1"), WorkUnit(code="A2", name="Anggrek")])
    files = {kind: tmp_path / f"units.{kind}" for kind in ("csv", "json", "xlsx")}
    for kind, file in files.items():
        done = flask("export", "work_unit", "--format", kind, "-o", file)
        assert done.exit_code == 0, done.output
    count = session.scalar(sa.select(sa.func.count()).select_from(WorkUnit))
    rows = list(csv.DictReader(files["csv"].read_text(encoding="utf-8").splitlines()))
    assert len(rows) == count
    assert {row["code"]: row["name"] for row in rows}["A1"] == "'=1+1"
    assert {row["code"]: row["name"] for row in json.loads(files["json"].read_text())}["A1"] == "=1+1"
    sheet = CalamineWorkbook.from_path(str(files["xlsx"])).get_sheet_by_index(0).to_python()
    assert len(sheet) == count + 1
    noted = sa.select(sa.func.count()).where(ActivityLog.activity == Activity.EXPORTED)
    assert session.scalar(noted) == 3


@pytest.mark.parametrize(("name", "secrets"),
                         [("user", {"password_hash"}), ("patient", {"nik", "nik_index"})])
def test_secrets_stay_out_of_exports(flask, tmp_path, name, secrets):
    make_patient()
    assert flask("export", name, "-o", tmp_path / "out.csv").exit_code == 0
    assert not secrets & set((tmp_path / "out.csv").read_text().splitlines()[0].split(","))


def test_a_table_that_is_not_there_is_refused(flask, tmp_path):
    refused = flask("export", "nothing", "-o", tmp_path / "out.csv")
    assert refused.exit_code == 1
    assert refused.output.strip() == "There is no table nothing."


def test_a_list_of_items_comes_in_with_its_references(flask, session, tmp_path):
    session.add(ItemCategory(code="OBT", name="Obat"))
    file = table(tmp_path / "items.csv", "code;name;category;base_unit;minimum_stock;controlled",
                 "PCT;Parasetamol 500 mg;OBT;tablet;250.5;tidak", "MRF;Morfin 10 mg;Obat;ampul;;ya")
    done = flask("import", "item", file, "--yes")
    assert done.exit_code == 0, done.output
    items = {item.code: item
             for item in session.scalars(sa.select(Item).where(Item.code.in_(("PCT", "MRF"))))}
    assert [str(items["PCT"].minimum_stock), items["PCT"].category.name] == ["250.500", "Obat"]
    assert items["MRF"].controlled
    assert [unit.unit_name for unit in items["MRF"].units] == ["ampul"]


def test_a_workbook_comes_in_too(flask, session, tmp_path):
    import xlsxwriter
    with xlsxwriter.Workbook(str(tmp_path / "days.xlsx"), {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["on", "kind", "name", "name_en"])
        sheet.write_datetime(1, 0, date(2031, 8, 17))
        sheet.write_row(1, 1, ["libur_nasional", "Hari Kemerdekaan", "Independence Day"])
    done = flask("import", "holiday", tmp_path / "days.xlsx", "--yes")
    assert done.exit_code == 0, done.output
    assert session.scalar(sa.select(Holiday.name).where(Holiday.on == date(2031, 8,
                                                                           17))) == "Hari Kemerdekaan"


def two_sheets(path):
    import xlsxwriter
    with xlsxwriter.Workbook(str(path)) as book:
        for name, how, code in (("lama", "hide", "X1"), ("Satu", None, "N1"), ("Dua", None, "N2")):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["code", "name"])
            sheet.write_row(1, 0, [code, f"Unit {code}"])
            if how:
                sheet.hide()
            else:
                sheet.activate()
    return path


def test_of_several_sheets_one_must_be_named(flask, session, tmp_path):
    file = two_sheets(tmp_path / "units.xlsx")
    refused = flask("import", "work_unit", file, "--yes")
    assert refused.exit_code == 1
    assert len(refused.output.strip().splitlines()) == 1
    assert "Satu, Dua" in refused.output
    assert "lama" not in refused.output
    assert flask("import", "work_unit", file, "--sheet", "lama", "--yes").exit_code == 1
    done = flask("import", "work_unit", file, "--sheet", "Dua", "--yes")
    assert done.exit_code == 0, done.output
    assert session.scalars(sa.select(WorkUnit.code)).all() == ["N2"]


def test_an_import_says_what_it_adds_and_asks_first(flask, session, tmp_path):
    file = table(tmp_path / "units.csv", "code,name", "N1,Satu", "N2,Dua")
    answer = flask("import", "work_unit", file, input="n\n")
    assert answer.exit_code == 1
    assert "work_unit: 2 rows to add from units.csv" in answer.output
    assert session.scalar(sa.select(sa.func.count()).select_from(WorkUnit)) == 0
    assert flask("import", "work_unit", file, input="y\n").exit_code == 0
    assert session.scalar(sa.select(sa.func.count()).select_from(WorkUnit)) == 2


def test_an_import_does_not_pass_codes_without_their_zeros(flask, session, tmp_path):
    session.add(WorkUnit(code="0099", name="Ada"))
    file = table(tmp_path / "units.csv", "code,name", "99,Satu")
    refused = flask("import", "work_unit", file, "--yes")
    assert refused.exit_code == 1
    assert "row 2: code 99: did you mean 0099, which is there already?" in refused.output
    assert session.scalars(sa.select(WorkUnit.code)).all() == ["0099"]
    assert flask("import", "work_unit", file, "--yes", "--codes-are-right").exit_code == 0
    assert set(session.scalars(sa.select(WorkUnit.code))) == {"0099", "99"}


def test_one_bad_row_stops_all_and_each_is_named(flask, session, tmp_path):
    file = table(tmp_path / "units.csv", "code,name,status", "N1,Good,active", "N1,Twice,active",
                 "N2,,active", "N3,Odd,asleep")
    refused = flask("import", "work_unit", file)
    assert refused.exit_code == 1
    for row, why in ((3, "the same stands in row 2 already"), (4, "name is empty"),
                     (5, "it must be active, inactive")):
        assert f"row {row}: " in refused.output
        assert why in refused.output
    assert "row 2:" not in refused.output
    assert session.scalar(sa.select(WorkUnit.id).where(WorkUnit.code == "N1")) is None


@pytest.mark.parametrize("name", ["store_request", "stock_move", "user", "activity_log"])
def test_only_master_data_is_imported(flask, tmp_path, name):
    assert flask("import", name, table(tmp_path / "x.csv", "id", "1")).exit_code == 1


@pytest.mark.commits
def test_a_backup_brings_back_what_was_there(flask, session, tmp_path, app):
    from models.base import db
    request = make_store_request()
    before, file = request.id, tmp_path / "hospital.backup"
    saved = flask("backup", file)
    assert saved.exit_code == 0, saved.output
    assert file.stat().st_mode & 0o077 == 0
    session.add(WorkUnit(code="LATER", name="Later"))
    session.commit()
    session.remove()
    restored = flask("restore", file, "--yes")
    assert restored.exit_code == 0, restored.output
    assert session.scalar(sa.select(WorkUnit.id).where(WorkUnit.code == "LATER")) is None
    assert session.get(type(request), before) is not None
    assert flask("verify").exit_code == 0
    assert flask("backup", file).exit_code == 1, "a backup never replaces a file"
    db.session.remove()


@pytest.mark.commits
def test_what_is_no_backup_is_not_restored(flask, session, tmp_path):
    session.add(WorkUnit(code="KEPT", name="Kept"))
    session.commit()
    session.remove()
    refused = flask("restore", table(tmp_path / "x.backup", "not a database, whatever it is called" * 40),
                    "--yes")
    assert refused.exit_code == 1
    assert "Traceback" not in refused.output
    assert session.scalar(sa.select(WorkUnit.id).where(WorkUnit.code == "KEPT"))


@pytest.mark.parametrize("kind", ["csv", "json", "xlsx"])
def test_an_exported_file_is_its_owners_alone(app, tmp_path, kind):
    target = tmp_path / f"user.{kind}"
    done = app.test_cli_runner().invoke(args=["export", "user", "--format", kind, "-o", str(target)])
    assert (done.exit_code, target.stat().st_mode & 0o777) == (0, 0o600)
