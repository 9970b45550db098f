"""A script in every text column, in a real browser: nothing of it runs, and the content policy had nothing to
stop.

The suite opens a sample of the pages; `RAWAT_CANARY=all` opens every one.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Error

from models.base import db
from tests.support import canary, servers

pytestmark = [pytest.mark.once, pytest.mark.commits]

EVERY = 1 if os.environ.get("RAWAT_CANARY") == "all" else 25


@pytest.fixture
def served(app: Any, session: Any, tmp_path: Path) -> Iterator[tuple[Any, str, list[str]]]:
    """Somebody who is signed in with every role, the server's address, the pages."""
    keys = canary.fill()
    person = canary.everybody()
    where = canary.pages(app, keys)
    session.commit()
    process, port = servers.start(db.engine.url.render_as_string(hide_password=False), tmp_path, workers=4)
    try:
        who = servers.browser(app, person, port, "")
        db.session.remove()
        yield who, f"http://127.0.0.1:{port}", where
    finally:
        process.terminate()
        process.wait(timeout=servers.LONG)


def test_a_script_that_somebody_typed_is_never_run(browser: Any, served: Any) -> None:
    who, url, pages = served
    name, _, value = who.cookie.partition("=")
    context = browser.new_context(base_url=url)
    context.add_cookies([{"name": name, "value": value, "url": url}])
    page, said = context.new_page(), []
    page.on("console", lambda line: said.append(f"{page.url}: {line.text}")
            if "Content Security Policy" in line.text else None)
    _until_served(page)
    opened = 0
    for where in pages[::EVERY]:
        try:
            page.goto(where, wait_until="load", timeout=30_000)
        except Error as error:
            if not any(word in str(error) for word in ("ERR_ABORTED", "Download is starting")):
                raise  # those are files that are given out as downloads
            continue
        opened += 1
        if page.title() == "canary":
            said.append(f"{where}: the script ran")
    context.close()
    assert said == []
    assert opened * EVERY > 200


def _until_served(page: Any) -> None:
    until = time.monotonic() + servers.LONG * 2
    while True:
        try:
            page.goto("/healthz")
            return
        except Error:
            if time.monotonic() > until:
                raise
