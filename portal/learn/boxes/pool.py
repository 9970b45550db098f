"""Connections to boxes: at most one rests for each box, few altogether, none for long.

To open one costs more than a page's statements, because SQLite reads the whole schema; to keep one for each
of sixty boxes costs memory. So the boxes that were asked last keep one.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import Any

from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from models.base import hospital

#: How many rest at once, and for how many seconds.
MOST_RESTING, LONGEST_RESTING = 16, 120.0
#: Where a connection says whose it is.
_BOX = "rawat_box"


class BoxPool(NullPool):
    """A connection for the box that the request asks; after it, it rests for the next request to that box."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lock = threading.Lock()
        #: By box, those that rested longest first: the connection, and since when (monotonic seconds).
        self.resting: OrderedDict[str, tuple[ConnectionPoolEntry, float]] = OrderedDict()

    def _do_get(self) -> ConnectionPoolEntry:
        with self._lock:
            rested = self.resting.pop(hospital(), None)
        if rested is not None:
            return rested[0]
        entry: Any = self._create_connection()
        entry.info[_BOX] = hospital()
        return entry

    def _do_return_conn(self, record: ConnectionPoolEntry) -> None:
        over: list[ConnectionPoolEntry] = []
        with self._lock:
            key = record.info.get(_BOX)
            if record.dbapi_connection is None or key is None or key in self.resting:
                over.append(record)
            else:
                self.resting[key] = (record, time.monotonic())
            while self.resting and (len(self.resting) > MOST_RESTING or _is_old(self.resting)):
                over.append(self.resting.popitem(last=False)[1][0])
        for entry in over:
            entry.close()

    def dispose(self) -> None:
        with self._lock:
            resting, self.resting = list(self.resting.values()), OrderedDict()
        for entry, _since in resting:
            entry.close()


def _is_old(resting: OrderedDict[str, tuple[ConnectionPoolEntry, float]]) -> bool:
    _entry, since = next(iter(resting.values()))
    return time.monotonic() - since > LONGEST_RESTING
