"""The SQL lab: files of made-up rows, an engine that contains whatever is asked, and the pages.

Importing it registers the pages.
"""

from __future__ import annotations

from portal.learn.lab import normal_forms, pages

__all__ = ["normal_forms", "pages"]
