"""A page of the laboratory comes over a slow line: at most 60 KB, all counted but the editor of SQL."""

from __future__ import annotations

from typing import Any

import pytest

from models.roles import Role
from tests.portal.test_weight import ASKS, MOST, loaded

pytestmark = pytest.mark.once


@pytest.mark.parametrize("address", [
    "/learn/", "/learn/diagram", "/learn/diagram?process=all", "/learn/dictionary", "/learn/dictionary/item",
    "/learn/sql", "/learn/exercises", "/learn/exercises/ready-beds", "/learn/normal-forms",
    "/learn/processes", "/learn/processes/purchase_order", "/learn/journey", "/learn/cases", "/learn/break",
    "/learn/sandbox", "/learn/own-document?example=vehicle_request", "/learn/join"])
def test_a_page_is_light(lab: Any, client: Any, sign_in: Any, address: str) -> None:
    sign_in(client, Role.STUDENT)
    page = client.get(address, headers=ASKS)
    assert page.status_code == 200
    files = loaded(client, page)
    assert any("htmx" in name for name in files) is ("hx-" in client.get(address).text)
    weights = {name: weight for name, weight in files.items() if "codemirror" not in name}
    assert any(name.endswith(".css") for name in weights)
    assert sum(weights.values()) <= MOST, weights
