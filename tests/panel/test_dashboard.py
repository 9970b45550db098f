"""The home page: every number is the number of its list, trends count the hospital's days, everybody sees
their own."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backoffice.panel import charts, dashboard, inbox, named_filters
from backoffice.panel.columns import mapped_tables
from models import clock
from models.base import db
from models.clinic import Doctor
from models.documents import WORKFLOWS
from models.journal import Period
from models.monthly_reports import MonthlyPack
from models.operations.people import notices
from models.people import UserRole
from models.roles import STAFF_ROLES, Role
from portal.web import replica as reading
from tests.panel.test_views import statements
from tests.support import factories as make
from tests.support import grid
from tests.support.specified_rights import openers, readers


@pytest.mark.parametrize("table", sorted(WORKFLOWS.keys() - notices.NOT_PAPERS))
def test_every_paper_that_waits_says_whom_or_what_it_concerns(session, table):
    model = WORKFLOWS[table]
    record = grid.row_of(model)
    grid.add_lines(record, 1)
    assert session.scalar(sa.select(inbox._party(model)).where(model.id == record.id))


def test_every_tile_is_of_a_table_that_its_roles_read():
    for tile in dashboard.TILES:
        assert tile.roles <= readers(tile.table), tile.key
        model = mapped_tables()[tile.table]
        names = [name.removesuffix("_from").removesuffix("_to") for name in tile.query() if name != "only"]
        assert all(hasattr(model, name) for name in names)
        if tile.trend is not None:
            trended = mapped_tables()[tile.trend.table or tile.table]
            assert hasattr(trended, tile.trend.when)
            known = {state.value for state in trended.workflow.states} if tile.trend.states else set()
            assert set(tile.trend.states) <= known, tile.key


BEGINS = {Role.DOCTOR: "/admin/desk/", Role.HOUSEKEEPING: "/admin/housekeeping/",
          Role.FRONT_OFFICE: "/admin/rooms/"}


@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
def test_each_role_begins_where_its_day_is_spent_and_has_a_home_in_the_menu(client, sign_in, role):
    """A cleaner's home was an inbox of 99 rows: the work list is what the shift is spent on."""
    sign_in(client, role)
    if role in openers("dashboard"):
        assert client.get("/").location == "/admin/"
    begun = client.get("/admin/")
    if role in BEGINS:
        assert begun.location == BEGINS[role]
        begun = client.get(BEGINS[role])
    assert begun.status_code == 200
    page = begun.get_data(as_text=True)
    address = re.search(r'<a href="([^"]+)"[^>]*><svg[^>]*>.*?</svg>Beranda</a>', page, re.S)[1]
    home = client.get(address)
    assert home.status_code == 200
    assert 'id="h-inbox"' in home.get_data(as_text=True)


def test_the_director_reads_the_newest_released_month_first(client, sign_in):
    """Of the latest month, not of the latest paper; what was withdrawn or waits is not shown."""
    states = [((2026, 7), "released"), ((2026, 9), "released"), ((2026, 8), "released"),
              ((2026, 10), "withdrawn"), ((2026, 11), "submitted")]
    author = make.make_user(Role.FACILITIES_STAFF)
    packs = [make.saved(MonthlyPack(created_by=author, period=make.saved(Period(year=year, month=number)),
                                    state=state, foreword=f"Kata {number}"))
             for (year, number), state in states]
    sign_in(client, Role.DIRECTOR)
    page = client.get("/admin/").get_data(as_text=True).partition('id="content"')[2]
    assert re.findall(r'href="([^"]+)/pack.pdf"', page) == [f"/admin/monthly_pack/{packs[1].id}"]
    assert "Kata 9" in page
    assert page.index("pack.pdf") < page.index("rw-tile")
    assert page.index("pack.pdf") < page.index('id="h-inbox"')
    sign_in(client, Role.FACILITIES_HEAD)
    assert "pack.pdf" not in client.get("/admin/").get_data(as_text=True)


def test_a_director_without_a_released_month_is_told_where_it_will_stand(client, sign_in):
    sign_in(client, Role.DIRECTOR)
    page = client.get("/admin/").get_data(as_text=True)
    assert "pack.pdf" not in page
    assert "Belum ada laporan bulanan" in page


def test_a_tile_carries_one_measure_only(client, sign_in):
    """Doctors available said how many held consultations; that is a chart of its own below."""
    make.make_consultation(state="completed", started_at=clock.now(), completed_at=clock.now())
    sign_in(client, Role.ADMIN)
    client.set_cookie("language", "en")
    page = client.get("/admin/").get_data(as_text=True)
    tiles = dict(re.findall(r'<a class="rw-tile".*?rw-tile-label">([^<]+)<(.*?)</a>', page, re.S))
    assert "rw-trend" not in tiles["Doctors available"]
    assert "<svg" not in tiles["Doctors available"]
    assert "▲ 1 in 7 days, 0 in the 7 before" in tiles["Consultations done"]
    assert "Doctors who held consultations" in page


