"""What rooms lack is planned once; plan lines of several units become one order, never more than planned."""

from __future__ import annotations

from decimal import Decimal

import pytest
import sqlalchemy as sa

from models import clock
from models.asset_documents import (
    AssetPlan,
    AssetPlanLine,
    AssetPlanState,
    AssetProcurement,
    AssetProcurementState,
)
from models.asset_register import AssetState
from models.base import one_transaction
from models.errors import NotAllowed, Refused
from models.facilities import ClassFacility, RoomFacility
from models.operations.assets import plans, receipts
from models.operations.core.approvals import by_system, opened, perform
from models.operations.core.report_kit import REPORTS
from models.organisation import Setting, Status
from models.people import User
from models.places import PhysicalCondition
from models.roles import Role
from tests.assets.test_asset_receipts import Cast
from tests.support import factories as make
from tests.support.races import at_once, won


@pytest.fixture
def cast(session):
    return Cast()


@pytest.fixture
def standard(session):
    """A class whose rooms have two monitors each, three rooms of it in the ward of a unit."""
    model = make.make_asset_model(name="Monitor", estimated_price=Decimal(42_500_000))
    kind = make.make_room_class()
    make.saved(ClassFacility(room_class=kind, asset_model=model, quantity=Decimal(2)))
    first = make.make_inpatient_room(room_class=kind, number="101")
    first.ward.work_unit = make.make_work_unit(name="Melati")
    rooms = [first, *(make.make_inpatient_room(room_class=kind, number=number, ward=first.ward)
                      for number in ("102", "103"))]
    session.flush()
    return model, rooms, first.ward.work_unit


def planned(cast, *wanted, unit=None):
    """An approved plan: so many of a model each."""
    plan = make.saved(AssetPlan(created_by=cast.buyer, work_unit=unit or make.make_work_unit(), lines=[
        AssetPlanLine(work_unit=unit or make.make_work_unit(), asset_model=model, quantity=quantity,
                      estimated_price=Decimal(price)) for model, quantity, price in wanted]))
    opened(plan, by=cast.buyer)
    perform(plan, "submit", by=cast.buyer)
    perform(plan, "approve", by=cast.head)
    return plan


def sent(cast, procurement):
    perform(procurement, "submit", by=cast.buyer)
    perform(procurement, "approve", by=cast.head)
    perform(procurement, "approve_payment", by=cast.payables)
    if procurement.is_above_limit:
        perform(procurement, "approve_limit", by=cast.director)
    perform(procurement, "send", by=cast.buyer)
    return procurement


def ordered(cast, plan, quantity):
    """So many of the plan's first line, sent to a vendor."""
    return sent(cast, plans.make_procurement(
        make.make_vendor().id, {plan.lines[0].id: (quantity, None)}, by=cast.buyer))


# ---------------------------------------------------------------- gaps

def test_what_rooms_lack_against_their_class(session, standard):
    model, rooms, unit = standard
    one, two = make.make_asset(asset_model=model), make.make_asset(asset_model=model)
    make.saved(RoomFacility(inpatient_room=rooms[0], asset=one))
    make.saved(RoomFacility(inpatient_room=rooms[0], asset=two, condition=PhysicalCondition.BADLY_DAMAGED))
    make.make_asset(asset_model=model, inpatient_room=rooms[1], quantity=3, state=AssetState.IN_USE)
    [gap] = plans.gaps()
    assert (gap.unit, gap.model, gap.wanted, gap.present, gap.missing) == (unit, model, 6, 3, 3)
    assert gap.rooms == ["101", "103"]
    assert gap.to_plan == 3
    assert plans.gaps(make.make_work_unit().id) == []
    by_room = session.execute(REPORTS["room_gaps"].select({})).all()
    assert [(row.room, row.thing, row.wanted, row.present, row.missing) for row in by_room] == [
        ("101", model.name, 2, 1, 1), ("103", model.name, 2, 0, 2)]


