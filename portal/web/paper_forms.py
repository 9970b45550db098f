"""What the printed forms of single types work out beyond their metadata: addressees, batches, preambles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from models.asset_exits import AssetAuctionState
from models.base import db
from models.operations.stores import count_moments
from models.stock import StockBatch, StockMove
from models.stocktakes import StocktakeState
from portal.web import locale, prescription_paper, words
from portal.web.letterhead import Letterhead


@dataclass(frozen=True)
class Form:
    """What a type's print works out beyond its metadata and the plain words on its class."""

    extra: Callable[[Any], dict[int, list[str]]] | None = None
    extra_heads: tuple[Any, ...] = ()
    facts: Callable[[Any, Letterhead], list[tuple[str, str]]] | None = None
    #: To whom the paper goes, a line each: the name first.
    addressee: Callable[[Any], list[str]] | None = None
    #: A sentence in front of the lines, given the day in words.
    preamble: Any = ""
    #: Columns of the document that stand elsewhere on the paper, or say nothing to who holds it.
    leaves_out: frozenset[str] = frozenset()
    #: Line columns that this document keeps to itself as it stands.
    hides: Callable[[Any], frozenset[str]] = lambda _document: frozenset()
    #: Whether batch and expiry stand beside the extra columns; else those say them.
    keeps_batch: bool = False


def _batches(document: Any) -> dict[int, list[str]]:
    """Batch and expiry that left the store for each line of a delivery, from the ledger."""
    rows = db.session.execute(
        sa.select(StockMove.line_id, StockBatch.number, StockBatch.expires_on, StockMove.quantity)
        .join(StockBatch, StockBatch.id == StockMove.batch_id)
        .where(StockMove.document_type == document.__tablename__, StockMove.document_id == document.id,
               StockMove.reverses_id.is_(None)).order_by(StockMove.id))
    result: dict[int, list[str]] = {}
    for line_id, number, expires_on, quantity in rows:
        if number:
            until = f" · {locale.day(expires_on)}" if expires_on else ""
            result.setdefault(line_id, []).append(f"{number}{until} · {locale.quantity(abs(quantity))}")
    return result


def _bids(auction: Any) -> dict[int, list[str]]:
    """What was offered for each lot in the last round, highest first, and which bid won."""
    result = {}
    for line in auction.lines:
        mine = sorted((bid for bid in line.bids if bid.round == auction.round),
                      key=lambda bid: (-bid.amount, bid.offered_at, bid.id))
        is_sold = auction.state == AssetAuctionState.SOLD
        notes = {bid.id: gettext("won") for bid in mine if is_sold and bid is line.winner}
        notes |= {bid.id: bid.note or "" for bid in mine if not bid.is_valid}
        result[line.id] = [f"{bid.bidder_name} ({bid.bidder_identity}) {locale.rupiah(bid.amount)}"
                           + (f" – {notes[bid.id]}" if notes.get(bid.id) else "") for bid in mine]
    return result if any(result.values()) else {}


def _blind(document: Any) -> frozenset[str]:
    """Who counts must not read what is expected."""
    is_counted = document.state not in (StocktakeState.DRAFT, StocktakeState.COUNTING)
    return frozenset({"count_again"}) if is_counted else frozenset({"system_quantity", "variance",
                                                                    "count_again"})


def _moved_since(document: Any) -> dict[int, list[str]]:
    """What moved of each line after it was counted; the posting leaves it alone."""
    return {line_id: [f"{'+' if entry.quantity > 0 else ''}{locale.quantity(entry.quantity)}"]
            for line_id, entry in count_moments.since(document).items()}


def _of_party(party: Any, tax_number: str) -> list[str]:
    """A supplier or vendor as an addressee."""
    said = [(words.label("phone"), party.phone), (words.label("npwp"), getattr(party, tax_number))]
    return [party.name, *(party.address or "").splitlines(),
            *(f"{label}: {value}" for label, value in said if value)]


def _supplier(document: Any) -> list[str]:
    return _of_party(document.supplier, "npwp")


def _vendor(document: Any) -> list[str]:
    return _of_party(document.vendor, "tax_number")


def _where_to(document: Any, head: Letterhead) -> list[tuple[str, str]]:
    """Where the goods are to be brought."""
    said = ", ".join(part for part in (str(document.store), head.name, head.address) if part)
    return [(gettext("Delivery address"), said)]


def _to_hospital(_document: Any, head: Letterhead) -> list[tuple[str, str]]:
    return [(gettext("Delivery address"), ", ".join(part for part in (head.name, head.address) if part))]


def _to_unit(document: Any, _head: Letterhead) -> list[tuple[str, str]]:
    """Which unit gets the goods."""
    return [(gettext("For the work unit"), str(document.store_request.work_unit))]


def _from_vendor(document: Any, _head: Letterhead) -> list[tuple[str, str]]:
    vendor = document.asset_procurement.vendor
    return [(words.label("vendor"), ", ".join(part for part in (vendor.name, vendor.address) if part))]


#: Types whose paper is a form of its own: ``def f(document, language, hides) -> bytes``.
OWN_PAPERS: dict[str, Callable[..., bytes]] = {"prescription": prescription_paper.printed}
def _first_day(delegation: Any, _head: Letterhead) -> list[tuple[str, str]]:
    return [(words.label("starts_on"), locale.day(delegation.starts_on))]


FORMS: dict[str, Form] = {
    "delegation": Form(facts=_first_day),
    "delivery_request": Form(_batches, (_l("Batch, expiry, base units"),), facts=_to_unit,
                             leaves_out=frozenset({"account_id"})),
    "purchase_order": Form(facts=_where_to, addressee=_supplier,
                           leaves_out=frozenset({"supplier_id", "account_id", "needs_director"}),
                           preamble=_l("Please deliver the goods below on the terms of this order.")),
    "stocktake": Form(_moved_since, (_l("Moved since"),), hides=_blind, keeps_batch=True),
    "supplier_return": Form(addressee=_supplier, leaves_out=frozenset({"supplier_id"})),
    "asset_procurement": Form(facts=_to_hospital, addressee=_vendor,
                              hides=lambda _document: frozenset({"vendor_id"}),
                              leaves_out=frozenset({"vendor_id", "needs_director"}),
                              preamble=_l("Please deliver the goods below on the terms of this order.")),
    "asset_receipt": Form(facts=_from_vendor, leaves_out=frozenset({"account_id"}),
                          preamble=_l("On %(day)s the undersigned handed over and received the goods below, "
                                      "counted and looked at.")),
    "asset_disposal": Form(preamble=_l("On %(day)s the undersigned took the assets below out of the register "
                                       "of the hospital.")),
    "asset_auction": Form(_bids, (_l("Bids of the round"),)),
    "goods_receipt": Form(_batches, (_l("Batch, expiry, base units"),)),
}
