"""The pictures of README and docs: `make screenshots` makes each of them anew, in both languages, on a desk
and on a phone, and dark. The suite looks that none is missing and that docs show no other."""

from __future__ import annotations

import contextlib
import io
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import sqlalchemy as sa
from PIL import Image
from playwright.sync_api import Page, TimeoutError

from models.roles import STAFF_ROLES

pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "screenshots"
WANTED = os.environ.get("RAWAT_SCREENSHOTS")


@dataclass(frozen=True)
class Picture:
    """A page as `who` sees it. `{name}` in `address` is the key of the row that `ROWS` finds."""

    name: str
    who: str
    address: str


@dataclass(frozen=True)
class Way:
    """Language, screen and theme of a picture."""

    language: str
    width: int
    dark: bool = False

    def file(self, name: str) -> str:
        return f"{self.language}/{name}-{self.width}{'-dark' if self.dark else ''}.webp"


WAYS = (Way("id", 1366), Way("en", 1366), Way("id", 360), Way("en", 360), Way("id", 1366, dark=True))
#: A row that is worth a picture, as SQL.
ROWS = {
    "order": "SELECT id FROM purchase_order WHERE state = 'sent' ORDER BY id DESC LIMIT 1",
    "request": "SELECT id FROM store_request WHERE state = 'done' ORDER BY id DESC LIMIT 1",
    "delivery": "SELECT id FROM delivery_request WHERE state = 'done' ORDER BY id DESC LIMIT 1",
    "receipt": "SELECT id FROM goods_receipt WHERE state = 'posted' ORDER BY id DESC LIMIT 1",
    "invoice": "SELECT id FROM supplier_invoice ORDER BY id DESC LIMIT 1",
    "stocktake": "SELECT id FROM stocktake ORDER BY id DESC LIMIT 1",
    "pack": "SELECT id FROM monthly_pack WHERE state = 'released' ORDER BY id DESC LIMIT 1",
    "item": "SELECT item_id FROM stock_move GROUP BY item_id ORDER BY count(*) DESC, item_id LIMIT 1",
    "asset": "SELECT id FROM asset WHERE state = 'in_use' ORDER BY id DESC LIMIT 1",
    "consultation": "SELECT c.id FROM consultation c JOIN patient p ON p.id = c.patient_id "
                    "JOIN \"user\" u ON u.id = p.user_id WHERE u.email = 'patient@demo.rawat' "
                    "AND c.state = 'completed' ORDER BY c.id DESC LIMIT 1",
    "prescription": "SELECT r.id FROM prescription r JOIN consultation c ON c.id = r.consultation_id "
                    "JOIN doctor d ON d.id = c.doctor_id JOIN \"user\" u ON u.id = d.user_id "
                    "WHERE u.email = 'doctor@demo.rawat' AND r.state = 'issued' ORDER BY r.id DESC LIMIT 1",
}
PICTURES = (
    Picture("sign-in", "", "/login"),
    *(Picture(f"home-{role.value.replace('_', '-')}", role.value, "/admin/home/")
      for role in sorted(STAFF_ROLES)),
    Picture("inbox", "facilities_head", "/admin/inbox/"),
    Picture("purchase-orders", "store_head", "/admin/purchase_order/"),
    Picture("purchase-order", "store_head", "/admin/purchase_order/details/?id={order}"),
    Picture("store-request", "store_head", "/admin/store_request/details/?id={request}"),
    Picture("store-request-form", "unit_user", "/admin/store_request/new/"),
    Picture("delivery", "store_staff", "/admin/delivery_request/details/?id={delivery}"),
    Picture("goods-receipt", "store_head", "/admin/goods_receipt/details/?id={receipt}"),
    Picture("supplier-invoice", "payables", "/admin/supplier_invoice/details/?id={invoice}"),
    Picture("stocktake", "store_head", "/admin/stocktake/details/?id={stocktake}"),
    Picture("monthly-pack", "director", "/admin/monthly_pack/details/?id={pack}"),
    Picture("stock-card", "store_staff", "/admin/reports/stock_card/?item={item}"),
    Picture("room-board", "front_office", "/admin/rooms/"),
    Picture("housekeeping", "housekeeping", "/admin/housekeeping/"),
    Picture("asset", "facilities_staff", "/admin/asset/details/?id={asset}"),
    Picture("desk", "doctor", "/admin/desk/"),
    Picture("settings", "admin", "/admin/setting/"),
    Picture("rights", "admin", "/admin/rights/"),
    Picture("portal-home", "patient", "/portal/"),
    Picture("portal-doctors", "patient", "/portal/doctors"),
    Picture("portal-consultation", "patient", "/portal/consultations/{consultation}"),
    Picture("learn", "student", "/learn/"),
    Picture("learn-diagram", "student", "/learn/diagram"),
)
#: Printed papers, drawn from their PDF.
PAPERS = (
    Picture("paper-purchase-order", "store_head", "/admin/purchase_order/{order}/print"),
    Picture("paper-delivery-note", "store_staff", "/admin/delivery_request/{delivery}/print"),
    Picture("paper-prescription", "doctor", "/admin/prescription/{prescription}/print"),
)
#: Papers have no width and no theme of a screen.
PAPER_WAYS = (Way("id", 1366), Way("en", 1366))


