"""What a document type says on its class: the lists made of it, and what is refused when it is declared.

The lists name the types that the specification names; a type that comes later is in none of them and changes
nothing here.
"""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.panel import menu, pages
from models import clock, finality
from models.base import Base, Id, db
from models.documents import WORKFLOWS, Area, Document, Posts, author, document_types, state_column
from models.operations.core import approvals
from models.operations.ledger import periods
from models.operations.stores import stores
from models.rights import RIGHTS, area_of
from models.roles import Role
from models.workflow import Transition, Workflow
from portal.learn import catalogue

#: Area, icon and process of every type of the specification, in the order of home page and search.
TYPES = """
store_request     inventory    clipboard-list   requests
delivery_request  inventory    truck-delivery   requests
purchase_request  purchasing   shopping-cart    purchasing
purchase_order    purchasing   file-invoice     purchasing
goods_receipt     purchasing   package-import   purchasing
supplier_invoice  purchasing   receipt          purchasing
supplier_return   purchasing   arrow-back-up    purchasing
supplier_refund   purchasing   cash             purchasing
unit_return       inventory    truck-return     corrections
spoilage          inventory    trash            corrections
stocktake         inventory    clipboard-check  corrections
stock_transfer    inventory    transfer         corrections
asset_plan        assets       list-check       assets
asset_procurement assets       file-dollar      assets
asset_receipt     assets       package-import   assets
maintenance       assets       tool             care
asset_disposal    assets       archive          assets
asset_auction     assets       discount         assets
depreciation_run  assets       trending-down    care
inventory_round   assets       qrcode           assets
consultation      telemedicine messages         telemedicine
prescription      telemedicine pill             telemedicine
monthly_pack      accounting   report-analytics ledger
"""
ROWS = [line.split() for line in TYPES.split("\n") if line]
KNOWN = [row[0] for row in ROWS]
#: Made by the system or out of another page, never begun with an empty form from the home page.
NOT_BEGUN = {"depreciation_run", "inventory_round", "consultation", "prescription", "monthly_pack"}
POSTING = {"asset_auction", "asset_disposal", "asset_receipt", "delivery_request", "depreciation_run",
           "goods_receipt", "maintenance", "supplier_invoice", "supplier_refund"}
BACKDATED = {"goods_receipt", "spoilage", "stock_transfer", "supplier_return", "unit_return"}
NAMES_BY = {
    "bed": ("inpatient_room",), "stay": ("patient",), "stay_bed": ("bed",),
    "bed_reservation": ("patient",), "calibration": ("asset",), "asset_book": ("asset",),
    "asset_movement": ("asset",), "maintenance_line": ("asset", "bed", "inpatient_room", "room", "building"),
    "service_contract_line": ("asset",), "meter_reading": ("asset",), "model_part": ("asset_model", "item"),
    "purchase_request_line": ("purchase_request", "item"), "purchase_order_line": ("purchase_order", "item"),
    "goods_receipt_line": ("goods_receipt", "item"), "delivery_request_line": ("delivery_request", "item"),
    "asset_plan_line": ("asset_plan", "asset_model"),
    "asset_procurement_line": ("asset_procurement", "asset_model"),
    "quotation_request_line": ("quotation_request", "item"), "quotation": ("quotation_request", "supplier"),
    "supplier_price": ("supplier", "item"), "stock_level": ("store", "item"),
    "item_substitute": ("item", "substitute"),
}
LATE_LINE_COLUMNS = {
    "asset_auction_line": ("appraised_value", "reserve_price", "sale_price", "is_dropped"),
    "asset_disposal_line": ("book_value", "held_asset_id"),
    "delivery_request_line": ("delivered_quantity", "arrived_quantity", "missing"),
    "goods_receipt_line": ("batch_id",),
    "inventory_round_line": ("result",),
    "supplier_invoice_line": ("amount", "cleared_amount"),
    "maintenance_line": ("state", "version", "cost", "result", "condition_before", "condition_after",
                         "next_due_on", "employee_id", "checklist_done", "took_out", "asset_disposal_id"),
    "spoilage_line": ("unit_cost", "moved_quantity"),
    "stock_transfer_line": ("moved_quantity", "arrived_quantity", "is_lost"),
    "stocktake_line": ("count_again",),
    "store_request_line": ("granted_quantity",),
    "supplier_return_line": ("moved_quantity", "credited_quantity"),
}
SIGNS = {
    "prescription": ("Doctor", "Dispensed by", "Received by"),
    "delivery_request": ("Delivered by (store)", "Received by (unit)"),
    "store_request": ("Asked for by", "Head of the store"),
    "purchase_order": ("Head of facilities", "Accounts payable", "Director", "Supplier"),
    "asset_procurement": ("Head of facilities", "Accounts payable", "Director", "Vendor"),
    "asset_receipt": ("Vendor", "Received by (facilities)"),
    "asset_disposal": ("Head of facilities", "Accounts receivable"),
    "asset_auction": ("Head of facilities", "Accounts receivable", "Buyer"),
    "goods_receipt": ("Received by (store)", "Supplier"),
}
PAPER_TITLES = {
    "asset_procurement": "Order of equipment", "asset_disposal": "Minutes of disposal",
    "asset_auction": "Minutes of auction", "goods_receipt": "Receiving report (RR)",
    "asset_receipt": "Record of handing over equipment (BAST)",
}