def test_who_holds_two_roles_begins_at_home(client, sign_in):
    sign_in(client, make.make_user(Role.HOUSEKEEPING, Role.FRONT_OFFICE))
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize("role", sorted(STAFF_ROLES - {Role.STUDENT, Role.DOCTOR}))
def test_a_tiles_number_is_the_number_of_the_list_it_leads_to(app, client, sign_in, role):
    person = sign_in(client, role)
    tiles = dashboard.mine(person)
    for tile in tiles:
        for _ in range(2):
            grid.row_of(mapped_tables()[tile.table])
    page = client.get("/admin/home/").get_data(as_text=True)
    page = page.partition('class="rw-tiles" role="group"')[0]  # the clinic's four have their own test
    found = re.findall(r'<a class="rw-tile" href="([^"]+)">.*?rw-tile-num">([\d.,+]+)<', page, re.S)
    assert len(found) == len(tiles)
    for address, number in found:
        listed = client.get(address.replace("&amp;", "&")).get_data(as_text=True)
        total = re.search(r"rw-pager\"><span>\S+ \w+ ([\d.+]+)<", listed)
        assert (total[1] if total else "0") == number, address


def test_figure_four_for_the_administrator(client, sign_in):
    """Doctors available, consultations done, patients registered, consultations today."""
    sign_in(client, Role.ADMIN)
    doctor = make.make_doctor()
    make.make_doctor(status="inactive")
    make.make_doctor(sip_expires_on=clock.today() - timedelta(days=1))
    make.make_consultation(doctor=doctor, starts_at=clock.day_bounds(clock.today())[0] + timedelta(hours=9))
    make.make_consultation(doctor=doctor, state="completed", completed_at=clock.now())
    page = client.get("/admin/").get_data(as_text=True)
    numbers = re.findall(r'rw-tile-label">([^<]+)</span><span class="rw-tile-num">([^<]+)<', page)
    assert [number for _word, number in numbers] == ["1", "1", "2", "1"]
    assert [word for word, _number in numbers] == ["Dokter tersedia", "Konsultasi selesai",
                                                   "Pasien terdaftar", "Konsultasi hari ini"]


def test_a_doctor_sees_the_own_consultations_only(app, client, sign_in):
    doctor, other = make.make_doctor(), make.make_doctor()
    today = clock.day_bounds(clock.today())[0] + timedelta(hours=9)
    for hours, each in enumerate((doctor, other, other)):
        make.make_consultation(doctor=each, state="approved", approved_at=clock.now(),
                               starts_at=today + timedelta(hours=hours))
    # A doctor alone is led to the desk; one who works in the wards too has both.
    doctor.user.user_roles.append(UserRole(role=Role.UNIT_USER))
    sign_in(client, doctor.user)
    page = client.get("/admin/").get_data(as_text=True)
    assert re.findall(r'rw-tile-num">([^<]+)<', page)[:2] == ["1", "1"]


def test_a_trend_counts_days_of_the_hospital(app, client, sign_in):
    """A completion at 23:30 in Jakarta belongs to that day, not to the day of UTC."""
    person = make.make_user(Role.ADMIN)
    yesterday = clock.today() - timedelta(days=1)
    late = clock.day_bounds(yesterday)[1] - timedelta(minutes=30)
    doctor = make.make_doctor()
    make.make_consultation(doctor=doctor, state="completed", completed_at=late, started_at=late)
    make.make_consultation(doctor=doctor, state="completed", completed_at=late - timedelta(days=40),
                           starts_at=late + timedelta(days=2))
    with app.test_request_context("/admin/"):
        from flask_login import login_user
        login_user(person)
        series = dashboard._by_day(dashboard.mine(person))
    assert (len(series["done"]), series["done"][-2], sum(series["done"])) == (dashboard.DAYS, 1, 1)
    assert sum(series["doctors"]) == 1


def test_the_home_page_costs_the_same_however_much_there_is(app, client, sign_in):
    sign_in(client, make.make_user(Role.ADMIN, Role.STORE_HEAD, Role.FACILITIES_HEAD))
    client.get("/admin/")
    with statements(app) as few:
        client.get("/admin/")
    for table in ("doctor", "consultation", "patient", "item"):
        for _ in range(4):
            grid.row_of(mapped_tables()[table])
    client.get("/admin/")  # what the test wrote is not the page's
    with statements(app) as many:
        client.get("/admin/")
    assert len(many) == len(few) <= 10


def test_every_chart_has_its_numbers_in_a_table(client, sign_in):
    make.make_consultation(state="completed", completed_at=clock.now())
    sign_in(client, Role.ADMIN)
    page = client.get("/admin/").get_data(as_text=True)
    drawn = page.count('<svg class="rw-bars"')
    assert drawn >= 2
    assert page.count("<figure>") == page.count("<figcaption>") == drawn
    assert page.count('role="img" aria-label=') == drawn
    assert page.count('<th scope="row">') == drawn * dashboard.DAYS
    assert "style=" not in page.partition("<body")[2].replace("rel=\"style", "")


