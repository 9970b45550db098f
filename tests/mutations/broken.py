"""A plugin of pytest: one module is imported from code in a file; `RAWAT_MUTANT` says which (module:file).

When the module cannot be imported, nothing of the application starts: the process ends with `NO_START`.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import marshal
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

NAME, _, FILE = os.environ["RAWAT_MUTANT"].partition(":")
NO_START = 70


class _Broken(importlib.machinery.SourceFileLoader):
    def exec_module(self, module: ModuleType) -> None:
        try:
            super().exec_module(module)
        except Exception:
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(NO_START)

    def get_code(self, fullname: str) -> CodeType:
        return marshal.loads(Path(FILE).read_bytes())


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> Any:
        if fullname != NAME:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path)
        assert spec is not None
        assert spec.origin is not None
        spec.loader = _Broken(fullname, spec.origin)
        return spec


assert NAME not in sys.modules
sys.meta_path.insert(0, _Finder())
