"""The examples of docs/deploy.md for a proxy and a service manager fit the server that they stand before."""

from __future__ import annotations

import configparser
import re
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/deploy.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_proxies_let_the_largest_form_through(app: Any) -> None:
    largest = app.config["MAX_CONTENT_LENGTH"] / 1024 / 1024
    sizes = [re.search(r"(?:client_max_body_size|max_size) (\d+)", block)
             for language in ("nginx", "caddy") for block in blocks(language)]
    assert len(sizes) == 2
    assert all(size is not None and int(size[1]) >= largest for size in sizes)


def test_the_proxies_close_the_numbers_and_lead_to_the_server() -> None:
    for language in ("nginx", "caddy"):
        block, = blocks(language)
        assert "/metrics" in block
        assert "127.0.0.1:5000" in block
        assert block.count("{") == block.count("}")


def test_nginx_says_who_asked_as_the_server_believes_it() -> None:
    block, = blocks("nginx")
    server = (ROOT / "app.py").read_text(encoding="utf-8").lower()
    for header in re.findall(r"proxy_set_header (X-Forwarded-\w+)", block):
        assert header.lower() in server or header.lower().removeprefix("x-") in server, header


def test_the_units_can_be_read_and_start_what_is_there() -> None:
    commands = []
    for block in blocks("ini"):
        unit = configparser.ConfigParser(interpolation=None)
        unit.optionxform = str  # type: ignore[assignment,method-assign]
        unit.read_string(block)
        commands += [unit["Service"]["ExecStart"]] if "Service" in unit else []
    assert len(commands) == 2
    assert (ROOT / commands[0].split()[-1]).is_file()
    assert commands[1].endswith("flask --app app run-jobs")
