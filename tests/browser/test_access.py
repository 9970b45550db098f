"""No violation of WCAG 2.2 AA by axe: in both themes, on a phone, and at 200 % zoom. A fixed sample of pages
runs each time, `make access` looks at every address of the URL map."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from backoffice.panel.columns import mapped_tables
from models.roles import Role
from tests.browser.conftest import AXE, HERE, WCAG, LiveServer
from tests.grids.test_routes import rules, who
from tests.support.applications import make_app

pytestmark = pytest.mark.once

#: Who looks at what; `{}` is the first row of the list of that table. Each kind of page stands once.
SAMPLE: dict[Role | str, tuple[str, ...]] = {
    Role.ADMIN: ("/admin/rights/", "/admin/settings/", "/admin/activity_log/", "activity_log {}", "user {}",
                 "/account/", "/admin/doctor/new/", "/nowhere"),
    Role.DIRECTOR: ("/admin/home/", "monthly_pack {}"),
    Role.STORE_HEAD: ("/admin/inbox/", "/admin/inbox/review", "/admin/store_request/?groups=state",
                      "stocktake {}"),
    Role.FACILITIES_STAFF: ("/admin/fault_report/work/", "asset {}", "/admin/asset/tree/"),
    Role.DOCTOR: ("/admin/desk/",), Role.HOUSEKEEPING: ("/admin/housekeeping/",),
    Role.PATIENT: ("/portal/", "/portal/record/readers", "/portal/now", "/account/factor"),
    Role.STUDENT: ("/learn/", "/learn/break", "/learn/journey", "/learn/processes", "/learn/sandbox"),
}
#: Answers that are no page.
NO_PAGE = re.compile(r"\.(csv|pdf|svg|xlsx|ics|json)$|/(pdf|ajax|lookup|counts|news|board|names|regions|"
                     r"choices|waiting|drafts|logo|metrics|healthz|readyz|static|export|download)(/|$)")
#: Name, width and theme of each look at a page.
LOOKS = (("light", 1366, "light", WCAG), ("dark", 1366, "dark", ["wcag2aa"]), ("phone", 360, "light", WCAG),
         ("200 %", 683, "light", []))
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def every_address() -> dict[Role | str, tuple[str, ...]]:
    """Each address of the URL map without a row in it, a row of each table, by who may open it."""
    result: dict[Role | str, list[str]] = {}
    for rule in rules(make_app("sqlite://")):
        if "GET" in (rule.methods or set()) and "<" not in rule.rule and not NO_PAGE.search(rule.rule):
            roles = who(rule.rule)
            someone = Role.PATIENT if roles is None else sorted(roles)[0]
            table = rule.rule.split("/")[2] if rule.rule.count("/") > 3 else ""
            is_row = rule.rule.endswith("/details/") and table in mapped_tables()
            address = f"{table} {{}}" if is_row else rule.rule
            if not rule.rule.endswith(("/edit/", "/delete/")):
                result.setdefault(someone, []).append(address)
    return {role: tuple(addresses) for role, addresses in result.items()}


PAGES = every_address() if os.environ.get("RAWAT_AXE") == "all" else SAMPLE


def wrong_at(page: Page) -> Iterator[str]:
    page.evaluate((HERE / "vendor" / "axe.min.js").read_text(encoding="utf-8") + ";null")
    for name, width, theme, tags in LOOKS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
        page.evaluate("scrollTo(0, 0)")
        if tags:
            for rule in page.evaluate(AXE, tags):
                yield from (f"{page.url} ({name}): {rule['id']}: {node['html'][:140]}"
                            for node in rule["nodes"][:2])
        if (wide := page.evaluate(WIDER)) > 0:
            yield f"{page.url} ({name}): {wide} px wider than the screen"


@pytest.mark.parametrize("role", list(PAGES))
def test_pages_are_accessible_in_both_themes_and_at_any_size(
        open_browser: Callable[..., Page], role: Role | str, log_in: Any, live_server: LiveServer) -> None:
    page = open_browser()
    log_in(page, role)
    wrong: list[str] = []
    for address in PAGES[role]:
        page.set_viewport_size({"width": 1366, "height": 800})
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        table = address.removesuffix(" {}")
        if table != address:
            page.goto(f"/admin/{table}/")
            row = page.locator(f"main table a[href*='/{table}/details/']").first
            if not row.count():
                continue
            address = str(row.get_attribute("href"))
        answer = page.goto(address)
        if answer is not None and "text/html" in answer.headers.get("content-type", ""):
            wrong += wrong_at(page)
    if folder := os.environ.get("RAWAT_AXE_SAID"):
        with Path(folder).open("a", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in wrong)
    assert wrong == []
