"""The verbs of the hospital, by area. An area may import only those below it
(`tests/core/test_architecture.py`).

Importing any of them imports every one that binds something: effects of transitions, checks of `flask
verify`, listeners of the session. Otherwise a step could be made without its effect, only because nobody had
imported it. The areas are imported from below, so the effects of a step run in that order too.
"""

import importlib
import pkgutil

#: From below to above.
AREAS = ("core", "people", "ledger", "stores", "purchasing", "assets", "rooms", "clinic", "learning", "setup")
#: Loaded by their commands alone: they bind nothing and are slow to import. The readers run in a process of
#: their own.
ON_DEMAND = ("core.readers", "setup.demo", "setup.reference")

for _area in AREAS:
    _folder = importlib.import_module(f"{__name__}.{_area}")
    for _module in pkgutil.iter_modules(_folder.__path__):
        if f"{_area}.{_module.name}" not in ON_DEMAND:
            importlib.import_module(f"{__name__}.{_area}.{_module.name}")