def test_one_click_plans_what_is_missing_once(session, cast, standard):
    model, _rooms, unit = standard
    [plan] = plans.plan_gaps(by=cast.buyer)
    assert (plan.work_unit, plan.state, plan.budget_year) == (unit, AssetPlanState.DRAFT,
                                                              clock.today().year + 1)
    [line] = plan.lines
    assert (line.asset_model, line.quantity, line.estimated_price) == (model, 6, 42_500_000)
    assert line.justification == "101, 102, 103"
    assert plans.gaps()[0].to_plan == 0
    with pytest.raises(Refused):
        plans.plan_gaps(by=cast.buyer)
    perform(plan, "cancel", by=cast.buyer, reason="no money")
    assert plans.gaps()[0].to_plan == 6


def test_ordered_things_are_coming_until_they_stand_in_the_room(session, cast, standard):
    _model, rooms, _unit = standard
    [plan] = plans.plan_gaps(by=cast.buyer)
    perform(plan, "submit", by=cast.buyer)
    perform(plan, "approve", by=cast.head)
    order = ordered(cast, plan, 6)
    assert plan.state == AssetPlanState.DONE
    assert plans.gaps()[0].coming == 6
    receipt = receipts.make_receipt(order, by=cast.buyer)
    receipt.lines[0].received_quantity, receipt.lines[0].inpatient_room = 2, rooms[0]
    perform(receipt, "post", by=cast.buyer)
    [gap] = plans.gaps()
    assert (gap.missing, gap.coming, gap.to_plan) == (4, 4, 0)


def test_a_unit_plans_for_itself_and_only_what_was_ticked(session, cast, standard):
    model, rooms, unit = standard
    other = make.make_inpatient_room(room_class=rooms[0].room_class)
    other.ward.work_unit = make.make_work_unit()
    session.flush()
    nurse = make.make_user(Role.UNIT_USER, work_unit=unit)
    with pytest.raises(Refused):
        plans.plan_gaps(by=nurse, keys=[f"{other.ward.work_unit_id}-{model.id}"])
    assert [plan.work_unit for plan in plans.plan_gaps(by=nurse)] == [unit]
    assert [plan.work_unit for plan in plans.plan_gaps(by=cast.buyer)] == [other.ward.work_unit]
    with pytest.raises(NotAllowed):
        plans.plan_gaps(by=cast.head)


# ---------------------------------------------------------------- from plans to an order

def test_lines_of_several_plans_become_one_order(session, cast):
    bed, chair = make.make_asset_model(), make.make_asset_model(estimated_price=Decimal(90))
    first, second = planned(cast, (bed, 4, 100)), planned(cast, (bed, 2, 100), (chair, 40, 50))
    assert [(line.asset_plan, left) for line, left in plans.open_lines()] == [
        (first, 4), (second, 2), (second, 40)]
    vendor = make.make_vendor()
    order = plans.make_procurement(vendor.id, {
        first.lines[0].id: (3, None), second.lines[1].id: (40, Decimal("45.50"))}, by=cast.buyer)
    assert [(line.asset_plan, line.quantity, line.unit_price, line.vendor_id) for line in order.lines] == [
        (first, 3, 100, vendor.id), (second, 40, Decimal("45.50"), vendor.id)]
    assert order.tax_percent == 11
    assert [left for _line, left in plans.open_lines()] == [1, 2]
    sent(cast, order)
    assert (first.state, second.state) == (AssetPlanState.APPROVED, AssetPlanState.APPROVED)
    sent(cast, plans.make_procurement(vendor.id, {
        first.lines[0].id: (1, None), second.lines[0].id: (2, None)}, by=cast.buyer))
    assert (first.state, second.state) == (AssetPlanState.DONE, AssetPlanState.DONE)
    assert plans.open_lines() == []


def test_what_a_short_closed_order_did_not_bring_is_open_again(session, cast):
    plan = planned(cast, (make.make_asset_model(), 4, 100), (make.make_asset_model(), 1, 100))
    order = ordered(cast, plan, 4)
    receipt = receipts.make_receipt(order, by=cast.buyer)
    receipt.lines[0].received_quantity = 3
    perform(receipt, "post", by=cast.buyer)
    perform(order, "close", by=cast.buyer, reason="the vendor is bankrupt")
    assert [left for _line, left in plans.open_lines()] == [1, 1]
    assert plan.lines[0].open_quantity == 1


