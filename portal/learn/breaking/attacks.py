"""What each experiment does, with the code that the hospital runs. People and rows are looked for in the
copy, so that any demo hospital will do."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_babel import gettext
from sqlalchemy.orm.attributes import set_committed_value

from models import clock, workflow
from models.activity import ActivityLog
from models.base import db
from models.clinic import Doctor, Patient, PatientState
from models.consultations import Consultation
from models.errors import N_, Refused
from models.operations.clinic import consultations, slots
from models.operations.core import activity, checks, log_proofs, sealing
from models.operations.core.approvals import perform
from models.organisation import WorkUnit
from models.people import User, UserRole, UserSession
from models.roles import Role
from models.stock import StockBalance, StockMove
from models.store_requests import StoreRequest, StoreRequestState
from models.workflow import Transition, Workflow
from portal import access
from portal.learn.boxes.server import EXPERIMENT
from portal.learn.breaking.scene import Scene, patched
from portal.web.signin import TOKEN
from portal.web.tokens import hashed

COMPLAINT = "A cough for three days"


def found(statement: sa.Select[Any]) -> Any:
    """The first row of the statement. Raises `Refused` where the hospital has none."""
    row = db.session.scalars(statement.limit(1)).first()
    if row is None:
        raise Refused(N_("The template lacks what this experiment needs. Make it anew: flask sandbox build."))
    return row


def somebody(role: Role) -> User:
    return found(sa.select(User).where(User.user_roles.any(UserRole.role == role)).order_by(User.id))


def _patients(most: int) -> list[tuple[int, User]]:
    """Grown people who ask for themselves: id of the registration, and account."""
    rows = db.session.scalars(sa.select(Patient).where(
        Patient.state == PatientState.ACTIVE, Patient.user_id.is_not(None)).order_by(Patient.id)
        .options(sa.orm.joinedload(Patient.user).joinedload(User.user_roles))).unique().all()
    return [(patient.id, patient.user) for patient in rows if patient.user is not None][:most]


def _free_for_all(doctors: list[Doctor]) -> Any:
    """A time at which all these doctors could be booked."""
    day = clock.today() + timedelta(days=1)
    times = [{slot.starts_at for slot in slots.free_between(doctor, day, slots.last_day())}
             for doctor in doctors]
    common = sorted(set.intersection(*times))
    return common[0] if common else None


def _book(patient_id: int, doctor_id: int, at: Any, by: User) -> None:
    consultations.request(db.session.get_one(Patient, patient_id), db.session.get_one(Doctor, doctor_id), at,
                          COMPLAINT, by=by)


def double_booking(scene: Scene) -> None:
    """Six patients ask for one time of one doctor, at once."""
    with scene.inside():
        patients = _patients(6)
        doctor, at = next((doctor.id, at) for doctor in db.session.scalars(sa.select(Doctor))
                          if (at := _free_for_all([doctor])) is not None)
    scene.at_once(partial(scene.tries, user, partial(_book, patient, doctor, at, user))
                  for patient, user in patients)


def two_doctors(scene: Scene) -> None:
    """One patient asks two doctors for the same time."""
    with scene.inside():
        (patient, user), = _patients(1)
        doctors = list(db.session.scalars(sa.select(Doctor).where(Doctor.user_id.is_not(None))))
        pair, at = next(([one.id, other.id], at) for place, one in enumerate(doctors)
                        for other in doctors[place + 1:] if (at := _free_for_all([one, other])) is not None)
    for doctor in pair:
        scene.tries(user, partial(_book, patient, doctor, at, user))


def second_nik(scene: Scene) -> None:
    """Two records get the same identity number, past the forms."""
    with scene.inside():
        (one, user), (other, second) = _patients(2)
    for patient, by in ((one, user), (other, second)):
        scene.tries(by, partial(db.session.execute, sa.text(
            "UPDATE patient SET nik = 'kept secret', nik_index = :mark WHERE id = :id").bindparams(
                mark="0" * 64, id=patient)))


# ---------------------------------------------------------------- approvals

def _request(*states: StoreRequestState) -> StoreRequest:
    return found(sa.select(StoreRequest).where(StoreRequest.state.in_(states),
                                               StoreRequest.lines.any()).order_by(StoreRequest.id))


def _step(request_id: int, name: str, by: User, version: int | None = None) -> None:
    perform(db.session.get_one(StoreRequest, request_id), name, by=by, version=version)


def skipped_approval(scene: Scene) -> None:
    """A request that nobody submitted is approved."""
    with scene.inside():
        head, request = somebody(Role.STORE_HEAD), _request(StoreRequestState.DRAFT).id
    scene.tries(head, partial(_step, request, "approve", head))
    _tell_state(scene, request)


def second_approval(scene: Scene) -> None:
    """Two heads of store decide on the same page, one after the other."""
    with scene.inside():
        head, request = somebody(Role.STORE_HEAD), _request(StoreRequestState.SUBMITTED)
        second = found(sa.select(User).where(User.id.not_in([head.id, request.created_by_id]))
                       .order_by(User.id))
        second.user_roles.append(UserRole(role=Role.STORE_HEAD))
        key, version = request.id, request.version
        db.session.commit()
        heads = [head, second]
        assert all(person.roles for person in heads)  # loaded before the session ends
    for person in heads:
        scene.tries(person, partial(_step, key, "approve", person, version))
    with scene.inside():
        approvals = db.session.scalar(sa.text(
            "SELECT count(*) FROM document_event WHERE document_type = 'store_request' AND document_id = :id "
            "AND transition = 'approve'").bindparams(id=key))
        scene.notices.append(gettext("Approvals in its history: %(count)s", count=approvals))


def own_approval(scene: Scene) -> None:
    """The author of a request, made head of store, approves it."""
    with scene.inside():
        request = _request(StoreRequestState.SUBMITTED)
        author, key = db.session.get_one(User, request.created_by_id), request.id
        author.user_roles.append(UserRole(role=Role.STORE_HEAD))
        db.session.commit()
        assert author.roles
    scene.tries(author, partial(_step, key, "approve", author))
    _tell_state(scene, key)


def _tell_state(scene: Scene, request: int) -> None:
    with scene.inside():
        record = db.session.get_one(StoreRequest, request)
        scene.notices.append(gettext("The request stands at: %(state)s", state=record.state.value))


def any_step(self: Workflow, _document: Any, name: str, _by: Any, _reason: str = "",
             _version: int | None = None) -> Transition:
    """`Workflow.require` without its questions."""
    return next(step for step in self.transitions if step.name == name)


def without_questions(_scene: Scene) -> Any:
    return patched(Workflow, "require", any_step)


def without_not_own(_scene: Scene) -> Any:
    return patched(workflow.not_own, "test", lambda _document, _user: True)


# ---------------------------------------------------------------- stock and ledger

def negative_stock(scene: Scene) -> None:
    """More is taken off a balance than lies there, past the program's own check."""
    with scene.inside():
        keeper = somebody(Role.STORE_STAFF)
        balance = found(sa.select(StockBalance).where(StockBalance.quantity > 0).order_by(StockBalance.id))
        take = sa.update(StockBalance).where(StockBalance.id == balance.id).values(
            quantity=StockBalance.quantity - (balance.quantity + 10))
    scene.tries(keeper, partial(db.session.execute, take))
    _verify(scene)


