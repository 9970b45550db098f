"""Invoices are matched by amount, to the sen: what the system proposes it never refuses, and all invoices of
an order make what the order is worth."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import clock
from models.base import db
from models.errors import Refused
from models.journal import JournalEntry, JournalLine, Posting
from models.line_quantities import vat
from models.operations.core.approvals import perform
from models.operations.purchasing import matching, receipts
from models.organisation import Setting
from models.roles import Role
from models.supplier_invoices import SupplierInvoice, SupplierInvoiceLine, SupplierInvoiceState
from tests.purchasing.test_invoices import typed
from tests.purchasing.test_receipts import Cast, balance
from tests.support import factories as make

SEN = Decimal("0.01")


def proposed(cast: Cast, order: Any, parts: list[Decimal] | None = None) -> SupplierInvoice:
    """What the form of a new invoice is filled with, of `parts` of what is left of each line."""
    lines = matching.chargeable(order)
    charged = []
    for line, part in zip(lines, parts or [Decimal(1)] * len(lines), strict=False):
        quantity = (line.quantity * part).to_integral_value() or line.quantity
        charged.append(matching.Chargeable(
            line.goods_receipt_line, quantity, matching.due_of(
                line.goods_receipt_line, quantity,
                matching.taken([line.goods_receipt_line.id]).get(line.goods_receipt_line.id,
                                                                 matching.Taken()))))
    return make.saved(SupplierInvoice(
        created_by=cast.buyer, supplier=order.supplier, purchase_order=order,
        supplier_number=make.unique("F"), vat_amount=matching.proposed_vat(order, charged),
        lines=[SupplierInvoiceLine(
            goods_receipt_line=line.goods_receipt_line, item_id=line.goods_receipt_line.item_id,
            unit_id=line.goods_receipt_line.unit_id, quantity=line.quantity, unit_price=line.unit_price,
            discount=line.discount) for line in charged]))


def decided(cast: Cast, invoice: SupplierInvoice) -> SupplierInvoice:
    perform(invoice, "submit", by=cast.buyer)
    perform(invoice, "approve", by=cast.payables)
    return invoice


def ordered(cast: Cast, *lines: tuple[str, str, str], percent: str = "11") -> Any:
    """An order of lines of quantity, price and discount, sent to its supplier."""
    order = cast.order(*((make.make_item(), quantity, price) for quantity, price, _discount in lines))
    order.vat_percent = Decimal(percent)
    for line, (_quantity, _price, discount) in zip(order.lines, lines, strict=True):
        line.discount = Decimal(discount)
    return cast.sent(order)


# ---------------------------------------------------------------- what the form proposes

@pytest.mark.parametrize(("quantity", "price", "discount", "net", "tax"), [
    ("100", "12345", "7.5", "1141912.50", "125610.38"), ("30", "8333", "12.5", "218741.25", "24061.54"),
    ("3", "0.33", "33.33", "0.66", "0.07")])
def test_what_the_form_proposes_goes_through(client: Any, sign_in: Any, cast: Cast, quantity: str, price: str,
                                             discount: str, net: str, tax: str) -> None:
    order = ordered(cast, (quantity, price, discount))
    cast.received(order)
    sign_in(client, cast.buyer)
    data = typed(client.get(f"/admin/supplier_invoice/new/?purchase_order={order.id}").text)
    answer = client.post("/admin/supplier_invoice/new/",
                         data={**data, "supplier_number": "F-1", "_submit": "1"})
    assert answer.status_code == 303, answer.text
    bill = db.session.scalars(sa.select(SupplierInvoice)).one()
    sign_in(client, cast.payables)
    assert client.post(f"/admin/supplier_invoice/{bill.id}/approve",
                       data={"version": bill.version}).status_code == 303
    assert (bill.net_total, bill.vat_amount) == (Decimal(net), Decimal(tax))
    assert balance(db.session, Posting.RECEIVED_NOT_INVOICED) == 0
    assert balance(db.session, Posting.PRICE_VARIANCE) == 0


def test_a_unit_price_rounded_by_hand_is_no_difference(cast: Cast) -> None:
    """100 for 11,419.13 each, as a supplier's paper writes it, are the 1,141,912.50 of the order."""
    order = ordered(cast, ("100", "12345", "7.5"))
    cast.received(order)
    bill = proposed(cast, order)
    bill.lines[0].unit_price, bill.lines[0].discount = Decimal("11419.13"), Decimal(0)
    decided(cast, bill)
    assert bill.lines[0].amount == Decimal("1141912.50")


