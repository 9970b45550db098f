"""What is sent and not taken: told where the person looks, kept as typed; the back button; large photos."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from models.operations.core import files
from models.roles import Role
from tests.browser.conftest import LiveServer

pytestmark = pytest.mark.once


GO_ON = "#form-consultation .actions .primary"


@pytest.fixture
def phone(browser: Browser, live_server: LiveServer, log_in: Any) -> Iterator[Page]:
    """A patient's phone. Its log is not looked at: answers that fail are what these tests are about."""
    context = browser.new_context(base_url=live_server.url, locale="en-GB",
                                  viewport={"width": 360, "height": 740})
    context.add_cookies([{"name": "language", "value": "en", "url": live_server.url}])
    page = context.new_page()
    page.set_default_timeout(15_000)
    log_in(page, Role.PATIENT)
    context.add_cookies([{"name": "language", "value": "en", "url": live_server.url}])
    yield page
    context.close()


def _complaint(page: Page) -> None:
    page.goto("/portal/consultations/new")
    page.fill("[name=complaint]", "Coughing for three days.")
    page.check("[name=onset][value=days]", force=True)
    page.check("[name=severity][value='4']", force=True)


def test_a_step_that_cannot_be_sent_says_so_and_the_back_button_goes_one_step(phone: Page) -> None:
    _complaint(phone)
    trouble = phone.locator("#trouble")
    phone.context.set_offline(True)
    phone.click(GO_ON)
    expect(trouble).to_be_visible()
    expect(phone.locator("#complaint")).to_have_value("Coughing for three days.")
    phone.context.set_offline(False)
    body = "<main><h1>No</h1><p>Wait a few minutes, then try again.</p></main>"
    phone.route("**/consultations/new",
                lambda route: route.fulfill(status=429, content_type="text/html", body=body))
    phone.click(GO_ON)
    expect(trouble).to_have_text("Wait a few minutes, then try again.")
    phone.unroute("**/consultations/new")
    with phone.expect_event("framenavigated"):  # the step is an entry of the history
        phone.click(GO_ON)
    expect(phone.locator("#doctor")).to_be_visible()
    expect(trouble).to_be_hidden()
    phone.go_back()
    expect(phone.locator("#complaint")).to_have_value("Coughing for three days.")
    assert phone.url.endswith("/portal/consultations/new")


def test_a_photo_that_is_too_large_is_made_smaller(phone: Page, tmp_path: Path) -> None:
    photo = tmp_path / "leg.jpg"
    Image.effect_noise((4600, 4600), 90).convert("RGB").save(photo, quality=90)
    assert photo.stat().st_size > files.MOST_BYTES
    phone.goto("/portal/consultations/new")
    phone.evaluate("""() => {
        const field = Object.assign(document.createElement("input"), { type: "file", id: "photo" });
        document.querySelector("#form-consultation").append(field);
    }""")
    phone.set_input_files("#photo", photo)
    phone.wait_for_function("most => document.querySelector('#photo').files[0].size <= most",
                            arg=files.MOST_BYTES)
    assert phone.eval_on_selector("#photo", "field => [field.files[0].name, field.files[0].type]") == [
        "leg.jpg", "image/jpeg"]
    expect(phone.locator("[data-file-said]")).to_have_count(0)
