"""Find a table or a column by its name, its label in either language, its name in the papers, a short word of
theirs (SR, TB, Retur Aktif), or a word of its meaning."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from models.documents import document_types
from portal.learn import catalogue, meanings

#: How well a text answers; lower is better.
EXACT, WORD, PART, MEANING, NOT = range(5)
#: Shorter words are looked for whole: "PO" is no part of "position".
WHOLE_BELOW = 4
MOST_COLUMNS = 6


@dataclass
class Found:
    """A table that answers, how well, whether itself or only a column, and those of its columns that do."""

    table: str
    rank: int
    columns: list[str] = field(default_factory=list)
    is_itself: bool = True

    @property
    def order(self) -> tuple[int, bool, str]:
        """The best answer is the lowest."""
        return self.rank, not self.is_itself, self.table


@dataclass(frozen=True)
class _Texts:
    """What a table or column is looked up by: its names, and the words of its meaning."""

    names: tuple[str, ...]
    meaning: str

    def rank(self, wanted: str) -> int:
        """How well they answer `wanted`, which is folded already."""
        if wanted in self.names:
            return EXACT
        holding = [name for name in self.names if wanted in name]
        if any(re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", name) for name in holding):
            return WORD
        if len(wanted) < WHOLE_BELOW:
            return NOT
        if holding:
            return PART
        return MEANING if wanted in self.meaning else NOT


def search(query: str) -> dict[str, list[Found]]:
    """Tables by process, the best answers first; all of them for an empty query. Meanings are asked when no
    name answers."""
    wanted = " ".join(query.split()).casefold()
    if not wanted:
        return _by_process(Found(name, NOT) for name in catalogue.tables())
    found = [entry for name in catalogue.tables() if (entry := _find(name, wanted)).rank < NOT]
    named = [entry for entry in found if entry.rank < MEANING]
    return _by_process(named or found)


def _find(table: str, wanted: str) -> Found:
    ranks = {column: texts.rank(wanted) for column, texts in _columns(table).items()}
    itself = _table(table).rank(wanted)
    best = min([itself, *ranks.values()])
    columns = [name for name, rank in ranks.items() if rank == best and rank < NOT]
    return Found(table, best, columns[:MOST_COLUMNS], itself == best)


def _by_process(found: Iterable[Found]) -> dict[str, list[Found]]:
    """A table stands at its first process; the process of the best answer comes first."""
    result: dict[str, list[Found]] = {key: [] for key in catalogue.processes()}
    for entry in sorted(found, key=lambda entry: entry.order):
        result[catalogue.home_of(entry.table)].append(entry)
    kept = {key: entries for key, entries in result.items() if entries}
    return dict(sorted(kept.items(), key=lambda entry: entry[1][0].order[:2]))


def _texts(names: Iterable[str], meaning: meanings.Meaning | None) -> _Texts:
    said = f"{meaning.id}\n{meaning.en}" if meaning else ""
    return _Texts(tuple(name.casefold() for name in names), said.casefold())


@cache
def _table(name: str) -> _Texts:
    seeds = catalogue.seeds(catalogue.tables()[name].info)
    document = document_types().get(name)
    short = [seed.removeprefix("tb_") for seed in seeds] + ([document.prefix] if document else [])
    return _texts((name, *catalogue.in_both(name, table=True), *seeds, *short,
                   *meanings.synonyms().get(name, ())), meanings.of_table(name))


@cache
def _columns(table: str) -> dict[str, _Texts]:
    result = {}
    for column in catalogue.tables()[table].columns:
        seeds = catalogue.seeds(column.info)
        last = [seed.rpartition(".")[2] for seed in seeds]
        result[column.name] = _texts(
            (column.name, *catalogue.in_both(column.name), *seeds, *last,
             *meanings.synonyms().get(f"{table}.{column.name}", ())),
            meanings.of_column(table, column.name))
    return result
