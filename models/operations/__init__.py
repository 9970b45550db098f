"""The verbs of the hospital.

Importing any of them imports every one that binds something: effects of transitions, checks of `flask verify`,
listeners of the session. Otherwise a step could be made without its effect, only because nobody had imported it.
"""

import importlib
import pkgutil

#: Loaded by their commands alone: they bind nothing and are slow to import.
ON_DEMAND = ("demo", "reference")

for _module in pkgutil.iter_modules(__path__):
    if not _module.name.startswith(ON_DEMAND):
        importlib.import_module(f"{__name__}.{_module.name}")
