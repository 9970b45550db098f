"""A script in every text column: no page of the house writes it as anything but text."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support import canary

pytestmark = pytest.mark.once


def test_no_page_writes_a_script_that_somebody_typed(app: Any, client: Any, sign_in: Any) -> None:
    keys = canary.fill()
    assert canary.filled() > 150
    sign_in(client, canary.everybody())
    wrong, shown = [], 0
    for where in canary.pages(app, keys):
        answer = client.get(where)
        if answer.mimetype != "text/html":
            continue
        assert answer.status_code < 500, where
        shown += "document.title=" in answer.text
        if canary.RAW.search(answer.text):
            wrong.append(where)
    assert wrong == []
    assert shown > 80
