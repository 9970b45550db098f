"""Who is told of purchases: the supplier of the order, payables of orders and receipts, each with the printed
paper."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from models.base import db
from models.documents import DocumentEvent
from models.errors import N_
from models.goods_receipts import GoodsReceipt
from models.line_quantities import plain
from models.operations.core.approvals import after
from models.operations.people.mail import post_to
from models.operations.people.notices import Declared, declare, holders
from models.operations.purchasing.receipts import received_of
from models.outbox import Channel
from models.people import User
from models.purchasing import PurchaseOrder
from models.roles import Role
from models.settings import setting

TEMPLATE = "purchase_order_sent"
ADDRESS = "/admin/{}/details/?id={{id}}"


@after(PurchaseOrder, "send")
def _to_the_supplier(order: PurchaseOrder, *, by: User, reason: str) -> None:
    """The order goes to its supplier by mail, once: the message's key is the order's."""
    supplier = order.supplier
    if not supplier.email:
        return
    hospital = setting("hospital.name")
    post_to(supplier.email, TEMPLATE, language=supplier.language, prints=order,
            key=f"purchase_order-{order.id}",
            name=supplier.contact_name or supplier.name, number=order.number, hospital=hospital,
            store=order.store.name,
            expected_on=order.expected_on.isoformat() if order.expected_on else "", person=by.name)


@after(PurchaseOrder, "close")
def _nothing_more(order: PurchaseOrder, *, by: User, reason: str) -> None:
    """The supplier of an order that is closed short is told what is not waited for any more."""
    supplier, came = order.supplier, received_of([order.id])
    missing = [line for line in order.lines if came.get(line.id, 0) < line.base_quantity]
    if not supplier.email or not missing:
        return
    post_to(supplier.email, "purchase_order_closed", language=supplier.language,
            name=supplier.contact_name or supplier.name, number=order.number, person=by.name,
            hospital=setting("hospital.name"), lines=[
                f"{line.item.name}: {plain(line.base_quantity - came.get(line.id, 0))} {line.item.base_unit}"
                for line in missing])


def _order(order: PurchaseOrder) -> dict[str, Any]:
    return {"number": order.number, "supplier": order.supplier.name, "amount": f"Rp{plain(order.total)}"}


def _receipt(receipt: GoodsReceipt) -> dict[str, Any]:
    order, supplier = receipt.purchase_order, receipt.supplier
    return {"number": receipt.number, "supplier": supplier.name if supplier is not None else "",
            "order": order.number if order is not None else receipt.number,
            "amount": f"Rp{plain(receipt.net_total)}"}


def awaits_invoice(receipt: GoodsReceipt) -> list[User]:
    """Payables, of what a supplier brought; what was given has no invoice."""
    return list(holders(Role.PAYABLES)(receipt)) if receipt.supplier_id is not None else []


def the_head_who_approved(order: PurchaseOrder) -> list[User]:
    """Who approved the order first; nobody when that person has no account any more."""
    event = db.session.scalars(
        sa.select(DocumentEvent).where(DocumentEvent.document_type == order.__tablename__,
                                       DocumentEvent.document_id == order.id,
                                       DocumentEvent.transition == "approve")
        .order_by(DocumentEvent.id.desc()).limit(1)).first()
    return [event.user] if event is not None else []


declare(Declared(
    "order_approved", holders(Role.PAYABLES, Role.FACILITIES_HEAD),
    N_("Purchase order %(number)s was approved"),
    (N_("%(supplier)s, %(amount)s with VAT."), N_("The printed order is enclosed.")), _order,
    ADDRESS.format("purchase_order"), channels=(Channel.MAIL,), on=(PurchaseOrder, ("approve",)),
    icon="file-invoice",
    encloses=True))
declare(Declared(
    "order_sent", the_head_who_approved, N_("Purchase order %(number)s went to %(supplier)s"),
    (N_("%(supplier)s, %(amount)s with VAT."), N_("The printed order is enclosed.")), _order,
    ADDRESS.format("purchase_order"), channels=(Channel.MAIL,), on=(PurchaseOrder, ("send",)), icon="send",
    encloses=True))
declare(Declared(
    "goods_received", awaits_invoice, N_("Receiving report %(number)s: %(supplier)s"),
    (N_("Goods of %(order)s worth %(amount)s before VAT came in and wait for their invoice."),
     N_("The receiving report is enclosed.")), _receipt, ADDRESS.format("goods_receipt"),
    channels=(Channel.MAIL,),
    on=(GoodsReceipt, ("post", "approve")), icon="package-import", encloses=True))