@pytest.mark.parametrize("numbers", [[0, 0, 0], [1], [7, 0, 3], [10_000, 2]])
def test_bars_stand_inside_their_chart(app, numbers):
    with app.test_request_context("/"):
        drawn = str(charts.bars([(f"<{place}>", number) for place, number in enumerate(numbers)], "A & B"))
    assert "<0>" not in drawn
    for y, height in re.findall(r'<rect x="[\d.]+" y="([\d.-]+)" width="[\d.]+" height="([\d.-]+)"', drawn):
        assert float(y) >= 0
        assert float(y) + float(height) <= charts.HIGH


@pytest.mark.parametrize(("table", "name"),
                         [(t, n) for t, each in named_filters.PRESETS.items() for n in each])
def test_a_preset_narrows_its_list_and_can_be_taken_away(client, sign_in, table, name):
    sign_in(client, make.make_user(*readers(table)))
    page = client.get(f"/admin/{table}/?only={name}")
    assert page.status_code == 200
    assert f'<option value="{name}" selected' in page.get_data(as_text=True)
    assert client.get(f"/admin/{table}/?only=nothing").status_code == 200
    exported = client.get(f"/admin/{table}/export/csv/?only={name}")
    assert exported.status_code == 200


def test_the_licence_presets_agree_with_the_model(session):
    today = clock.today()
    doctors = [make.make_doctor(str_expires_on=a, sip_expires_on=b)
               for a in (None, today, today - timedelta(days=1))
               for b in (None, today + timedelta(days=100), today - timedelta(days=1))]
    criterion = named_filters.PRESETS["doctor"]["available"].criterion(Doctor)
    assert set(session.scalars(sa.select(Doctor.id).where(criterion))) == {
        each.id for each in doctors if each.licensed_on(today)}


@pytest.mark.commits
def test_a_replica_answers_reports_and_is_never_written(app, client, sign_in, tmp_path):
    """READ_DATABASE_URL: the numbers come from there; what it lacks is not seen, and it refuses writing."""
    url = db.engine.url
    if url.get_backend_name() != "sqlite":
        replica = url.render_as_string(hide_password=False)
    else:
        import shutil
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copyfile(url.database, tmp_path / "replica.sqlite3")
        replica = f"sqlite:///{tmp_path / 'replica.sqlite3'}"
    try:
        reading.open_replica(app, replica)
        make.make_doctor()
        sign_in(client, Role.ADMIN)
        db.session.commit()
        page = client.get("/admin/").get_data(as_text=True)
        number = re.search(r'rw-tile-num">([^<]+)<', page)[1]
        assert number == ("0" if url.get_backend_name() == "sqlite" else "1")
        with app.app_context(), pytest.raises(sa.exc.DBAPIError):
            reading.session().execute(sa.insert(Doctor.__table__).values(name="x", specialization_id=1))
    finally:
        reading.close_replica(app)


# ---------------------------------------------------------------- the search box

def headings(page):
    return re.findall(r'<h2 id="h-(\w+)"', page)


def test_what_is_called_exactly_so_comes_first(client, sign_in):
    item = make.make_item(code="ABX-1", name="Amoxicillin")
    for number in range(8):
        make.make_item(code=f"ABX-1{number}", name=f"Amoxicillin {number}")
    make.make_patient(name="Abx-1 Patient")
    sign_in(client, Role.ADMIN)
    page = client.get("/admin/search?q=abx-1").get_data(as_text=True)
    assert headings(page) == ["item", "patient"]
    links = re.findall(r"/admin/item/details/\?id=(\d+)", page)
    assert int(links[0]) == item.id
    assert len(links) == 5


@pytest.mark.parametrize(("role", "tables"), [
    (Role.ADMIN, {"item", "patient", "doctor", "consultation"}), (Role.STORE_STAFF, {"item"}),
    (Role.HOUSEKEEPING, {"item"}), (Role.DOCTOR, {"item"})])
def test_the_search_finds_what_the_person_may_see(client, sign_in, role, tables):
    make.make_item(name="Zebra thermometer")
    patient, doctor = make.make_patient(name="Zebra Patient"), make.make_doctor(name="dr. Zebra")
    make.make_consultation(patient=patient, doctor=doctor, number="KON/ZEBRA/1")
    sign_in(client, role)
    page = client.get("/admin/search?q=zebra").get_data(as_text=True)
    assert set(headings(page)) == tables


def test_the_search_costs_the_same_however_much_it_finds(app, client, sign_in):
    sign_in(client, Role.ADMIN)
    make.make_item(name="Quokka")
    client.get("/admin/search?q=quokka")
    with statements(app) as few:
        client.get("/admin/search?q=quokka")
    for number in range(20):
        make.make_item(name=f"Quokka {number}")
        make.make_patient(name=f"Quokka {number}")
    client.get("/admin/search?q=quokka")
    with statements(app) as many:
        client.get("/admin/search?q=quokka")
    assert len(many) <= len(few) + 2


@pytest.mark.parametrize("text", ["", "a", "%", "__", "'; --", "\x00\x00", "x" * 5000, "NULL", "/"])
def test_any_text_can_be_looked_for(client, sign_in, text):
    sign_in(client, make.make_user(*STAFF_ROLES))
    assert client.get("/admin/search", query_string={"q": text}).status_code == 200
