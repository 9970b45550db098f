"""The students' laboratory. Each part is a module or a package here; importing this one registers the pages
of all of them."""

from __future__ import annotations

import importlib
import pkgutil

from portal.learn.pages import bp

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

__all__ = ["bp"]
