"""Two browsers with cameras and microphones that are not there. In a video call each sees the other's
moving picture, hears that the other hung up, and is told when the line is lost; photos are made smaller
before they are sent and open large; a voice note is recorded, heard again, thrown away or sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from PIL import Image
from playwright.sync_api import Browser, Page, Playwright, expect

from models.documents import Attachment
from tests.browser.conftest import CHROMIUM, FLAGS, LiveServer, follow
from tests.browser.test_telemedicine import both_sides

pytestmark = pytest.mark.once

#: A green picture with a moving clock, and a beep.
FAKE = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
OWN = "document.getElementById('call-own').srcObject"
MOVES = """async () => {
    const view = document.getElementById("call-other"), size = 32
    const canvas = Object.assign(document.createElement("canvas"), {width: size, height: size})
    const pen = canvas.getContext("2d", {willReadFrequently: true})
    const look = () => {
        pen.drawImage(view, 0, 0, size, size)
        return pen.getImageData(0, 0, size, size).data.join()
    }
    if (!view.videoWidth) return false
    const first = look()
    for (let turn = 0; turn < 20; turn++) {
        await new Promise(done => setTimeout(done, 150))
        if (look() !== first) return true
    }
    return false
}"""


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *FAKE])
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def live_server(start_server: Callable[[], AbstractContextManager[LiveServer]]) -> Iterator[LiveServer]:
    with start_server() as server:
        yield server


def sees_the_other(page: Page) -> None:
    page.wait_for_function("() => document.getElementById('call-other').videoWidth > 0", timeout=60_000)
    expect(page.locator("#content")).to_have_attribute("data-now", "talks", timeout=30_000)
    assert page.evaluate(MOVES), "the picture stands still"


def test_both_see_each_other_move_and_are_told_when_the_other_goes(
        open_browser: Callable[..., Page], log_in: Any, rows: Any, shot: Any) -> None:
    patient, doctor, number = both_sides(open_browser, log_in, rows, "patient")
    follow(doctor, doctor.locator("form[action$='/start'] button"))
    doctor.goto(f"/admin/consultation/{number}/call")
    patient.goto(f"/portal/consultations/{number}/call")
    doctor.click("[data-join=video]")
    expect(doctor.locator("#content")).to_have_attribute("data-now", "waits")
    patient.click("[data-join=video]")
    sees_the_other(doctor)
    sees_the_other(patient)
    shot(patient, "call-phone")
    shot(doctor, "call-desk")

    patient.click("[data-mute]")
    assert patient.evaluate(f"{OWN}.getAudioTracks()[0].enabled") is False
    patient.click("[data-dark]")
    assert patient.evaluate(f"{OWN}.getVideoTracks()[0].enabled") is False
    patient.click("[data-dark]")

    # the patient's page is loaded again: the call goes on
    patient.reload()
    patient.click("[data-join=video]")
    sees_the_other(patient)
    sees_the_other(doctor)

    # without the line to the house the page says so, and is back by itself
    patient.context.set_offline(True)
    doctor.click("[data-hang]")
    expect(doctor.locator("#content")).to_have_attribute("data-now", "ended")
    expect(patient.locator("#content")).to_have_attribute("data-now", "lost", timeout=90_000)
    patient.context.set_offline(False)
    expect(patient.locator("#content")).to_have_attribute("data-now", "gone", timeout=60_000)

    # who comes back is met again, and the one who hangs up is told of
    doctor.click("[data-join=sound]")
    sees_the_other(doctor)
    patient.click("[data-hang]")
    expect(doctor.locator("#content")).to_have_attribute("data-now", "gone")
    patient.goto(f"/portal/consultations/{number}")
    expect(patient.locator("#conversation")).to_contain_text("panggilan video")


def sent(page: Page) -> Any:
    """Press Send, and wait for the answer that keeps the message."""
    with page.expect_response(lambda answer: answer.request.method == "POST"
                              and answer.url.rpartition("/")[2].startswith("messages")) as answered:
        page.click("#composer .primary")
    assert answered.value.ok, answered.value.text()
    return answered.value


def test_a_photo_is_sent_smaller_and_opens_large(
        open_browser: Callable[..., Page], log_in: Any, rows: Any, shot: Any, tmp_path: Path) -> None:
    """12 megapixels of a telephone's camera, over a slow line."""
    patient, doctor, _number = both_sides(open_browser, log_in, rows, "patient2")
    photo = tmp_path / "IMG_2204.jpg"
    Image.effect_noise((4000, 3000), 80).convert("RGB").save(photo, quality=92)
    assert photo.stat().st_size > 4_000_000
    patient.set_input_files("#file", photo)
    expect(patient.locator("#picked")).to_contain_text("IMG_2204")
    sent(patient)
    kept = rows.execute(sa.select(Attachment.size, Attachment.media_type).order_by(
        Attachment.id.desc()).limit(1)).one()
    assert kept.media_type == "image/jpeg"
    assert kept.size < photo.stat().st_size / 2
    link = doctor.locator("#conversation a[data-look]").first
    expect(link).to_be_visible()
    with doctor.expect_response(lambda answer: answer.url.endswith("/whole"), timeout=60_000) as whole:
        link.click()
    assert whole.value.status == 200
    picture = doctor.locator("dialog.look img")
    expect(picture).to_be_visible()
    doctor.wait_for_function("() => document.querySelector('dialog.look img').naturalWidth > 0",
                             timeout=60_000)
    wide = picture.evaluate("each => each.naturalWidth")
    assert 1000 <= wide < 4000
    shot(doctor, "photo-looked-at")
    doctor.click("dialog.look .pane button")
    expect(doctor.locator("dialog.look")).to_have_class(re.compile("near"))
    doctor.keyboard.press("Escape")
    expect(doctor.locator("dialog.look")).to_have_count(0)
    expect(link).to_be_focused()


def test_a_voice_note_is_recorded_thrown_away_and_sent(
        open_browser: Callable[..., Page], log_in: Any, rows: Any, shot: Any) -> None:
    patient, doctor, _number = both_sides(open_browser, log_in, rows, "patient2")
    for is_kept in (False, True):
        patient.click("#composer [data-record]")
        expect(patient.locator("#composer [data-recording]")).to_be_visible()
        expect(patient.locator("#composer [data-time]")).to_have_text(re.compile("0:0[2-9]"))
        patient.click("#composer [data-stop]")
        expect(patient.locator("#composer [data-preview]")).to_be_visible()
        if not is_kept:
            patient.click("#composer [data-recorded] [data-discard]")
            expect(patient.locator("#composer [data-record]")).to_be_visible()
    shot(patient, "voice-recorded")
    sent(patient)
    voice = doctor.locator("#conversation .voice audio")
    expect(voice).to_have_count(1)
    assert voice.evaluate(
        "async each => { each.muted = true; await each.play(); return each.readyState }") >= 2
    assert rows.scalar(sa.select(Attachment.media_type).order_by(
        Attachment.id.desc()).limit(1)).startswith("audio/")
