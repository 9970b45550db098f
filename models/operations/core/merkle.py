"""The tree of RFC 6962, 2.1: a root over leaves, and the path that proves one of them. SHA-256; hashes are
bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


def leaf(entry: bytes) -> bytes:
    """The hash of an entry; its prefix differs from a node's, so that none can pass for the other."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _above(level: Sequence[bytes]) -> list[bytes]:
    """The next level; a last one without a neighbour goes up as it is."""
    pairs = [node(level[place], level[place + 1]) for place in range(0, len(level) - 1, 2)]
    return pairs + list(level[len(level) - len(level) % 2:])


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over these leaves, at least one."""
    level = leaves
    while len(level) > 1:
        level = _above(level)
    return level[0]


def path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The hashes beside the way from the leaf at `index` up to the root, lowest first."""
    found, level = [], leaves
    while len(level) > 1:
        beside = index ^ 1
        if beside < len(level):
            found.append(level[beside])
        level, index = _above(level), index // 2
    return found


def root_by(entry: bytes, index: int, size: int, beside: Sequence[bytes]) -> bytes | None:
    """The root that a leaf, its place of `size` and its path lead to; None when they cannot belong together
    (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return None
    result, place, last = entry, index, size - 1
    for each in beside:
        if last == 0:
            return None
        if place & 1 or place == last:
            result = node(each, result)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            result = node(result, each)
        place, last = place >> 1, last >> 1
    return result if last == 0 else None