def edit_ledger(scene: Scene) -> None:
    """Somebody with the database's password makes an issue of stock look smaller."""
    with scene.inside():
        admin = somebody(Role.ADMIN)
        move = found(sa.select(StockMove).order_by(StockMove.id))
        change = sa.update(StockMove.__table__).where(StockMove.__table__.c.id == move.id).values(
            quantity=move.quantity * 2)
    scene.tries(admin, partial(db.session.execute, change))
    _verify(scene)


def _verify(scene: Scene) -> None:
    """What `flask verify` says of the copy now."""
    with scene.inside():
        wrong = [(name, bad) for name, bad in checks.verify(db.session) if bad is not None]
        for name, bad in wrong[:3]:
            scene.notices.append(gettext("flask verify finds it: %(check)s: %(bad)s", check=name, bad=bad))
        if not wrong:
            scene.notices.append(gettext("flask verify: every check is ok."))


def forged_log(scene: Scene, *, is_looked_at: bool = True) -> None:
    """A row of the log is changed at the file together with its own hash, its triggers taken away first."""
    with scene.inside():
        admin = somebody(Role.ADMIN)
    for number in range(3):
        scene.tries(admin, partial(_rename_unit, number), gettext("A unit was renamed, which the log notes."))
    scene.drop_triggers("activity_log_keeps_update", "activity_log_keeps_delete",
                        "activity_log_keeps_replace")
    with scene.inside():
        sealing.seal_all()
        row = found(sa.select(ActivityLog).order_by(ActivityLog.id))
        said = {column.name: getattr(row, column.name) for column in ActivityLog.__table__.columns}
        forge = sa.text("UPDATE activity_log SET user_id = NULL, hash = :hash WHERE id = :id").bindparams(
            id=row.id, hash=activity.row_hash(said | {"user_id": None}))
    scene.tries(admin, partial(db.session.execute, forge), gettext("The row now names nobody."))
    with scene.inside():
        broken = log_proofs.verify_log() if is_looked_at else None
        scene.notices.append(
            gettext("flask verify finds it: %(check)s: %(bad)s", check="activity_log", bad=str(broken))
            if broken else gettext("Nobody finds it: a log without seals looks the same as before."))


