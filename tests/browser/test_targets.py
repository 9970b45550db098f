"""What can be pressed is large enough to be pressed, at any text: 24 px each way (WCAG 2.2, 2.5.8)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from models.roles import Role

pytestmark = pytest.mark.once


#: Pages of each kind: home, inbox, lists with long names, a document with lines, a report, a search, the
#: portal.
PAGES = [
    (Role.STORE_HEAD, ["/admin/", "/admin/inbox/", "/admin/stock_move/", "/admin/item/", "/admin/reports/",
                       "/admin/store_request/details/?id=1", "/admin/reports/stock_on_hand",
                       "/admin/search?q=kasa"]),
    (Role.FACILITIES_STAFF,
     ["/admin/purchase_order/", "/admin/asset/", "/admin/asset/details/?id=1", "/admin/care/"]),
    (Role.ADMIN,
     ["/admin/user/", "/admin/activity_log/", "/admin/consultation/", "/admin/patient/details/?id=1"]),
    (Role.HOUSEKEEPING, ["/admin/cleaning/", "/admin/housekeeping/"]),
    (Role.PATIENT, ["/portal/", "/portal/consultations", "/portal/doctors"]),
    (Role.STUDENT, ["/learn/", "/learn/dictionary", "/learn/processes", "/learn/processes?part=inventory",
                    "/learn/processes/purchase_order", "/learn/journey", "/learn/journey/delivery_request/1",
                    "/learn/cases/bed"]),
]
LONG = ("Sarung tangan pemeriksaan lateks tanpa bubuk ukuran sedang, kotak isi seratus lembar, steril, "
        "sekali pakai")

#: Writes `words` into every link and button that holds nothing but text, then gives those that are too small.
#: A link in the middle of a sentence is as high as its line: that is allowed.
SMALL = """words => {
    const small = []
    for (const at of document.querySelectorAll("main :is(td, th, li, dd) :is(a, button, summary)")) {
        const rest = [...at.parentNode.childNodes].some(node => node !== at && node.nodeType === 3 &&
          node.data.trim())
        if (!at.checkVisibility({visibilityProperty: true}) || at.closest(".sr-only")) continue
        if (rest && at.matches("a")) continue
        if (words && at.children.length === 0 && at.textContent.trim()) at.textContent = words
        for (const box of at.getClientRects())
            if (box.width < 23.5 || box.height < 23.5)
                small.push(`${at.outerHTML.slice(0, 120)}: ${box.width.toFixed(0)} x
                  ${box.height.toFixed(0)}`)
    }
    return small.slice(0, 5)
}"""


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
@pytest.mark.parametrize(("role", "paths"), PAGES, ids=[role.value for role, _ in PAGES])
def test_links_and_buttons_in_cells_and_lists_are_large_at_any_text(
        open_browser: Callable[..., Page], log_in: Any, role: Role, paths: list[str], phone: bool) -> None:
    page = open_browser(phone=phone)
    log_in(page, role)
    found = []
    for path in paths:
        answer = page.goto(path)
        assert answer is not None
        assert answer.ok, f"{path}: {answer.status}"
        for words in ("", LONG, "1"):
            found += [(path, words[:5], small) for small in page.evaluate(SMALL, words)]
    assert not found, "\n".join(map(str, found))
