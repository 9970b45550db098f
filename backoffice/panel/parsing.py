"""What addresses and forms of the panel say, read with care: anything else than what is meant is left out."""

from __future__ import annotations

from datetime import date


def number(text: str, default: int, most: int) -> int:
    """The whole number between 1 and `most`; `default` when the text is none."""
    return max(1, min(int(text), most)) if text.isascii() and text.isdigit() and len(text) < 10 else default


def day(text: str) -> date | None:
    """The day, written as 2026-11-29; None when it is none, or far from our time."""
    try:
        result = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return result if 1900 <= result.year <= 2200 else None