def known(fact: str) -> dict[str, Any]:
    """What the types of the specification say of `fact`, those that say nothing left out."""
    types = document_types()
    return {name: getattr(types[name], fact) for name in KNOWN if getattr(types[name], fact)}


def test_types_stand_in_the_order_of_the_house() -> None:
    assert [name for name in document_types() if name in KNOWN] == KNOWN


@pytest.mark.parametrize(("table", "area", "icon", "process"), ROWS, ids=KNOWN)
def test_area_icon_and_process(table: str, area: str, icon: str, process: str) -> None:
    model = document_types()[table]
    assert (model.area, menu.icon_of(table), model.process) == (area, icon, process)
    assert area_of(table) == area


def test_months_wait_for_what_posts_by_its_date() -> None:
    assert {name for name, _model in periods.posting() if name in KNOWN} == POSTING


def test_a_head_of_store_may_allow_the_dates_of_these() -> None:
    assert set(known("may_be_backdated")) == BACKDATED


def test_these_are_begun_by_people_and_searched() -> None:
    assert [name for name in pages.begun() if name in KNOWN] == [
        name for name in KNOWN if name not in NOT_BEGUN]
    assert [name for name in pages.searched() if name in KNOWN or name not in document_types()] == [
        *(name for name in KNOWN if name not in NOT_BEGUN), "item", "patient", "doctor", "consultation",
        "asset", "stock_batch", "supplier", "vendor", "room", "inpatient_room", "work_unit", "employee",
        "user"]


def test_lines_change_in_draft_and_while_it_is_counted() -> None:
    opened = {rule.parent: rule.open for rule in finality.lines() if rule.parent in KNOWN and not rule.via}
    assert {name: states for name, states in opened.items() if states != ("draft",)} == {
        "inventory_round": ("draft", "counting"), "stocktake": ("draft", "counting")}


def test_final_states_and_late_columns() -> None:
    assert known("also_final_in") == {
        "supplier_invoice": ("approved",), "monthly_pack": ("withdrawn",), "prescription": ("expired",),
        "consultation": ("expired",)}
    assert known("late_columns") == {
        "consultation": ("rating", "rating_comment", "rated_at", "patient_id", "held_beside_id"),
        "prescription": ("store_id", "received_by", "dispensed_at"),
        "supplier_return": ("credit_net", "credit_vat"), "stock_transfer": ("received_on",)}


def test_late_columns_of_lines() -> None:
    rules = {rule.table: rule for rule in finality.lines() if rule.parent in KNOWN}
    assert {name: rule.late for name, rule in rules.items() if rule.late} == LATE_LINE_COLUMNS
    final = {name: paper.final for paper in finality.papers() for name in [paper.table]}
    assert {name: set(final[rule.parent]) - set(rule.final) for name, rule in rules.items()
            if set(rule.final) != set(final[rule.parent])} == {
        "supplier_return_line": {"sent"}, "stock_transfer_line": {"sent"},
        "delivery_request_line": {"delivered"}}


def test_what_hangs_on_lines() -> None:
    assert {rule.table: (rule.via[0], rule.open) for rule in finality.lines() if rule.via} == {
        "asset_auction_bid": ("asset_auction_line", ("open", "awarded")),
        "maintenance_part": ("maintenance_line", ("in_progress",)),
        "quotation_price": ("quotation_request_line", ("asked",))}


def test_references_that_a_name_needs() -> None:
    assert {mapper.class_.__tablename__: mapper.class_.names_by for mapper in Base.registry.mappers
            if mapper.class_.names_by} == NAMES_BY


def test_who_signs_what_the_paper_is_called_and_how_lines_are_sorted() -> None:
    assert known("signs") == SIGNS
    assert known("paper_title") == PAPER_TITLES
    assert set(known("is_sorted_by_shelf")) == {"delivery_request", "stocktake", "stock_transfer"}


def test_quantities_are_checked_when_the_document_gets_its_number() -> None:
    bound = {(model.__tablename__, name) for (model, name), effects in approvals.EFFECTS.items()
             if stores._check_lines in effects and model.__tablename__ in KNOWN}
    assert bound == {("goods_receipt", "post"), ("delivery_request", "submit_urgent"), *((table, "submit") for
        table in ("store_request", "delivery_request", "purchase_request", "purchase_order",
                  "supplier_invoice", "supplier_return", "unit_return", "spoilage", "stock_transfer",
                  "goods_receipt"))}


