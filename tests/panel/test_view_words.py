"""What a view declares has Flask-Admin's name where Flask-Admin has one; what the panel adds stands in one
list."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask_admin.contrib.sqla import ModelView

from backoffice.panel.views import TableView
from backoffice.registry import declared_views

pytestmark = pytest.mark.once

OURS = set(re.findall(r"`(\w+)`", (TableView.__doc__ or "").partition("What this panel adds")[2]))
#: Names of before, for what Flask-Admin calls otherwise.
FORMER = {"listed", "facts", "asks", "filters", "sortable", "default_order", "exported", "line_asks",
          "read_only",
          "bulk_pages"}


def declarations(view: type[Any]) -> set[str]:
    """The plain attributes that a view's class states: no methods, no properties."""
    return {name for name, value in vars(view).items()
            if not name.startswith("_") and not callable(value) and not isinstance(value,
                                                                                   property | classmethod)}


@pytest.mark.parametrize("view", declared_views().values(), ids=lambda view: view.__name__)
def test_a_view_declares_in_words_of_flask_admin_or_of_the_list(view: type[Any]) -> None:
    strange = {name for name in declarations(view)
               if not hasattr(ModelView, name) and name not in OURS | {"model"}}
    assert strange == set()


def test_what_the_panel_adds_is_no_second_name_for_what_flask_admin_has() -> None:
    assert {name for name in OURS if hasattr(ModelView, name)} == set()
    classes = {base for view in declared_views().values() for base in view.__mro__
               if base.__module__.startswith("backoffice")}
    assert {(base.__name__, name) for base in classes for name in vars(base) if name in FORMER} == set()


def test_no_row_is_deleted_by_an_action(app: Any) -> None:
    """Flask-Admin brings an action that deletes ticked rows past every check of the form."""
    assert [table for table, view in app.extensions["rawat_panel"].items()
            if "delete" in view._actions_data] == []