def files() -> set[str]:
    return {way.file(each.name) for each in PICTURES for way in WAYS} | {
        way.file(each.name) for each in PAPERS for way in PAPER_WAYS}


def test_every_picture_is_there_and_no_other() -> None:
    kept = {file.relative_to(FOLDER).as_posix() for file in FOLDER.rglob("*") if file.is_file()}
    assert kept == files()


def test_docs_show_pictures_that_the_command_makes() -> None:
    shown = {path for page in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md"))
             for path in re.findall(r"screenshots/([\w/.-]+)", page.read_text(encoding="utf-8"))}
    assert shown - files() == set()


def kept(picture: bytes, name: str) -> None:
    file = Path(WANTED or "") / name
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.open(io.BytesIO(picture)).convert("RGB").save(file, "WEBP", quality=72, method=6)


def speak(page: Page, language: str) -> None:
    """An account has a language of its own, which counts before the browser's: choose where it is another."""
    if page.locator("html").get_attribute("lang") != language:
        page.evaluate("document.querySelector('form[action^=\"/language/\"]').submit()")
        page.locator(f"html[lang={language}]").wait_for(state="attached")


@pytest.mark.skipif(not WANTED, reason="make screenshots makes the pictures anew")
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.file(""))
def test_each_picture_is_made_anew(open_browser: Callable[..., Page], log_in: Any, rows: sa.Connection,
                                   way: Way) -> None:
    keys = {name: rows.scalar(sa.text(found)) for name, found in ROWS.items()}
    assert None not in keys.values(), keys
    pages: dict[str, Page] = {}
    papers = PAPERS if way in PAPER_WAYS else ()
    for each in (*PICTURES, *papers):
        if each.who not in pages:
            pages[each.who] = open_browser(phone=way.width == 360, dark=way.dark,
                                           language={"id": "id-ID", "en": "en-GB"}[way.language])
            if each.who:
                log_in(pages[each.who], each.who)
                speak(pages[each.who], way.language)
        page, address = pages[each.who], each.address.format(**keys)
        if each in papers:
            answer = page.request.get(address)
            assert answer.ok, address
            drawn = io.BytesIO()
            pypdfium2.PdfDocument(answer.body())[0].render(scale=1.6).to_pil().save(drawn, "PNG")
            kept(drawn.getvalue(), way.file(each.name))
            continue
        answer = page.goto(address)
        assert answer is not None
        assert answer.ok, address
        with contextlib.suppress(TimeoutError):  # a conversation always waits for news
            page.wait_for_load_state("networkidle", timeout=3_000)
        kept(page.screenshot(animations="disabled"), way.file(each.name))
