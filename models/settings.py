"""Settings: their defaults, and the one function that reads them."""

from __future__ import annotations

import sqlalchemy as sa

from models.base import db
from models.organisation import Setting

#: What a setting is worth until the administrator writes another value. Accounts are codes of the BLU chart.
DEFAULTS: dict[str, str] = {
    # What papers, mails and the panel call the hospital.
    "hospital.name": "Rawat",
    "account.inventory": "117211",
    "account.received_not_invoiced": "212112",
    "account.payables": "212122",
    "account.cash": "111911",
    "account.vat": "525112",
    "account.expense": "593211",
    "account.loss": "596121",
    "account.stock_gain": "491511",
    "account.opening_stock": "391111",
    "account.price_variance": "491511",
    "account.asset": "132311",
    "account.asset_payable": "212113",
    # What stands against assets that enter the register without a receipt.
    "account.asset_opening": "391116",
    "account.land": "131311",
    "account.depreciation": "591121",
    "account.accumulated_depreciation": "137121",
    "account.disposal_gain": "424933",
    "account.disposal_loss": "596111",
    "account.maintenance": "525114",
    "account.cleaning": "525113",
    # Rupiah, VAT included: a purchase order above it needs the director.
    "purchase_order.limit": "50000000",
    # Rupiah, tax included: an asset procurement above it needs the director.
    "asset_procurement.limit": "100000000",
    # "yes": an asset procurement takes lines of approved plans alone.
    "asset_procurement.needs_plan": "no",
    # "yes": VAT on an asset is part of its cost; "no": it is expensed.
    "asset_receipt.capitalise_vat": "yes",
    # The points of a cleaning, one a line, in the hospital's own language.
    "cleaning.checklist.routine": "Lantai dipel\nSampah diangkut\nPermukaan dilap",
    "cleaning.checklist.terminal": "Linen diganti\nTempat tidur didesinfeksi\nLantai dipel\nSampah diangkut",
    "cleaning.checklist.isolation":
        "APD dipakai\nLinen infeksius dipisah\nSeluruh permukaan didesinfeksi\nUdara disterilkan\nLimbah B3 diangkut",
    # How the tax book depreciates what is no building: straight_line or declining_balance (chosen once, for all).
    "depreciation.tax_method": "straight_line",
    # "yes": purchase requests are drafted by themselves, once a day, for what is below its minimum.
    "reorder.automatic": "yes",
    # Percent of the ordered quantity that a receipt may go over.
    "goods_receipt.tolerance": "0",
    # Percent by which an invoice's price may differ from the receipt's.
    "supplier_invoice.tolerance": "0",
    # "yes": a consultation is approved by itself when it is asked for.
    "consultation.auto_approve": "no",
    # Hours before its start until which a patient may cancel or move an approved consultation.
    "consultation.cancel_hours": "2",
    # Days ahead that can be booked, today included.
    "consultation.days_ahead": "60",
    # Hours before an approved consultation at which patient and doctor are reminded, separated by commas.
    "consultation.reminders": "24,1",
    # Hours after its end in which patient and doctor can still write to each other.
    "consultation.talk_hours": "72",
    # Who gets yesterday's performance report by mail (addresses, separated by commas), and from which hour on.
    "daily_report.recipients": "",
    "daily_report.hour": "6",
    # "yes": people who want it are told by WhatsApp, by SMS; the gateway is WHATSAPP_URL, SMS_URL.
    "notices.whatsapp": "no",
    "notices.sms": "no",
}


def setting_of(key: str) -> sa.ColumnElement[str]:
    """The value of `key` as a column, for a statement that needs it among others."""
    return sa.func.coalesce(sa.select(Setting.value).where(Setting.key == key).scalar_subquery(), DEFAULTS[key])


def setting(key: str) -> str:
    """The value of `key`, its default when nobody set it. Raises KeyError for a key that does not exist."""
    value = db.session.scalar(sa.select(Setting.value).where(Setting.key == key))
    return DEFAULTS[key] if value is None else value
