"""Refusals: the one family of errors that operations raise, worded for the person who reads them.

A message is an English sentence with `%(name)s` places; it is the key of its translation, so the edges
(panel, portal, API) translate it once with `portal.web.locale.refusal_text`. Mark messages with `N_` so that
the extractor finds them. Numbers and dates go in as they are: the edges write them in the reader's way.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal


def N_(message: str) -> str:
    """Mark a message for translation without translating it (models know no request and no language)."""
    return message


class Plural(str):
    """A message that says it otherwise of one: `one`, where its `count` is 1."""

    __slots__ = ("one",)

    one: str


def NN_(one: str, many: str) -> Plural:
    """Mark a message that counts something (`%(count)s`) for translation, in the words for one and for
    several."""
    message = Plural(many)
    message.one = one
    return message


class InTwo(str):
    """A word of the hospital's own lists, in Indonesian, and in English as `en`: a parameter of a refusal."""

    __slots__ = ("en",)

    en: str


def in_two(text: str, english: str | None) -> InTwo:
    """The word in both languages; in Indonesian where the list has no other."""
    result = InTwo(text)
    result.en = english or text
    return result


class Refused(Exception):
    """The hospital's rules say no. `field` names the form field to show the message at, if one is to blame;
    of a line of a document it is the line's (see `at`)."""

    status = 422
    line: object = None

    def __init__(self, message: str, *, field: str | None = None, **params: object) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.params = params

    def __str__(self) -> str:
        plain = {name: f"{value.normalize():f}" if isinstance(value, Decimal) else value
                 for name, value in self.params.items()}
        message = self.message
        if isinstance(message, Plural) and self.params.get("count") == 1:
            message = message.one
        return message % plain if plain else message


@contextmanager
def blame_line(line: object) -> Iterator[None]:
    """Blame what is refused inside on that line of the document."""
    try:
        yield
    except Refused as refusal:
        refusal.line = refusal.line or line
        raise


class AsksBack(Refused):
    """A question rather than a no: the same once more with `is_confirmed` goes through."""


class NotAllowed(Refused):
    """The person's role may not do this."""

    status = 403


class Conflict(Refused):
    """Somebody else was faster: the record changed under the person, or a lock was lost."""

    status = 409


class WrongState(Refused):
    """The document stands at a step from which this transition does not leave."""


class NotEnoughStock(Refused):
    """The store has less than asked for, or only expired batches."""


class PeriodClosed(Refused):
    """The document's date lies in a closed accounting period, or before the item's last stocktake."""


class NeedsHead(Refused):
    """The date lies before later movements: it waits for the head of store (see
    `models.operations.ledger.backdating.ask`)."""


class SlotTaken(Refused):
    """Another consultation holds this time of the doctor or of the patient (`is_patients`)."""

    is_patients = False


class NeedsProof(Exception):
    """Nothing is refused: the person proves anew who they are, and the same once more goes through.

    No `Refused`: a page that tells refusals lets it pass, so that the one place that asks catches it.
    `message` says what asks for it.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


# ---------------------------------------------------------------- what the database said

_TOLD: dict[str, tuple[type[Refused], str, str]] = {}


def told_by(constraint: str, kind: type[Refused], message: str, *, field: str) -> None:
    """Declare what people read when the database refuses by the constraint of that name."""
    _TOLD[constraint] = kind, message, field


def told_of(error: Exception) -> Refused | None:
    """The refusal declared for the constraint that a database's error names; None where none is."""
    words = str(getattr(error, "orig", error))
    for name, (kind, message, field) in _TOLD.items():
        if name in words:
            return kind(message, field=field)
    return None
