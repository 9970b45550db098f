"""Icons and state badges: one table of states, drawn by one function, in the skins of panel and portal."""

from __future__ import annotations

import re

import pytest

from backoffice.panel import rendering
from models.documents import WORKFLOWS
from portal import words
from portal.web import macros

pytestmark = pytest.mark.once


STATES = sorted({state.value for model in WORKFLOWS.values() for state in model.workflow.states})


@pytest.mark.parametrize("state", STATES)
def test_every_state_has_its_icon_word_and_colour_in_both_skins(app, state):
    assert state in macros.GROUP_OF, "name its group in portal/web/macros.py"
    with app.test_request_context("/"):
        panel, portal = str(macros.badge(state)), str(words.state_badge(state))
    assert f"is-{macros.GROUP_OF[state][0]}" in panel
    assert words.TONES[macros.GROUP_OF[state][0]] in portal
    for drawn in (panel, portal):
        assert re.search(r"#i-[\w-]+", drawn)
        assert re.sub(r"<[^>]+>", "", drawn).strip()


def test_every_icon_of_a_state_is_in_the_sprite(app):
    sprite = (macros_root() / "static" / "icons.svg").read_text(encoding="utf-8")
    known = set(re.findall(r'id="i-([\w-]+)"', sprite))
    assert {icon for _group, icon in macros.GROUP_OF.values()} | set(words.ICONS.values()) <= known


def test_panel_and_portal_draw_the_same_picture(app):
    with app.test_request_context("/"):
        href = {re.search(r'href="([^"]+)"', str(each))[1] for each in (
            macros.icon("check"), rendering.icon("check"), words.ic("check"))}
    assert href == {"/static/icons.svg#i-check"}


def macros_root():
    from portal.web.config import ROOT
    return ROOT
