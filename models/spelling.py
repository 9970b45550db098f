"""Names of medicines as they sound: the usual foreign and Indonesian spellings of a word fold to the same
letters, so that paracetamol finds parasetamol, and ceftriaxone seftriakson."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

#: One after the other, each over the whole word. Few: SQLite's parser takes no deep nest of functions.
RULES = (("ph", "f"), ("th", "t"), ("y", "i"), ("cc", "ks"), ("ce", "se"), ("ci", "si"), ("ch", "k"),
         ("c", "k"), ("x", "ks"), ("z", "s"), ("ll", "l"), ("ff", "f"))


def folded(word: str) -> str:
    """The word as it sounds; "" for one that is too short to mean anything, or is no word. A silent e at
    the end is left out, because names have more behind it."""
    text = word.strip().lower()
    if len(text) < 3 or not text.isalpha():
        return ""
    for found, sound in RULES:
        text = text.replace(found, sound)
    return text[:-1] if text.endswith("e") and len(text) > 4 else text


def folded_sql(column: Any) -> sa.ColumnElement[str]:
    """A column as it sounds. Written out, not as parameters: PostgreSQL then knows its index."""
    text = sa.func.lower(sa.func.coalesce(column, sa.literal_column("''")))
    for found, sound in RULES:
        text = sa.func.replace(text, sa.literal_column(f"'{found}'"), sa.literal_column(f"'{sound}'"))
    return text
