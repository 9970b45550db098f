"""A scanner that types, a phone's camera, and a photo fill the lines of a form."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from segno import make as qr

from models.items import Item, UnitConversion
from models.roles import Role
from models.stock import StockBalance, StockBatch
from tests.browser.conftest import CHROMIUM, FLAGS, LiveServer, scanner_types

pytestmark = pytest.mark.once


NEW = "/admin/store_request/new/"


@pytest.fixture
def items(rows: sa.Connection) -> Any:
    return rows.execute(sa.select(Item.id, Item.code, Item.name, Item.barcode)
                        .where(Item.barcode.is_not(None)).order_by(Item.id).limit(3)).all()


@pytest.fixture
def boxed(rows: sa.Connection) -> Any:
    return rows.execute(
        sa.select(Item.id, Item.name, UnitConversion.barcode, UnitConversion.id.label("unit_id"))
        .join(UnitConversion, UnitConversion.item_id == Item.id)
        .where(UnitConversion.barcode.is_not(None)).order_by(Item.id).limit(1)).one()


def lines(page: Page, quantity: str = "quantity") -> list[tuple[str, str]]:
    """Item id and quantity of the lines that name an item."""
    found = []
    for row in page.locator("[data-scan-lines] .inline-field-list > .inline-field").all():
        item = row.locator("select[name$='-item']").input_value()
        if item:
            found.append((item, row.locator(f"input[name$='-{quantity}']").input_value()))
    return found


def scan(page: Page, code: str) -> None:
    """What a scanner types, with the answer awaited."""
    with page.expect_response(lambda answer: "/admin/scan/find" in answer.url):
        scanner_types(page, code)


def test_a_scanner_adds_lines_and_raises_them(page: Page, log_in: Callable[..., None], items: Any) -> None:
    log_in(page, Role.UNIT_USER)
    page.goto(NEW)
    page.locator("h1").click()  # the focus lies on nothing
    for code in (items[0].barcode, items[1].barcode, items[0].barcode, items[0].code):
        scan(page, code)
        expect(page.locator("[data-scan-lines] [data-scan-said]")).not_to_be_empty()
    expect(page.locator("input[name='lines-0-quantity']")).to_have_value("3")
    assert lines(page) == [(str(items[0].id), "3"), (str(items[1].id), "1")]
    assert page.url.endswith(NEW)


def test_a_scan_into_a_field_leaves_the_field_alone(page: Page, log_in: Callable[..., None],
                                                    items: Any) -> None:
    log_in(page, Role.UNIT_USER)
    page.goto(NEW)
    page.fill("input[name='purpose']", "Troli")
    page.focus("input[name='purpose']")
    page.keyboard.press("End")
    scan(page, items[0].barcode)
    expect(page.locator("input[name='lines-0-quantity']")).to_have_value("1")
    assert page.input_value("input[name='purpose']") == "Troli"
    page.fill("input[name='lines-0-quantity']", "2,5")
    page.focus("input[name='lines-0-quantity']")
    scan(page, items[0].barcode)
    expect(page.locator("input[name='lines-0-quantity']")).to_have_value("3,5")


def test_into_the_item_field(page: Page, log_in: Callable[..., None], items: Any) -> None:
    """A scan, and a whole code that a person types; the line under the fingers takes it."""
    log_in(page, Role.UNIT_USER)
    page.goto(NEW)
    box = page.locator("select[name='lines-0-item'] + .ts-wrapper input")
    box.click()
    scan(page, items[0].barcode)
    expect(page.locator("input[name='lines-0-quantity']")).to_have_value("1")
    page.click("[data-add-line]")
    box = page.locator("select[name='lines-1-item'] + .ts-wrapper input")
    box.click()
    box.press_sequentially(items[1].code, delay=150)
    expect(page.locator("select[name='lines-1-item']")).to_have_value(str(items[1].id))
    page.click("[data-add-line]")
    box = page.locator("select[name='lines-2-item'] + .ts-wrapper input")
    box.click()
    box.press_sequentially("obt-p", delay=150)
    expect(page.locator("#lines-2-item-ts-dropdown .active")).to_be_visible()
    box.press("Enter")  # words, not a code: the marked choice
    expect(page.locator("select[name='lines-2-item']")).not_to_have_value("")
    assert page.url.endswith(NEW)


def test_a_packing_is_taken_in_its_unit(page: Page, log_in: Callable[..., None], boxed: Any) -> None:
    log_in(page, Role.UNIT_USER)
    page.goto(NEW)
    page.locator("h1").click()
    scan(page, boxed.barcode)
    expect(page.locator("select[name='lines-0-unit']")).to_have_value(str(boxed.unit_id))
    scan(page, boxed.barcode)
    expect(page.locator("input[name='lines-0-quantity']")).to_have_value("2")


def test_an_unknown_code_is_told_and_enter_sends_nothing(
        page: Page, log_in: Callable[..., None], shot: Callable[..., None]) -> None:
    log_in(page, Role.UNIT_USER)
    page.goto(NEW)
    page.locator("h1").click()
    scan(page, "4006381333931")
    said = page.locator("[data-scan-lines] [data-scan-said]")
    expect(said).to_contain_text("4006381333931")
    shot(page, "scan-unknown")
    page.fill("input[name='lines-0-quantity']", "4")
    page.press("input[name='lines-0-quantity']", "Enter")
    page.press("input[name='purpose']", "Enter")
    assert page.url.endswith(NEW)
    assert page.input_value("input[name='lines-0-quantity']") == "4"


def test_a_label_fills_batch_and_expiry_of_a_receipt(
        page: Page, log_in: Callable[..., None], items: Any, shot: Callable[..., None]) -> None:
    log_in(page, Role.STORE_STAFF)
    page.goto("/admin/goods_receipt/new/")
    page.locator("h1").click()
    scan(page, f"(01)0{items[0].barcode}(17)281130(10)LOT-9")
    expect(page.locator("input[name='lines-0-batch_number']")).to_have_value("LOT-9")
    expect(page.locator("input[name='lines-0-expires_on']")).to_have_value("2028-11-30")
    scan(page, f"(01)0{items[0].barcode}(17)281130(10)LOT-9")
    expect(page.locator("input[name='lines-0-received_quantity']")).to_have_value("2")
    scan(page, f"(01)0{items[0].barcode}(17)290131(10)LOT-10")
    expect(page.locator("input[name='lines-1-batch_number']")).to_have_value("LOT-10")
    shot(page, "scan-receipt", full=True)


def test_a_known_batch_is_chosen(page: Page, log_in: Callable[..., None], rows: sa.Connection) -> None:
    known = rows.execute(
        sa.select(StockBatch.id, StockBatch.number, Item.barcode).join(Item, Item.id == StockBatch.item_id)
        .join(StockBalance, StockBalance.batch_id == StockBatch.id)
        .where(StockBatch.number != "", Item.barcode.is_not(None)).order_by(StockBatch.id).limit(1)).one()
    log_in(page, Role.STORE_STAFF)
    page.goto("/admin/spoilage/new/")
    page.locator("h1").click()
    scan(page, f"(01)0{known.barcode}(10){known.number}")
    expect(page.locator("select[name='lines-0-batch']")).to_have_value(str(known.id))


# ---------------------------------------------------------------- camera and photo

EAN_LEFT = ("0001101", "0011001", "0010011", "0111101", "0100011", "0110001", "0101111", "0111011", "0110111",
            "0001011")
EAN_PARITY = ("LLLLLL", "LLGLGG", "LLGGLG", "LLGGGL", "LGLLGG", "LGGLLG", "LGGGLL", "LGLGLG", "LGLGGL",
              "LGGLGL")


def ean_picture(code: str, width: int = 640, height: int = 480) -> Image.Image:
    """An EAN-13 as a camera sees it: bars in the middle of a grey picture."""
    bits = "101"
    for digit, side in zip(code[1:7], EAN_PARITY[int(code[0])], strict=True):
        left = EAN_LEFT[int(digit)]
        bits += left if side == "L" else left.translate(str.maketrans("01", "10"))[::-1]
    bits += "01010"
    for digit in code[7:]:
        bits += EAN_LEFT[int(digit)].translate(str.maketrans("01", "10"))
    bits += "101"
    picture = Image.new("L", (width, height), 245)
    step = 4
    start = (width - len(bits) * step) // 2
    for place, bit in enumerate(bits):
        if bit == "1":
            picture.paste(15, (start + place * step, 120, start + (place + 1) * step, 360))
    return picture


def test_a_photo_is_read(open_browser: Callable[..., Page], log_in: Callable[..., None], items: Any,
                         tmp_path: Path, shot: Callable[..., None],
                         accessible: Callable[[Page], None]) -> None:
    """Where there is no camera: this browser has none, and says so."""
    page = open_browser(phone=True)
    log_in(page, Role.UNIT_USER)
    page.goto(NEW)
    page.click("[data-scan-open]")
    said = page.locator("[data-scanner] [data-scan-said]")
    expect(said).to_contain_text("Kamera tidak dapat dipakai")
    accessible(page)
    shot(page, "scan-no-camera")
    bars = tmp_path / "bars.png"
    ean_picture(items[0].barcode).save(bars)
    page.set_input_files("#scan-photo", bars)
    expect(said).to_contain_text(items[0].code)
    square = tmp_path / "square.png"
    qr(items[1].code, micro=False).save(str(square), scale=8, border=6)
    page.set_input_files("#scan-photo", square)
    expect(said).to_contain_text(f"{items[1].name}: 1")  # the answer, not the code that was read
    page.set_input_files("#scan-photo",
                         {"name": "text.png", "mimeType": "image/png", "buffer": b"no picture"})
    expect(said).to_contain_text("bukan foto")
    Image.new("L", (300, 200), 200).save(bars)
    page.set_input_files("#scan-photo", bars)
    expect(said).to_contain_text("tidak ditemukan")
    page.click("[data-scan-close]")
    assert lines(page) == [(str(items[0].id), "1"), (str(items[1].id), "1")]
    shot(page, "scan-lines-phone")


@pytest.fixture
def seen_by_camera(browser: Browser, live_server: LiveServer, items: Any, tmp_path: Path) -> Iterator[Page]:
    """A phone whose camera looks at the first item's barcode."""
    picture = ean_picture(items[0].barcode)
    frame = picture.tobytes() + bytes([128]) * (640 * 480 // 2)
    film = tmp_path / "film.y4m"
    film.write_bytes(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420jpeg\n" + (b"FRAME\n" + frame) * 10)
    flags = [*FLAGS, "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
             f"--use-file-for-fake-video-capture={film}"]
    with_camera = browser.browser_type.launch(executable_path=CHROMIUM, args=flags)
    context = with_camera.new_context(base_url=live_server.url, locale="id-ID", has_touch=True,
                                      viewport={"width": 360, "height": 740}, permissions=["camera"])
    yield context.new_page()
    with_camera.close()


def test_the_camera_opens_the_item(seen_by_camera: Page, log_in: Callable[..., None], items: Any,
                                   shot: Callable[..., None]) -> None:
    page = seen_by_camera
    log_in(page, Role.STORE_STAFF)
    page.goto("/admin/scan/")
    page.click("[data-scan-open]")
    expect(page.locator("[data-scanner] video")).to_be_visible()
    shot(page, "scan-camera")
    page.wait_for_url(f"**/admin/scan/?code={items[0].barcode}")
    expect(page.locator("h2#h-found")).to_have_text(items[0].name)
    shot(page, "scan-found", full=True)
