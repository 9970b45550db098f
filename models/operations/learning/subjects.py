"""What a class can be given to do: exercises, cases and labs, as the parts of the laboratory offer them.

A part calls `offer` once, when it is imported. A teacher's own exercises stand in the database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from models.learning import TaskKind


@dataclass(frozen=True)
class Subject:
    """A thing to do: its key, its title in both languages, the address of its page, and of a case its steps,
    each with its key and title."""

    kind: TaskKind
    key: str
    title_id: str
    title_en: str
    address: str
    steps: tuple[tuple[str, str, str], ...] = ()
    #: Under which head it stands in a list of its kind, for example the chapter; in both languages.
    group_id: str = ""
    group_en: str = ""

    def title(self, language: str) -> str:
        return self.title_id if language == "id" else self.title_en

    def group(self, language: str) -> str:
        return self.group_id if language == "id" else self.group_en


Provider = Callable[[], Iterable[Subject]]

_providers: dict[TaskKind, Provider] = {}


def offer(kind: TaskKind, provider: Provider) -> None:
    """Declare where the subjects of a kind come from; the last one counts."""
    _providers[kind] = provider


def known(kind: TaskKind) -> dict[str, Subject]:
    """The subjects of a kind by key, in the order of their part; none when no part offers them."""
    provider = _providers.get(kind)
    return {subject.key: subject for subject in provider()} if provider is not None else {}
