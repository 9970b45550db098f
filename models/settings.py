"""Settings: what each may be, its default, and the functions that read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from models.base import db
from models.errors import N_, Refused
from models.journal import Account
from models.organisation import Setting, Status
from models.setting_kinds import (
    ACCOUNT,
    ADDRESSES,
    ANSWER,
    AUTOMATIC,
    FREE_TEXT,
    HOUR,
    HOURS,
    LINES,
    LOGO,
    MONEY,
    MONTH,
    NETWORKS,
    PERCENT,
    PHONE,
    PROPOSAL,
    SWITCH,
    TAX_METHOD,
    TEXT,
    VIDEO_SERVERS,
    Kind,
    whole,
)


@dataclass(frozen=True)
class Declared:
    """A setting: what it is worth until somebody writes another value, and what it may be.

    A wrong value that stands in the database all the same takes no page down: it counts as `strict` (the
    default where none is given), or, with `refuses`, the one feature that needs it is refused with a
    sentence.
    """

    default: str
    kind: Kind
    label: str
    help: str = ""
    strict: str | None = None
    refuses: bool = False
    #: Whoever changes it proves anew who they are: it says who decides, or up to what amount.
    step_up: bool = False


#: Every setting. Accounts are codes of the BLU chart.
SETTINGS: dict[str, Declared] = {
    # What papers, mails and the panel contact the hospital.
    "hospital.name": Declared("Rawat", TEXT, N_("Name of the hospital")),
    "hospital.logo": Declared(
        "", LOGO, N_("Logo of the hospital"),
        N_("Stands on papers, at the door and in the portal. PNG or JPEG, drawn anew and made small.")),
    "hospital.phone": Declared(
        "", PHONE, N_("Telephone of the hospital"),
        N_("Patients see it wherever they are told to contact the hospital."), strict=""),
    "hospital.address": Declared("", FREE_TEXT, N_("Address of the hospital")),
    "hospital.hours": Declared("", FREE_TEXT, N_("When the telephone is answered"),
                               N_("For example: Monday to Saturday, 07.00–20.00.")),
    "registration.per_address": Declared(
        "20", whole(1, 10_000, N_("Write whole numbers from 1 to 10000.")),
        N_("Registrations from one network address in ten minutes"),
        N_("Wrongly filled forms do not count, nor does whom the office registers.")),
    "registration.known_addresses": Declared(
        "", NETWORKS, N_("Network addresses from which any number may register"),
        N_("The hospital's own Wi-Fi, or a village hall on a day of enrolment."), strict=""),
    "hospital.city": Declared("", FREE_TEXT, N_("City of the hospital, as papers are dated")),
    "account.inventory": Declared("117211", ACCOUNT, N_("Account: inventory")),
    "account.in_transit": Declared("117199", ACCOUNT, N_("Account: stock on its way between stores")),
    "account.received_not_invoiced": Declared("212112", ACCOUNT, N_("Account: received, not invoiced")),
    "account.payables": Declared("212122", ACCOUNT, N_("Account: payables")),
    "account.cash": Declared("111911", ACCOUNT, N_("Account: cash")),
    "account.vat": Declared("525112", ACCOUNT, N_("Account: VAT")),
    "account.expense": Declared("593211", ACCOUNT, N_("Account: use of stock by units")),
    "account.loss": Declared("596121", ACCOUNT, N_("Account: loss of stock")),
    "account.stock_gain": Declared("491511", ACCOUNT, N_("Account: gain of stock")),
    "account.opening_stock": Declared("391111", ACCOUNT, N_("Account: opening stock")),
    # What stands against goods that nobody ordered, by their source.
    "account.donation": Declared("424232", ACCOUNT, N_("Account: goods that were donated")),
    "account.programme": Declared("424313", ACCOUNT, N_("Account: goods of programmes")),
    "account.price_variance": Declared("491511", ACCOUNT, N_("Account: price variance")),
    "account.freight": Declared("525113", ACCOUNT, N_("Account: freight")),
    "account.rounding": Declared("491511", ACCOUNT, N_("Account: rounding of invoices")),
    "account.asset": Declared("132311", ACCOUNT, N_("Account: assets")),
    "account.asset_payable": Declared("212113", ACCOUNT, N_("Account: payables for assets")),
    # What stands against assets that enter the register without a receipt.
    "account.asset_opening": Declared("391116", ACCOUNT, N_("Account: opening values of assets")),
    "account.land": Declared("131311", ACCOUNT, N_("Account: land")),
    "account.depreciation": Declared("591121", ACCOUNT, N_("Account: depreciation")),
    "account.accumulated_depreciation": Declared("137121", ACCOUNT, N_("Account: accumulated depreciation")),
    "account.disposal_gain": Declared("424933", ACCOUNT, N_("Account: gain of disposals")),
    "account.disposal_loss": Declared("596111", ACCOUNT, N_("Account: loss of disposals")),
    "account.revaluation_surplus": Declared("391114", ACCOUNT, N_("Account: surplus of revaluations")),
    "account.value_loss": Declared("596111", ACCOUNT, N_("Account: loss of value of assets")),
    "account.maintenance": Declared("525114", ACCOUNT, N_("Account: maintenance")),
    "account.cleaning": Declared("525113", ACCOUNT, N_("Account: cleaning")),
    "books.first_month": Declared(
        "", MONTH, N_("First month of the books"),
        N_("Nothing is dated before it. Empty: the year in which the first paper was posted.")),
    "purchase_order.limit": Declared(
        "50000000", MONEY, N_("Purchase orders above it need the director"), N_("VAT included."),
        strict="0", step_up=True),
    "asset_procurement.limit": Declared(
        "100000000", MONEY, N_("Asset procurements above it need the director"), N_("Tax included."),
        strict="0", step_up=True),
    "asset_procurement.needs_plan": Declared(
        "no", SWITCH, N_("Asset procurements take lines of approved plans alone"),
        strict="yes", step_up=True),
    "asset_receipt.capitalise_vat": Declared(
        "yes", SWITCH, N_("VAT on an asset is part of its cost"), N_("Otherwise it is expensed."),
        refuses=True),
    # The points of a cleaning, in the hospital's own language.
    "cleaning.checklist.routine": Declared(
        "Lantai dipel\nSampah diangkut\nPermukaan dilap", LINES, N_("Points of a routine cleaning")),
    "cleaning.checklist.terminal": Declared(
        "Linen diganti\nTempat tidur didesinfeksi\nLantai dipel\nSampah diangkut", LINES,
        N_("Points of a terminal cleaning")),
    "cleaning.checklist.isolation": Declared(
        "APD dipakai\nLinen infeksius dipisah\nSeluruh permukaan didesinfeksi\nUdara disterilkan\n"
        "Limbah B3 diangkut", LINES, N_("Points of an isolation cleaning")),
    "depreciation.tax_method": Declared(
        "straight_line", TAX_METHOD, N_("How the tax book depreciates what is no building"),
        N_("Chosen once, for all assets."), refuses=True),
    "reorder.automatic": Declared(
        "yes", SWITCH, N_("Purchase requests are drafted once a day for what is below its minimum"),
        strict="no"),
    "reorder.proposal": Declared(
        "levels", PROPOSAL,
        N_("How much is proposed for what is short")),
    "reorder.every_days": Declared(
        "30", whole(1, 365, N_("Write whole days from 1 to 365.")), N_("Days from one order to the next")),
    "reorder.lead_days": Declared(
        "7", whole(0, 365, N_("Write whole days from 0 to 365.")),
        N_("Days until goods come, where the supplier names none")),
    "abc.a_percent": Declared("80", PERCENT, N_("ABC analysis: percent of the value that class A makes")),
    "abc.b_percent": Declared("95", PERCENT, N_("ABC analysis: percent of the value that A and B make")),
    "contract.warn_days": Declared(
        "30", whole(0, 365, N_("Write whole days from 0 to 365.")),
        N_("Days before a supplier's contract ends on which purchasing is told")),
    "stores.own_only": Declared(
        "no", SWITCH, N_("Store staff and heads of store work with the stores of their own work unit alone"),
        N_("Stores of no unit, and of a unit that has nobody for it, stay open to all of them."),
        strict="yes", step_up=True),
    "delivery_request.urgent": Declared(
        "yes", SWITCH, N_("Urgent requests are delivered without an approval of the delivery"),
        N_("The head of facilities is told at once and finds them in a report."), strict="no", step_up=True),
    "fault_report.answer_hours.normal": Declared("72", ANSWER, N_("Hours to answer a normal fault report")),
    "fault_report.answer_hours.urgent": Declared("8", ANSWER, N_("Hours to answer an urgent fault report")),
    "fault_report.answer_hours.danger": Declared(
        "1", ANSWER, N_("Hours to answer a report of danger"),
        N_("Afterwards the head of facilities is told.")),
    "service_contract.warn_days": Declared(
        "60", whole(0, 365, N_("Write whole days from 0 to 365.")),
        N_("Days before a warranty or service contract ends on which facilities staff are told")),
    "goods_receipt.tolerance": Declared(
        "0", PERCENT, N_("Percent of the ordered quantity that a receipt may go over"), step_up=True),
    "papers.remind_days": Declared(
        "7", whole(0, 365, N_("Write whole days from 0 to 365.")),
        N_("Days after which people are reminded of a paper that nobody carries on"),
        N_("And again after as many days. “0”: never.")),
    "stock_transfer.receive_follows": Declared(
        "no", SWITCH, N_("What leaves one store is in the other at once"),
        N_("Where both are shelves of one house: nobody says that it came.")),
    "supplier_invoice.tolerance": Declared(
        "0", PERCENT, N_("Percent by which an invoice's amounts and VAT may differ from the receipt's"),
        step_up=True),
    "supplier_invoice.freight_limit": Declared(
        "500000", MONEY, N_("Most freight that an invoice may charge without an order"),
        strict="0", step_up=True),
    "supplier_invoice.rounding_limit": Declared(
        "1000", MONEY, N_("Most rupiah that an invoice may be rounded by"), strict="0", step_up=True),
    "consultation.auto_approve": Declared(
        "no", AUTOMATIC, N_("Consultations are approved by themselves when asked for"),
        N_("“yes”: all; “not_urgent”: all but those that the answers before it call urgent.")),
    "consultation.notice_by_hand": Declared(
        "60", whole(0, 10_080, N_("Write whole minutes from 0 to 10080.")),
        N_("Minutes before a time until which it can be asked for, when somebody has to approve")),
    "consultation.notice": Declared(
        "10", whole(0, 10_080, N_("Write whole minutes from 0 to 10080.")),
        N_("Minutes before a time until which it can be asked for, when it is approved by itself")),
    "consultation.most_open": Declared(
        "5", whole(1, 100, N_("Write a whole number from 1 to 100.")),
        N_("Consultations to come that a patient may have at once")),
    "consultation.most_open_per_doctor": Declared(
        "2", whole(1, 100, N_("Write a whole number from 1 to 100.")),
        N_("Consultations to come that a patient may have at once with one doctor")),
    "letter.most_sick_days": Declared(
        "14", whole(1, 366, N_("Write whole days from 1 to 366.")),
        N_("Days of a sick letter, at most")),
    "letter.days_back": Declared(
        "3", whole(0, 60, N_("Write whole days from 0 to 60.")),
        N_("Days before today at which a sick letter may begin, at most")),
    "duty.minutes": Declared(
        "10", whole(2, 120, N_("Write whole minutes from 2 to 120.")),
        N_("Minutes that a consultation with the doctor on duty is expected to take")),
    "consultation.cancel_hours": Declared(
        "2", whole(0, 720, N_("Write whole hours from 0 to 720.")),
        N_("Hours before its start until which a patient may cancel or move a consultation")),
    "consultation.days_ahead": Declared(
        "60", whole(1, 730, N_("Write whole days from 1 to 730.")),
        N_("Days ahead that can be booked, today included")),
    "consultation.reminders": Declared("24,1", HOURS,
                                       N_("Hours before a consultation at which people are reminded")),
    "consultation.talk_hours": Declared(
        "72", whole(0, 8_760, N_("Write whole hours from 0 to 8760.")),
        N_("Hours after its end in which patient and doctor can still write to each other")),
    "prescription.valid_days": Declared(
        "30", whole(1, 366, N_("Write whole days from 1 to 366.")),
        N_("Days in which a prescription can be fetched"), N_("What is issued keeps the days it was given.")),
    "prescription.warn_days": Declared(
        "3", whole(0, 365, N_("Write whole days from 0 to 365.")),
        N_("Days before its end on which a patient is told of a prescription that was not fetched")),
    "prescription.place": Declared(
        "", FREE_TEXT, N_("Where patients fetch their medicines"),
        N_("For example “Apotek Rawat Jalan, lantai 1, 07.00–21.00”. Empty: the hospital's pharmacy.")),
    "video.servers": Declared(
        "", VIDEO_SERVERS, N_("STUN and TURN servers of video calls"),
        N_("Without one, calls work where both sides are in one network. A TURN server also needs "
           "TURN_SECRET in the environment.")),
    "security.step_up_minutes": Declared(
        "10", whole(1, 720, N_("Write whole minutes from 1 to 720.")),
        N_("Minutes for which a proof of who somebody is counts"),
        N_("Afterwards approvals above the limit, files with many rows, and changes of rights ask for the "
           "second factor again."), step_up=True),
    "security.step_up_limit": Declared(
        "50000000", MONEY, N_("Approvals above it ask for the second factor again"),
        N_("Rupiah. “0”: every approval of an amount."), strict="0", step_up=True),
    "security.step_up_password": Declared(
        "yes", SWITCH, N_("Accounts without a second factor prove who they are with their password"),
        N_("Otherwise they have to set up a second factor first."), strict="no", step_up=True),
    "daily_report.recipients": Declared("", ADDRESSES, N_("Who gets yesterday's performance report by mail")),
    "log.recipients": Declared(
        "", ADDRESSES, N_("Who gets the signed root of the activity log each day"), step_up=True),
    "log.head_file": Declared("no", SWITCH, N_("Keep that root each day as a file in the instance folder")),
    "daily_report.hour": Declared("6", HOUR, N_("Hour from which on the performance report goes out")),
    "notices.whatsapp": Declared("no", SWITCH, N_("People who want it are told by WhatsApp")),
    "notices.sms": Declared("no", SWITCH, N_("People who want it are told by SMS")),
}
DEFAULTS: dict[str, str] = {key: declared.default for key, declared in SETTINGS.items()}


def checked(key: str, text: str) -> str:
    """What is kept of a text that somebody wrote for `key`. Raises `Refused` at the field."""
    declared = SETTINGS.get(key)
    if declared is None:
        raise Refused(N_("There is no setting “%(key)s”. Choose one of the list."), field="key", key=key)
    try:
        value = declared.kind.read(text or "")
    except ValueError:
        raise Refused(declared.kind.says, field="value") from None
    if isinstance(value, Decimal):
        return f"{value:f}"
    return text.strip() if value is None or isinstance(value, list | date) else str(value)


def worth(key: str, text: str | None) -> Any:
    """The value of a text that stands for `key`, of the kind that is declared; None is the default.

    A wrong one counts as `Declared.strict` or the default. Raises `Refused` where a wrong one must not be
    guessed.
    """
    declared = SETTINGS[key]
    try:
        return declared.kind.read(declared.default if text is None else text)
    except ValueError:
        if declared.refuses:
            raise Refused(N_("The setting %(key)s has a value that cannot be used: “%(value)s”. An "
                             "administrator "
                             "corrects it under Settings."), key=key, value=text) from None
        return declared.kind.read(declared.default if declared.strict is None else declared.strict)


def wrong_settings(session: Any) -> list[Setting]:
    """Rows that cannot be used: an unknown key, or a value that is none of its kind."""
    return [row for row in session.scalars(sa.select(Setting).order_by(Setting.key))
            if not is_usable(session, row)]


def is_usable(session: Any, row: Setting) -> bool:
    """Whether the row has a known key and a value of its kind."""
    try:
        checked(row.key, row.value)
    except Refused:
        return False
    return SETTINGS[row.key].kind is not ACCOUNT or _is_account(session, row.value)


def _is_account(session: Any, code: str) -> bool:
    return session.scalar(sa.select(Account.id).where(
        Account.code == code.strip(), Account.status == Status.ACTIVE)) is not None


@event.listens_for(Setting, "before_insert")
@event.listens_for(Setting, "before_update")
def _checked(_mapper: Any, connection: sa.Connection, row: Setting) -> None:
    """Whoever writes a setting: form, list, command."""
    row.value = checked(row.key, row.value)
    if SETTINGS[row.key].kind is ACCOUNT and not _is_account(connection, row.value):
        raise Refused(ACCOUNT.says, field="value")


def setting_of(key: str) -> sa.ColumnElement[str]:
    """The value of `key` as a column, for a statement that needs it among others."""
    return sa.func.coalesce(sa.select(Setting.value).where(Setting.key == key).scalar_subquery(),
                            DEFAULTS[key])


def setting(key: str) -> Any:
    """The value of `key`, of the kind that is declared; see `worth`. Raises KeyError for a key that does not
    exist."""
    return worth(key, db.session.scalar(sa.select(Setting.value).where(Setting.key == key)))