def _rename_unit(number: int) -> None:
    unit = found(sa.select(WorkUnit).order_by(WorkUnit.id))
    unit.name = f"{unit.name} {number}"


def forged_log_without_seals(scene: Scene) -> None:
    forged_log(scene, is_looked_at=False)


# ---------------------------------------------------------------- pages

def other_record(scene: Scene) -> None:
    """A patient types the number of somebody else's consultation into the address."""
    with scene.inside():
        (patient, user), *_ = _patients(1)
        foreign = found(sa.select(Consultation).where(Consultation.patient_id != patient)
                        .order_by(Consultation.id.desc()))
        key, complaint = foreign.id, foreign.complaint
    token = secrets.token_urlsafe(32)
    with scene.inside(user):
        db.session.add(UserSession(token_hash=hashed(token), user_id=user.id))
        db.session.commit()
    answer = _asks(scene, token, f"/portal/consultations/{key}")
    shown = complaint[:20] in answer.get_data(as_text=True)
    scene.seen.append({"who": user.name, "ok": answer.status_code == 200, "error": "",
                       "text": gettext("The answer is %(status)s.", status=answer.status_code)})
    scene.notices.append(gettext("The page shows the other person's complaint.") if shown
                         else gettext("Nothing of the other person is on the page."))


def _asks(scene: Scene, token: str, path: str) -> Any:
    with scene.inside():
        browser = _browser(scene)
        with browser.session_transaction() as cookie:
            cookie[TOKEN] = token
        return browser.get(path)


def _browser(scene: Scene) -> FlaskClient:
    """A browser that asks the copy."""
    browser = FlaskClient(scene.app)
    browser.environ_base[EXPERIMENT] = True
    return browser


def everybodys_people(_scene: Scene) -> Any:
    return patched(access, "own_people", lambda: sa.select(Patient.id))


TYPED = "%' OR 1=1 --"


def injection(scene: Scene) -> None:
    """Words that would end the statement are typed into the search for doctors."""
    _search(scene, lambda: _browser(scene).get("/portal/doctors", query_string={"q": TYPED})
            .get_data(as_text=True).count('href="/portal/doctors/'))


def injection_by_pasting(scene: Scene) -> None:
    """The same words, pasted into the text of the statement as beginners do."""
    statement = f"SELECT count(*) FROM doctor WHERE name LIKE '%{TYPED}%'"
    scene.notices.append(statement)
    _search(scene, lambda: db.session.execute(sa.text(statement.replace(":", "\\:"))).scalar() or 0)


def _search(scene: Scene, search: Callable[[], int]) -> None:
    with scene.inside():
        (_patient, user), *_ = _patients(1)
        count = search()
        scene.seen.append({"who": user.name, "ok": bool(count), "error": "",
                           "text": gettext("Doctors found: %(count)s", count=count)})


# ---------------------------------------------------------------- lost update

def lost_update(scene: Scene, *, looks_at_version: bool = True) -> None:
    """Two people open the same request, write into the same field, and save."""
    with scene.inside():
        request = _request(StoreRequestState.DRAFT, StoreRequestState.SUBMITTED, StoreRequestState.APPROVED)
        first = db.session.get_one(User, request.created_by_id)
        second = somebody(Role.STORE_HEAD)
        db.session.commit()
        db.session.expunge(request)  # the page that both have open
    save = _save if looks_at_version else _overwrite
    scene.tries(second, partial(save, copy(request), "2"), gettext("Saved: note %(text)s", text="2"))
    scene.tries(first, partial(save, copy(request), "1"), gettext("Saved: note %(text)s", text="1"))
    with scene.inside():
        kept = db.session.get_one(StoreRequest, request.id).note
        scene.notices.append(gettext("Kept in the end: note %(text)s", text=kept))


def copy(page: StoreRequest) -> tuple[int, int]:
    """What a page that shows the request carries of it: its id and its version."""
    return page.id, page.version


def _save(page: tuple[int, int], note: str) -> None:
    record = db.session.get_one(StoreRequest, page[0])
    set_committed_value(record, "version", page[1])  # the UPDATE starts from what was looked at
    record.note = note


def _overwrite(page: tuple[int, int], note: str) -> None:
    db.session.execute(sa.update(StoreRequest.__table__).where(StoreRequest.__table__.c.id == page[0])
                       .values(note=note))


def lost_update_without_version(scene: Scene) -> None:
    lost_update(scene, looks_at_version=False)


def nothing(_scene: Scene) -> Any:
    return nullcontext()
