"""From home to a sent request on a 360 px phone: every tap of a finger is counted; what is typed is not."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from models.roles import Role

pytestmark = pytest.mark.once


class Finger:
    """Taps, counted. Each thing that is tapped is in reach of a thumb: at least 24 px."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps = page, 0

    def tap(self, target: str | Locator) -> None:
        place = self.page.locator(target) if isinstance(target, str) else target
        place.scroll_into_view_if_needed()
        box = place.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 24
        place.click()
        self.taps += 1


def test_a_consultation_is_asked_for_with_nine_taps(open_browser: Callable[..., Page],
                                                    log_in: Callable[..., None],
                                                    shot: Callable[..., None]) -> None:
    phone = open_browser(phone=True)
    phone.set_viewport_size({"width": 360, "height": 740})
    log_in(phone, Role.PATIENT)
    phone.goto("/portal/")
    finger = Finger(phone)
    finger.tap(phone.locator(".quick a[href='/portal/consultations/new']"))
    finger.tap("#complaint")
    phone.keyboard.type("Badan lemas dan tidak enak sejak kemarin.")
    finger.tap(phone.locator("label.chip", has=phone.locator("[name=onset][value=days]")))
    finger.tap(phone.locator("label.chip", has=phone.locator("[name=severity][value='4']")))
    shot(phone, "taps-complaint", full=True)
    finger.tap("#form-consultation .actions .primary")
    expect(phone.locator(".note.plain")).to_contain_text("Dokter Umum")
    shot(phone, "taps-times", full=True)
    finger.tap(phone.locator("button[name=pick]").first)
    expect(phone.locator("[name=consent]")).to_be_visible()
    finger.tap(phone.locator("label.check", has=phone.locator("[name=consent_record]")))
    finger.tap(phone.locator("label.check", has=phone.locator("[name=consent]")))
    shot(phone, "taps-consent", full=True)
    finger.tap("#form-consultation .actions .primary")
    phone.wait_for_url(re.compile(r"/portal/consultations/\d+$"))
    assert finger.taps <= 9
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360


def test_typed_text_of_the_room_outlives_another_form_of_the_page(
        open_browser: Callable[..., Page], log_in: Callable[..., None], shot: Callable[..., None]) -> None:
    """A message and a letter are half written when something else of the page is saved, or it is reloaded."""
    room = open_browser()
    log_in(room, "doctor2@demo.rawat")
    room.goto("/admin/desk/")
    shot(room, "desk-duty", full=True)
    room.locator(".dk-row a.btn", has_text="Buka").first.click()
    room.wait_for_load_state("load")
    for field, text in (("#body", "Apakah obatnya masih"), ("#letter_body", "Mohon pemeriksaan")):
        with room.expect_response(lambda answer: answer.url.endswith("/drafts")
                                  and answer.request.method == "POST"):
            room.fill(field, text)
    room.reload()
    expect(room.locator("#body")).to_have_value("Apakah obatnya masih")
    expect(room.locator("#letter_body")).to_have_value("Mohon pemeriksaan")
    room.fill("#body", "Apakah obatnya masih ada?")
    room.locator("#composer button[type=submit]").click()
    expect(room.locator("#conversation")).to_contain_text("Apakah obatnya masih ada?")
    room.reload()
    expect(room.locator("#body")).to_have_value("")
    expect(room.locator("#letter_body")).to_have_value("Mohon pemeriksaan")