def test_an_invoice_that_waited_from_before_amounts_were_kept(session: Any, cast: Cast) -> None:
    order = ordered(cast, ("100", "12345", "7.5"))
    cast.received(order)
    bill = proposed(cast, order)
    perform(bill, "submit", by=cast.buyer)
    session.execute(sa.update(SupplierInvoiceLine.__table__).values(amount=None))
    session.expire_all()
    perform(bill, "approve", by=cast.payables)
    assert bill.lines[0].cleared_amount == bill.lines[0].amount == Decimal("1141912.50")


AMOUNT = st.integers(1, 99_999_999).map(lambda sen: Decimal(sen).scaleb(-2))
QUANTITY = st.integers(1, 500).map(Decimal)
DISCOUNT = st.integers(0, 9_999).map(lambda part: Decimal(part).scaleb(-2))
LINES = st.lists(st.tuples(QUANTITY, AMOUNT, DISCOUNT), min_size=1, max_size=3)
PARTS = st.lists(st.sampled_from([Decimal("0.1"), Decimal("0.34"), Decimal("0.5"), Decimal(1)]), min_size=3,
                 max_size=3)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=LINES, percent=st.sampled_from(["0", "11", "12", "11.55"]), came=PARTS, charged=PARTS,
       reversed_one=st.booleans())
def test_all_invoices_of_an_order_make_its_worth(session: Any, lines: Any, percent: str, came: Any,
                                                 charged: Any, reversed_one: bool) -> None:
    """Any prices, discounts, VAT; in parts received and in parts charged; one of them taken back and charged
    anew: nothing is refused, nothing is left on the account, no price differs."""
    with session.begin_nested() as undone:
        cast = Cast()
        make.saved(Setting(key="purchase_order.limit", value="999999999999"))
        order = ordered(cast, *((str(q), str(p), str(d)) for q, p, d in lines), percent=percent)
        bills = []
        for place in range(10):
            if order.state == "sent":
                receipt = receipts.make_receipt(order, by=cast.keeper)
                for line in receipt.lines:
                    part = (line.received_quantity * came[place % 3]).to_integral_value()
                    line.received_quantity = part or line.received_quantity
                perform(receipt, "post", by=cast.keeper)
            if matching.chargeable(order):
                bills.append(decided(cast, proposed(cast, order, charged[place % 3:] + charged[:place % 3])))
        if reversed_one and len(bills) > 1:
            perform(bills[0], "reverse", by=cast.payables, reason="Approved by mistake")
            bills = bills[1:]
        while order.state == "sent" or matching.chargeable(order):
            if order.state == "sent":
                cast.received(order)
            bills.append(decided(cast, proposed(cast, order)))
        worth = sum((line.net_amount for receipt in order.receipts for line in receipt.lines), Decimal(0))
        assert sum((bill.net_total for bill in bills), Decimal(0)) == worth
        assert sum((bill.vat_amount for bill in bills), Decimal(0)) == vat(worth, order.vat_percent)
        assert balance(session, Posting.RECEIVED_NOT_INVOICED) == 0
        assert balance(session, Posting.PRICE_VARIANCE) == 0
        undone.rollback()
    session.expire_all()


# ---------------------------------------------------------------- VAT, freight, rounding, the paper's total

@pytest.mark.parametrize(("charged", "fits"), [
    ("11000", True), ("11000.01", True), ("10999", False), ("11001", False), ("99999", False), ("0", False)])
def test_vat_is_matched_too(cast: Cast, charged: str, fits: bool) -> None:
    """100,000 at 11 percent, too much and too little."""
    order = ordered(cast, ("10", "10000", "0"))
    cast.received(order)
    bill = proposed(cast, order)
    bill.vat_amount = Decimal(charged)
    perform(bill, "submit", by=cast.buyer)
    if fits:
        perform(bill, "approve", by=cast.payables)
        return
    with pytest.raises(Refused, match="rupiah of VAT; by its amounts it is 11000") as refusal:
        perform(bill, "approve", by=cast.payables)
    assert refusal.value.field == "vat_amount"


