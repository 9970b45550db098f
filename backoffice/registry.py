"""All declared views by table. A table without one gets its view from the metadata."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

from backoffice.panel.base import DocumentView, LedgerView, MasterView, StaffView

#: From below to above; an area may import only those below it (`tests/core/test_architecture.py`).
AREAS = ("panel", "people", "ledger", "stores", "purchasing", "assets", "rooms", "clinic", "learning",
         "setup")


def _modules() -> Iterator[ModuleType]:
    for area in AREAS:
        folder = importlib.import_module(f"backoffice.{area}")
        for module in pkgutil.iter_modules(folder.__path__):
            yield importlib.import_module(f"backoffice.{area}.{module.name}")


def declared_views() -> dict[str, type[StaffView]]:
    """Every view class of the areas that has a model, by the name of its table."""
    bases = {StaffView, MasterView, DocumentView, LedgerView}
    return {value.model.__tablename__: value for module in _modules() for value in vars(module).values()
            if isinstance(value, type) and issubclass(value, StaffView) and value not in bases
            and value.__module__ == module.__name__ and getattr(value, "model", None) is not None}
