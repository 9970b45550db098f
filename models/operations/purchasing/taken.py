"""What order lines take of the lines of purchase requests: a closed order takes only what came."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from models.goods_receipts import GoodsReceipt, GoodsReceiptLine, GoodsReceiptState
from models.operations.core.report_kit import base_units, quantity
from models.purchasing import PurchaseOrder, PurchaseOrderLine, PurchaseOrderState


def takes() -> sa.ColumnElement[Any]:
    """Base units that a `PurchaseOrderLine`, joined to its order, takes of its request's line."""
    line, came = PurchaseOrderLine, GoodsReceiptLine
    received = (sa.select(quantity(sa.func.sum(base_units(came.received_quantity, came.factor))))
                .join(GoodsReceipt, GoodsReceipt.id == came.goods_receipt_id)
                .where(came.purchase_order_line_id == line.id,
                       GoodsReceipt.state == GoodsReceiptState.POSTED,
                       GoodsReceipt.supplier_return_id.is_(None)).correlate(line).scalar_subquery())
    return quantity(sa.case((PurchaseOrder.state == PurchaseOrderState.DONE, received),
                            else_=base_units(line.quantity, line.factor)))