@pytest.mark.parametrize(("charged", "fits"), [
    ("13574", True), ("13573", True), ("13573.58", True), ("13575", False), ("13573.5", False)])
def test_vat_may_be_whole_rupiah_as_a_tax_invoice_has_it(cast: Cast, charged: str, fits: bool) -> None:
    order = ordered(cast, ("1", "123396.18", "0"))  # 13,573.58 of VAT
    cast.received(order)
    bill = proposed(cast, order)
    bill.vat_amount = Decimal(charged)
    perform(bill, "submit", by=cast.buyer)
    if fits:
        perform(bill, "approve", by=cast.payables)
    else:
        with pytest.raises(Refused):
            perform(bill, "approve", by=cast.payables)


@pytest.mark.parametrize(("net", "tax", "field"), [
    ("101000", "11110", None), ("101000.51", "11110.06", "amount"), ("99000", "10890", None),
    ("98999.49", "10889.94", "amount"), ("100000", "11110", None), ("100000", "11110.02", "vat_amount"),
    ("100000", "10889.98", "vat_amount")])
def test_one_tolerance_is_for_both(cast: Cast, net: str, tax: str, field: str | None) -> None:
    """One percent, in both directions."""
    make.saved(Setting(key="supplier_invoice.tolerance", value="1"))
    order = ordered(cast, ("10", "10000", "0"))
    cast.received(order)
    bill = proposed(cast, order)
    bill.lines[0].amount, bill.vat_amount = Decimal(net), Decimal(tax)
    perform(bill, "submit", by=cast.buyer)
    if field is None:
        perform(bill, "approve", by=cast.payables)
        assert balance(db.session, Posting.RECEIVED_NOT_INVOICED) == 0
        assert balance(db.session, Posting.PRICE_VARIANCE) == Decimal(net) - 100_000
        return
    with pytest.raises(Refused) as refusal:
        perform(bill, "approve", by=cast.payables)
    assert refusal.value.field == field


def test_freight_and_rounding_have_their_accounts_and_the_paper_its_total(cast: Cast) -> None:
    order = ordered(cast, ("10", "10000", "0"))
    cast.received(order)
    bill = proposed(cast, order)
    bill.freight_amount, bill.rounding_amount, bill.paper_total = Decimal(25_000), Decimal("-0.5"), Decimal(1)
    with pytest.raises(Refused, match=r"make 135999.5 rupiah.* says 1: a difference of -135998.5") as refusal:
        perform(bill, "submit", by=cast.buyer)
    assert refusal.value.field == "paper_total"
    bill.paper_total = Decimal("135999.5")
    decided(cast, bill)
    assert balance(db.session, Posting.FREIGHT) == 25_000
    assert balance(db.session, Posting.ROUNDING) == Decimal("-0.5")
    assert balance(db.session, Posting.PAYABLES) == Decimal("-135999.5")
    assert balance(db.session, Posting.RECEIVED_NOT_INVOICED) == 0


def test_freight_may_be_taxed(cast: Cast) -> None:
    order = ordered(cast, ("10", "10000", "0"))
    cast.received(order)
    bill = proposed(cast, order)
    bill.freight_amount, bill.vat_amount = Decimal(25_000), Decimal(13_750)
    decided(cast, bill)


@pytest.mark.parametrize(("name", "most"), [("freight", "500000"), ("rounding", "1000")])
def test_what_no_order_names_has_a_limit(cast: Cast, name: str, most: str) -> None:
    order = ordered(cast, ("10", "10000", "0"))
    cast.received(order)
    bill = proposed(cast, order)
    setattr(bill, f"{name}_amount", Decimal(most) + SEN)
    with pytest.raises(Refused, match="without an order") as refusal:
        perform(bill, "submit", by=cast.buyer)
    assert refusal.value.field == f"{name}_amount"
    setattr(bill, f"{name}_amount", Decimal(most))
    perform(bill, "submit", by=cast.buyer)
    make.saved(Setting(key=f"supplier_invoice.{name}_limit", value="0"))
    with pytest.raises(Refused, match="At most 0"):
        perform(bill, "approve", by=cast.payables)


