"""Reading a statement word by word: its parameters, and where a word of an error stands."""

from __future__ import annotations

import re
from collections.abc import Iterator

#: Texts, quoted names and comments, within which nothing is looked for; then parameters, words, and the rest.
_PARTS = re.compile(r"""
    (?P<skip>'(?:[^']|'')*'?|--[^\n]*|/\*.*?(?:\*/|\Z))
    | (?P<name>"(?:[^"]|"")*"?|\[[^\]]*\]?|`[^`]*`?)
    | (?P<parameter>[:@$][A-Za-z_][A-Za-z0-9_]*)
    | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<other>\S)
""", re.VERBOSE | re.DOTALL)
_NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,9})?\Z")


def parts(sql: str) -> Iterator[tuple[str, str, int]]:
    """Kind, text and offset of each part: `skip` (text or comment), `name`, `parameter`, `word`, `other`."""
    for match in _PARTS.finditer(sql):
        yield match.lastgroup or "", match.group(), match.start()


def parameters_of(sql: str) -> list[str]:
    """Names of the parameters (`:from` is `from`), each once, in the order in which they come."""
    return list(dict.fromkeys(text[1:] for kind, text, _at in parts(sql) if kind == "parameter"))


def value_of(text: str) -> str | int | float:
    """What a person typed for a parameter: a number where it is written like one, else the text."""
    if not _NUMBER.match(text):
        return text
    return float(text) if "." in text else int(text)


def place_of(sql: str, said: str) -> int:
    """The offset of the word that SQLite's message names; -1 when it names none or there is none."""
    if said == "incomplete input":
        return len(sql.rstrip())
    named = re.search(r'(?:no such \w+(?: function)?|ambiguous column name|misuse of \w+(?: function)?|'
                      r'wrong number of arguments to function|unrecognized token|circular reference|'
                      r'no such function|near|a GROUP BY clause is required before|no such window): '
                      r'?"?([^"\s(]+)', said)
    if named is None:
        return -1
    wanted = named.group(1).split(".")[-1].lower()
    for kind, text, at in parts(sql):
        if kind in ("word", "name") and text.strip('"[]`').lower() == wanted:
            return at
    return sql.find(named.group(1))


def line_and_column(sql: str, offset: int) -> tuple[int, int]:
    """Both counted from 1; (0, 0) when the place is not known."""
    if offset < 0:
        return 0, 0
    before = sql[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1
