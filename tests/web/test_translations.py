"""Indonesian and English are complete, and what is compiled is what is written."""

from __future__ import annotations

import re

import pytest

from portal.web import message_catalogue

pytestmark = pytest.mark.once


PLACE = re.compile(r"%\(\w+\)[sd]")


def test_every_message_has_its_indonesian(app):
    assert message_catalogue.missing() == []


def test_the_compiled_catalogue_is_the_written_one(app):
    assert message_catalogue.is_compiled()


#: A count before a word of several, as it stands in a message of one form: "1 rows".
COUNTS = re.compile(r"%\((count|days|left|waiting)\)s [a-z]+s\b")
#: How messages begin that never count one.
SEVERAL = ("%(count)s documents wait for your step", "Ran %(count)s times with",
           "Showing %(shown)s of %(count)s")


def test_one_is_not_told_as_several():
    wrong = [message.id for message in message_catalogue.stored_catalogue()
             if isinstance(message.id, str) and COUNTS.search(message.id)]
    assert [text for text in wrong if not text.startswith(SEVERAL)] == []


def test_translations_keep_the_places_of_their_messages():
    wrong = []
    for message in message_catalogue.stored_catalogue():
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
        texts = message.string if isinstance(message.string, tuple | list) else (message.string,)
        wanted = {place for text in ids for place in PLACE.findall(text)}
        wrong += [text for text in texts if set(PLACE.findall(text)) - wanted]
        wrong += [ids[0] for text in texts if set(PLACE.findall(ids[-1])) - set(PLACE.findall(text))]
    assert wrong == []
