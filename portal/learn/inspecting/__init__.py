"""What did this page do: the statements, rights, operations and log rows of a page, shown in the practice
hospitals to whoever learns there. Nothing of it runs in the house."""

from __future__ import annotations

from portal.learn.inspecting.record import Trace, init_app, shown
from portal.learn.inspecting.source import shown_source

__all__ = ["Trace", "init_app", "shown", "shown_source"]
