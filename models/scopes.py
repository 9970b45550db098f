"""Which rows somebody sees: scopes, by which `models.rights` says what a role may read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from models.asset_history import MovementState
from models.base import Base
from models.consultations import ConsultationState, seen_by_doctor
from models.monthly_reports import MonthlyPackState
from models.people import AccountStatus, User
from models.roles import Role
from models.settings import setting_of

R = Role
#: A scope turns a person and a model into the SQL criterion of the rows that they see; None means every row.
Scope = Callable[[User, Any], sa.ColumnElement[bool] | None]


def model_of(table: str) -> Any:
    """The mapped class of a table name. Raises KeyError."""
    if table not in _by_table:
        _by_table.update((mapper.class_.__tablename__, mapper.class_) for mapper in Base.registry.mappers)
    return _by_table[table]


_by_table: dict[str, Any] = {}


def every(_user: User, _model: Any) -> None:
    """All rows."""


def own(user: User, model: Any) -> sa.ColumnElement[bool]:
    """Rows that the person made."""
    return model.created_by_id == user.id


def own_unit(user: User, model: Any) -> sa.ColumnElement[bool]:
    """Rows of the person's own work unit."""
    if user.work_unit_id is None:
        return sa.false()
    if hasattr(model, "store_request_id"):
        request = model_of("store_request")
        units = sa.select(request.id).where(request.work_unit_id == user.work_unit_id)
        return model.store_request_id.in_(units)
    return model.work_unit_id == user.work_unit_id


def between_units(user: User, model: Any) -> sa.ColumnElement[bool]:
    """What came to the person's work unit or left it."""
    if user.work_unit_id is None:
        return sa.false()
    return sa.or_(model.to_work_unit_id == user.work_unit_id, model.from_work_unit_id == user.work_unit_id)


def own_unit_or_given(user: User, model: Any) -> sa.ColumnElement[bool]:
    """Things of the person's own work unit, and what it gave away and nobody acknowledged yet."""
    if user.work_unit_id is None:
        return sa.false()
    movement = model_of("asset_movement")
    given = sa.select(movement.asset_id).where(movement.state == MovementState.AWAITED,
                                               movement.from_work_unit_id == user.work_unit_id)
    return sa.or_(model.work_unit_id == user.work_unit_id, model.id.in_(given))


def own_store(user: User, model: Any) -> sa.ColumnElement[bool]:
    """Rows of the stores of the person's own work unit, and of stores that belong to none."""
    store = model_of("store")
    mine = sa.select(store.id).where(sa.or_(store.work_unit_id.is_(None),
                                            store.work_unit_id == user.work_unit_id))
    return model.store_id.in_(mine)


#: The roles whose rows and steps `stores.own_only` keeps to their own stores.
BY_STORE = (R.STORE_STAFF, R.STORE_HEAD)
RESTRICTED = "stores.own_only"


def own_store_ids(unit_id: int | None, roles: tuple[Role, ...] = BY_STORE) -> sa.Select[Any]:
    """Ids of the stores that people of this unit work with in one of `roles`: the unit's own, those of no
    unit, and those of a unit in which nobody holds the role, so that no store is left alone."""
    store, member = model_of("store"), model_of("user_role")
    keeps = sa.exists().where(User.work_unit_id == store.work_unit_id, User.status == AccountStatus.ACTIVE,
                              member.user_id == User.id, member.role.in_(roles))
    return sa.select(store.id).where(sa.or_(store.work_unit_id.is_(None), store.work_unit_id == unit_id,
                                            ~keeps))


def own_stores_where_set(user: User, model: Any) -> sa.ColumnElement[bool]:
    """All rows; where the hospital gives rights by store, those of the own stores. Goods that go from one
    store to another are both stores'."""
    roles = tuple(role for role in BY_STORE if user.has_role(role)) or BY_STORE
    mine = own_store_ids(user.work_unit_id, roles)
    own = model.store_id.in_(mine)
    if hasattr(model, "to_store_id"):
        own = sa.or_(own, model.to_store_id.in_(mine))
    return sa.or_(setting_of(RESTRICTED) != "yes", own)


def own_doctor(user: User, model: Any) -> sa.ColumnElement[bool]:
    """Rows of the doctor who is this person."""
    doctor = model_of("doctor")
    mine = sa.select(doctor.id).where(doctor.user_id == user.id)
    return (model.id if model is doctor else model.doctor_id).in_(mine)


def _own_seen(user: User, column: Any) -> sa.Select[Any]:
    """`column` of the doctor's consultations, once they were approved; every scope of a doctor builds on
    it."""
    consultation, doctor = model_of("consultation"), model_of("doctor")
    return (sa.select(column).select_from(consultation).join(doctor, doctor.id == consultation.doctor_id)
            .where(doctor.user_id == user.id, seen_by_doctor()))


def own_consultations(user: User, model: Any) -> sa.ColumnElement[bool]:
    """The doctor's consultations, once they were approved; or rows that hang on one."""
    consultation = model_of("consultation")
    return (model.id if model is consultation
            else model.consultation_id).in_(_own_seen(user, consultation.id))


def given_out(_user: User, model: Any) -> sa.ColumnElement[bool]:
    """Prescriptions that a doctor issued: what a store may see of them."""
    return model.number.is_not(None)


def given_or_taken(user: User, model: Any) -> sa.ColumnElement[bool]:
    """Delegations that the person gave or took."""
    return sa.or_(model.giver_id == user.id, model.taker_id == user.id)


def released(_user: User, model: Any) -> sa.ColumnElement[bool]:
    """What the head of facilities released."""
    return model.state == MonthlyPackState.RELEASED


def treated_patients(user: User, model: Any) -> sa.ColumnElement[bool]:
    """The patients of the doctor's consultations, once these were approved; or rows that hang on one."""
    key = model.id if model is model_of("patient") else model.patient_id
    return key.in_(_own_seen(user, model_of("consultation").patient_id))


def history_for(user: User, model: Any) -> sa.ColumnElement[bool]:
    """Earlier visits, of any doctor, of the patients whom the doctor treats; or rows that hang on one.

    While an own consultation is approved or in progress all that was completed, afterwards what was completed
    before it. Nothing for the sake of one that was cancelled, moved or missed. Issued prescriptions of any
    visit.
    """
    consultation, doctor = model_of("consultation"), model_of("doctor")
    if not user.has_role(R.DOCTOR):
        return sa.false()
    visit, own = aliased(consultation), aliased(consultation)
    known = sa.select(sa.literal(1)).select_from(own).join(doctor, doctor.id == own.doctor_id).where(
        doctor.user_id == user.id, own.patient_id == visit.patient_id,
        sa.or_(own.state.in_((ConsultationState.APPROVED, ConsultationState.IN_PROGRESS)),
               sa.and_(own.state == ConsultationState.COMPLETED,
                       visit.starts_at <= sa.func.coalesce(own.completed_at, own.starts_at)))).exists()
    visits = sa.select(visit.id).where(known)
    if model is model_of("prescription"):
        return sa.and_(model.consultation_id.in_(visits), model.number.is_not(None))
    return (model.id if model is consultation
            else model.consultation_id).in_(visits.where(visit.state == ConsultationState.COMPLETED))
