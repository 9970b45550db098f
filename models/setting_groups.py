"""Settings in the groups in which people look for them: the first word of a key says its group."""

from __future__ import annotations

from dataclasses import dataclass

from models.errors import N_
from models.settings import SETTINGS


@dataclass(frozen=True)
class Group:
    """`name` is its address; `prefixes` are the first words of its keys."""

    name: str
    label: str
    about: str
    prefixes: tuple[str, ...]

    @property
    def keys(self) -> list[str]:
        """Its settings in the order in which they are declared."""
        return [key for key in SETTINGS if key.split(".")[0] in self.prefixes]


GROUPS: tuple[Group, ...] = (
    Group("hospital", N_("Hospital"), N_("What papers, mails and pages call the hospital."), ("hospital",)),
    Group("purchasing", N_("Purchasing"), N_("Limits, tolerances and what is bought by itself."),
          ("purchase_order", "goods_receipt", "supplier_invoice", "contract", "reorder", "abc")),
    Group("stores", N_("Stores"), N_("Who works with which store, and how goods leave it."),
          ("stores", "delivery_request", "stock_transfer")),
    Group("assets", N_("Assets"), N_("How assets are bought, valued and kept in order."),
          ("asset_procurement", "asset_receipt", "asset_import", "depreciation", "fault_report",
           "maintenance", "calibration", "service_contract", "warranty")),
    Group("rooms", N_("Rooms and cleaning"), N_("What is done when a bed or room is cleaned."),
          ("cleaning", "bed", "stay", "bed_reservation")),
    Group("telemedicine", N_("Telemedicine"), N_("Booking, approval and what follows a consultation."),
          ("consultation", "registration", "duty", "letter", "prescription", "video")),
    Group("messages", N_("Messages and reports"), N_("Who is told of what, when, and by which channel."),
          ("notices", "daily_report", "papers", "log")),
    Group("security", N_("Sign-in and security"),
          N_("When somebody who is signed in proves again who they are."), ("security",)),
    Group("accounts", N_("Accounts of the books"),
          N_("The account of the chart on which each kind of entry is posted. A change holds for entries "
             "from now on."), ("books", "account")),
)


def group_named(name: str) -> Group | None:
    return next((group for group in GROUPS if group.name == name), None)