def test_items_must_be_in_use_where_they_are_only_asked_for() -> None:
    asking = {name for name, model in document_types().items()
              if name in KNOWN and stores.has_checked_lines(model) and model.posts is Posts.NOTHING}
    assert asking == {"store_request", "purchase_request", "purchase_order"}


def test_students_find_a_document_and_its_lines_in_its_process(app: Any) -> None:
    processes = catalogue.processes()
    for table, _area, _icon, process in ROWS:
        words = processes[process][1]
        assert table in words
        lines = f"{table}_line"
        assert (lines in words) == (lines in catalogue.tables())


def test_documents_and_tables_stand_in_the_menu_as_before() -> None:
    places = menu._places()

    def first(area: str, count: int) -> list[str]:
        named = [name for name in RIGHTS if area_of(name) == area
                 and (name in KNOWN or name not in document_types())]
        return sorted(named, key=lambda name: places.get(name, 20_000))[:count]

    assert first("inventory", 8) == ["store_request", "delivery_request", "item", "stocktake",
                                     "stock_transfer", "unit_return", "spoilage", "shelf"]
    assert first("assets", 10) == ["asset", "maintenance", "asset_plan", "asset_procurement",
                                   "asset_receipt", "asset_disposal", "asset_auction", "depreciation_run",
                                   "calibration", "inventory_round"]
    assert first("telemedicine", 6) == ["consultation", "patient", "doctor", "specialization",
                                        "doctor_schedule", "prescription"]
    assert first("accounting", 4) == ["account", "journal_entry", "monthly_pack", "period"]


def test_every_icon_is_in_the_sprite() -> None:
    sprite = (Path(__file__).parents[2] / "static" / "icons.svg").read_text(encoding="utf-8")
    icons = set(re.findall(r'<symbol id="i-([^"]+)"', sprite))
    assert {model.icon for model in document_types().values()} | set(menu.ICONS.values()) <= icons


def test_every_process_is_one_of_the_students_pages() -> None:
    assert {model.process for model in document_types().values()} - {""} <= set(catalogue.PROCESSES)


def test_every_area_has_a_head_in_the_menu() -> None:
    assert set(menu.AREAS) == set(Area)
    assert {area_of(table) for table in RIGHTS} <= set(Area)


# ---------------------------------------------------------------- what is refused

class S(StrEnum):
    DRAFT = "draft"
    POSTED = "posted"


GOOD: dict[str, Any] = {"prefix": "ZZ", "dated": "made_on", "area": Area.INVENTORY, "posts": Posts.NOTHING,
                        "workflow": Workflow(S.DRAFT, Transition("post", (S.DRAFT,), S.POSTED, Role.ADMIN))}


def declare(**facts: Any) -> None:
    """Declare a document type with these facts beside good ones; None leaves one out."""
    body = {name: fact for name, fact in {**GOOD, **facts}.items() if fact is not None}
    type("Refused", (Document, db.Model), {
        "__tablename__": "refused", "__module__": __name__,
        "__annotations__": {"id": Mapped[Id], "created_by_id": Mapped[int], "made_on": Mapped[date],
                            "state": Mapped[S]},
        "created_by_id": author(), "made_on": mapped_column(default=clock.today),
        "state": state_column(S.DRAFT), **body})


@pytest.mark.parametrize(("facts", "words"), [
    ({"prefix": None}, "does not say its prefix"),
    ({"dated": None}, "does not say its dated"),
    ({"area": None}, "does not say its area"),
    ({"posts": None}, "does not say its posts"),
    ({"workflow": None}, "does not say its workflow"),
    ({"area": None, "posts": None}, "does not say its area, posts"),
    ({"area": "inventory"}, "must be one of Area"),
    ({"posts": True}, "must be one of Posts"),
    ({"prefix": "PO"}, "has the prefix PO of PurchaseOrder"),
    ({"dated": "begun_on"}, "attribute begun_on, which it does not have"),
    ({"late_columns": ("rating",)}, "attribute rating, which it does not have"),
    ({"may_be_backdated": True}, "say that it posts stock"),
    ({"may_be_backdated": True, "posts": Posts.JOURNAL}, "say that it posts stock"),
    ({"lines_change_in": ("counting",)}, "state counting, which its workflow does not have"),
    ({"also_final_in": ("sent",)}, "state sent, which its workflow does not have"),
])
def test_a_type_that_does_not_say_what_it_is_is_refused(facts: dict[str, Any], words: str) -> None:
    with pytest.raises(TypeError, match=re.escape(words)):
        declare(**facts)
    assert "refused" not in WORKFLOWS
    assert "refused" not in db.metadata.tables