# ---------------------------------------------------------------- taken back

def paid(cast: Cast, **given: Any) -> SupplierInvoice:
    order = ordered(cast, ("10", "10000", "0"))
    cast.received(order)
    bill = decided(cast, proposed(cast, order))
    perform(bill, "pay", by=cast.payables, given={"paid_on": clock.today(), "payment_reference": "TRX-1",
                                                  **given})
    return bill


def books() -> list[tuple[Any, ...]]:
    """What each account holds."""
    line = JournalLine
    return [tuple(row) for row in db.session.execute(
        sa.select(line.account_id, sa.func.sum(line.debit - line.credit)).group_by(line.account_id)
        .having(sa.func.sum(line.debit - line.credit) != 0).order_by(line.account_id))]


def test_an_invoice_approved_by_mistake_is_reversed_and_entered_anew(client: Any, sign_in: Any,
                                                                     cast: Cast) -> None:
    order = ordered(cast, ("10", "10000", "0"))
    receipt = cast.received(order)
    before = books()
    bill = decided(cast, proposed(cast, order))
    sign_in(client, cast.payables)
    assert client.post(f"/admin/supplier_invoice/{bill.id}/reverse",
                       data={"version": bill.version, "reason": " "}).status_code == 422
    assert client.post(f"/admin/supplier_invoice/{bill.id}/reverse",
                       data={"version": bill.version, "reason": "Salah pemasok"}).status_code == 303
    assert bill.state == SupplierInvoiceState.REVERSED
    assert books() == before
    sign_in(client, cast.head)
    assert "Salah pemasok" in client.get("/admin/notices/").text
    again = proposed(cast, order)
    again.supplier_number = bill.supplier_number  # the paper is the same
    decided(cast, again)
    with pytest.raises(Refused, match=str(again.number)):
        perform(receipt, "reverse", by=cast.store_head, reason="x")
    perform(again, "reverse", by=cast.payables, reason="The goods never came")
    perform(receipt, "reverse", by=cast.store_head, reason="The goods never came")
    assert books() == []


def test_a_paid_one_is_not_reversed_before_its_payment(cast: Cast) -> None:
    bill = paid(cast)
    with pytest.raises(Refused):
        perform(bill, "reverse", by=cast.payables, reason="x")


def test_a_wrong_payment_is_taken_back_by_receivables(client: Any, sign_in: Any, cast: Cast) -> None:
    """Books, date, reference and set-off credit are as before the payment; the director is told."""
    director = make.make_user(Role.DIRECTOR)
    both = make.make_user(Role.PAYABLES, Role.RECEIVABLES)
    receivables = make.make_user(Role.RECEIVABLES)
    order = ordered(cast, ("10", "10000", "0"))
    cast.received(order)
    bill = decided(cast, proposed(cast, order))
    before = books()
    perform(bill, "pay", by=both, given={"paid_on": clock.today(), "payment_reference": "TRX-1"})
    with pytest.raises(Refused, match="recorded this payment yourself"):
        perform(bill, "reverse_payment", by=both, reason="x")
    sign_in(client, receivables)
    assert "reverse_payment" in client.get(f"/admin/supplier_invoice/details/?id={bill.id}").text
    assert client.post(f"/admin/supplier_invoice/{bill.id}/reverse_payment",
                       data={"version": bill.version, "reason": "Rekening salah"}).status_code == 303
    assert (bill.state, bill.paid_on, bill.payment_reference) == (SupplierInvoiceState.APPROVED, None, None)
    assert books() == before
    sign_in(client, director)
    assert "Rekening salah" in client.get("/admin/notices/").text
    perform(bill, "pay", by=both, given={"paid_on": clock.today(), "payment_reference": "TRX-2"})
    perform(bill, "reverse_payment", by=receivables, reason="again")
    assert books() == before
    assert {entry.description for entry in db.session.scalars(sa.select(JournalEntry).filter_by(
        document_type="supplier_invoice", document_id=bill.id))} == {None, "payment", "payment taken back"}