def test_a_plan_that_was_done_opens_again_when_its_order_is_closed_short(session, cast):
    plan = planned(cast, (make.make_asset_model(), 4, 100))
    order = ordered(cast, plan, 4)
    assert plan.state == AssetPlanState.DONE
    receipt = receipts.make_receipt(order, by=cast.buyer)
    receipt.lines[0].received_quantity = 3
    perform(receipt, "post", by=cast.buyer)
    perform(order, "close", by=cast.buyer, reason="the vendor is bankrupt")
    assert plan.state == AssetPlanState.APPROVED
    assert [left for _line, left in plans.open_lines()] == [1]
    for role in set(Role) - {Role.FACILITIES_HEAD}:
        with pytest.raises(NotAllowed):
            perform(order, "open_again", by=make.make_user(role), reason="closed by mistake")
    perform(order, "open_again", by=cast.head, reason="closed by mistake")
    assert (order.state, plan.state) == (AssetProcurementState.SENT, AssetPlanState.DONE)
    perform(order, "close", by=cast.buyer, reason="bankrupt indeed")
    ordered(cast, plan, 1)
    with pytest.raises(Refused, match="ordered elsewhere"):
        perform(order, "open_again", by=cast.head, reason="closed by mistake")
    with pytest.raises(Refused, match="Everything on it was ordered"):
        perform(plan, "open_again", by=cast.head, reason="more")


def test_a_plan_that_was_closed_by_mistake(session, cast):
    plan = planned(cast, (make.make_asset_model(), 4, 100))
    perform(plan, "close", by=cast.buyer, reason="no budget")
    perform(plan, "open_again", by=cast.head, reason="there is a budget")
    assert [left for _line, left in plans.open_lines()] == [4]


def test_the_things_of_a_reversed_receipt_are_received_again(session, cast):
    plan = planned(cast, (make.make_asset_model(), 2, 100))
    order = ordered(cast, plan, 2)
    receipt = receipts.make_receipt(order, by=cast.buyer)
    perform(receipt, "post", by=cast.buyer)
    assert order.state == AssetProcurementState.DONE
    perform(receipt, "reverse", by=cast.head, reason="the wrong room")
    assert (order.state, plan.state) == (AssetProcurementState.SENT, AssetPlanState.DONE)
    perform(receipts.make_receipt(order, by=cast.buyer), "post", by=cast.buyer)
    assert order.state == AssetProcurementState.DONE


def test_what_was_ordered_elsewhere_is_not_waited_for_twice(session, cast):
    """One of two came, the order was closed, the other is ordered anew: then the first goes back."""
    plan = planned(cast, (make.make_asset_model(), 2, 100))
    order = ordered(cast, plan, 2)
    receipt = receipts.make_receipt(order, by=cast.buyer)
    receipt.lines[0].received_quantity = 1
    perform(receipt, "post", by=cast.buyer)
    perform(order, "close", by=cast.buyer, reason="the vendor has no more")
    ordered(cast, plan, 1)
    perform(receipt, "reverse", by=cast.head, reason="the wrong thing")
    assert (order.state, plan.state) == (AssetProcurementState.DONE, AssetPlanState.APPROVED)
    assert [left for _line, left in plans.open_lines()] == [1]


@pytest.mark.parametrize("quantity", [0, 5, -1])
def test_never_more_than_planned(session, cast, quantity):
    plan = planned(cast, (make.make_asset_model(), 4, 100))
    with pytest.raises(Refused) as refusal:
        plans.make_procurement(make.make_vendor().id, {plan.lines[0].id: (quantity, None)}, by=cast.buyer)
    assert refusal.value.field == "quantity"


def test_a_draft_that_grew_is_refused_when_it_is_handed_in(session, cast):
    plan = planned(cast, (make.make_asset_model(), 4, 100))
    order = plans.make_procurement(make.make_vendor().id, {plan.lines[0].id: (4, None)}, by=cast.buyer)
    order.lines[0].quantity = 5
    with pytest.raises(Refused, match="between 1 and"):
        perform(order, "submit", by=cast.buyer)
    order.lines[0].quantity, order.lines[0].asset_model = 4, make.make_asset_model()
    with pytest.raises(Refused, match="plans on this line"):
        perform(order, "submit", by=cast.buyer)


