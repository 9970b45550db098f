"""A video call between two browsers with cameras that are not there: each sees the other's moving picture,
hears that the other hung up, and is told when the line is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

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