def test_other_refusals(session, cast):
    plan = planned(cast, (make.make_asset_model(), 4, 100))
    key = plan.lines[0].id
    gone = make.make_vendor(status=Status.INACTIVE)
    for vendor, wanted, by, error in (
            (gone.id, {key: (1, None)}, cast.buyer, Refused), (0, {key: (1, None)}, cast.buyer, Refused),
            (make.make_vendor().id, {}, cast.buyer, Refused),
            (make.make_vendor().id, {999_999: (1, None)}, cast.buyer, Refused),
            (make.make_vendor().id, {key: (1, None)}, cast.head, NotAllowed)):
        with pytest.raises(error):
            plans.make_procurement(vendor, wanted, by=by)
    by_system(plan, "close", by=cast.buyer)
    with pytest.raises(Refused, match="is not approved"):
        plans.make_procurement(make.make_vendor().id, {key: (1, None)}, by=cast.buyer)


def test_a_house_may_order_planned_things_alone(session, cast):
    order = make.make_asset_procurement(created_by=cast.buyer)
    make.saved(Setting(key="asset_procurement.needs_plan", value="yes"))
    with pytest.raises(Refused, match="stands on no plan"):
        perform(order, "submit", by=cast.buyer)


@pytest.mark.commits
def test_two_orders_at_once_share_what_is_open(app, session):
    with one_transaction():
        cast = Cast()
        plan = planned(cast, (make.make_asset_model(), 4, 100))
        key, vendor, buyer = plan.lines[0].id, make.make_vendor().id, cast.buyer.id

    def order():
        with one_transaction() as own:
            plans.make_procurement(vendor, {key: (3, None)}, by=own.get(User, buyer))

    assert len(won(at_once(app, [order] * 4))) == 1
    assert session.scalar(sa.select(sa.func.count()).select_from(AssetProcurement)) == 1


# ---------------------------------------------------------------- pages

def test_the_gap_page_makes_plans(client, session, sign_in, cast, standard):
    model, _rooms, unit = standard
    sign_in(client, cast.buyer)
    page = client.get("/admin/asset_plan/gaps/").text
    assert "Monitor" in page
    assert "Melati" in page
    answer = client.post("/admin/asset_plan/gaps/", data={"gap": f"{unit.id}-{model.id}"})
    plan = session.scalars(sa.select(AssetPlan)).one()
    assert (answer.status_code, answer.location) == (303, f"/admin/asset_plan/details/?id={plan.id}")
    assert client.post("/admin/asset_plan/gaps/", data={"gap": "nonsense"}).status_code == 422
    sign_in(client, Role.UNIT_USER)
    assert "Monitor" not in client.get("/admin/asset_plan/gaps/").text
    sign_in(client, Role.DIRECTOR)
    assert client.post("/admin/asset_plan/gaps/").status_code == 403


def test_the_page_of_open_lines_makes_an_order_and_keeps_what_was_typed(client, session, sign_in, cast):
    plan = planned(cast, (make.make_asset_model(name="Ranjang elektrik"), 4, 38_900_000))
    key, vendor = plan.lines[0].id, make.make_vendor(name="CV Mebel Husada")
    sign_in(client, cast.buyer)
    assert "Ranjang elektrik" in client.get("/admin/asset_procurement/plans/").text
    form = {"line": str(key), f"quantity-{key}": "9", f"price-{key}": "38.000.000", "vendor": str(vendor.id),
            "tax_percent": "11"}
    answer = client.post("/admin/asset_procurement/plans/", data=form)
    assert answer.status_code == 422
    assert 'value="9"' in answer.text
    assert "CV Mebel Husada" in answer.text
    for wrong in ({f"price-{key}": "murah"}, {"vendor": ""}, {"line": []}, {"tax_percent": "101"},
                  {f"price-{key}": "-5"}, {f"quantity-{key}": "x"}):
        answer = client.post("/admin/asset_procurement/plans/", data=form | {f"quantity-{key}": "2"} | wrong)
        assert answer.status_code == 422
    answer = client.post("/admin/asset_procurement/plans/", data=form | {f"quantity-{key}": "2"})
    assert answer.status_code == 303
    [line] = session.scalars(sa.select(AssetProcurement)).one().lines
    assert (line.quantity, line.unit_price) == (2, 38_000_000)
    sign_in(client, Role.DIRECTOR)
    assert client.get("/admin/asset_procurement/plans/").status_code == 403
