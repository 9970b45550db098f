"""The examples of docs/api.md do what the page says, as they are printed: each by curl's own rules, in their
order."""

from __future__ import annotations

import re
import shlex
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from models.beds import BedState
from models.roles import Role
from portal.web import passwords
from tests.support import factories as make

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
HOST = "https://rawat.example"


@dataclass
class Curl:
    """What curl sends for a command: a form's type with `-d` unless a header says otherwise, POST with a
    body."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    data: str | None = None

    @classmethod
    def of(cls, command: str, values: dict[str, str]) -> Curl:
        """The command with its shell variables filled in. Raises KeyError or ValueError for what is not known
        here."""
        command = command.replace("$(uuidgen)", str(uuid.uuid4()))
        filled = re.sub(r"\$(\w+)", lambda part: values[part[1]], command)
        words = iter(shlex.split(filled)[1:])
        made = cls("", "")
        for word in words:
            if word == "-H":
                name, _, value = next(words).partition(":")
                made.headers[name.strip()] = value.strip()
            elif word == "-d":
                made.data = next(words)
            elif word == "-X":
                made.method = next(words)
            elif word.startswith(HOST):
                made.url = word
            elif word != "-s":
                raise ValueError(word)
        made.method = made.method or ("GET" if made.data is None else "POST")
        if made.data is not None and "content-type" not in {name.lower() for name in made.headers}:
            made.headers["Content-Type"] = "application/x-www-form-urlencoded"
        return made

    def ask(self, client: Any) -> Any:
        parts = urlsplit(self.url)
        return client.open(parts.path, query_string=parts.query, method=self.method, headers=self.headers,
                           data=self.data, base_url=HOST)


def commands() -> list[str]:
    """Every command of the page's fenced blocks, lines that go on put together."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return [line for line in lines if line.strip()]


def test_the_page_has_examples_of_each_kind() -> None:
    assert all(line.startswith("curl ") for line in commands())
    assert len(commands()) >= 5


def test_the_examples_do_what_they_say(client: Any, session: Any) -> None:
    given = re.search(r'"email": "([^"]+)", "password": "([^"]+)"', PAGE)
    assert given is not None
    make.make_user(Role.FRONT_OFFICE, email=given[1], password_hash=passwords.hashed(given[2]))
    bed = make.make_bed()
    bed.inpatient_room.room_class.code = "KELAS1"
    session.flush()
    values: dict[str, str] = {}
    seen = []
    for command in commands():
        curl = Curl.of(command.replace("/beds/17/", f"/beds/{bed.id}/"), values)
        answer = curl.ask(client)
        assert answer.status_code < 300, (command, answer.text)
        seen.append((curl.method, urlsplit(curl.url).path.rpartition("/")[2], answer.status_code))
        if answer.status_code == 201:
            values["TOKEN"] = answer.json["token"]
        if "?" in curl.url:
            assert [row["id"] for row in answer.json["items"]] == [bed.id]
        if "FO-2611-0042" in command:
            assert (answer.json["state"], answer.json["guest"]) == ("occupied", "FO-2611-0042")
    assert seen == [("POST", "tokens", 201), ("GET", "beds", 200), ("POST", "check-in", 200),
                    ("POST", "check-out", 200), ("DELETE", "current", 204),
                    ("GET", "bed-availability", 200)]
    session.refresh(bed)
    assert bed.state == BedState.NEEDS_CLEANING


@pytest.mark.parametrize("left_out", ["-H 'Content-Type: application/json' "])
def test_without_the_type_curl_sends_a_form_and_is_told(client: Any, left_out: str) -> None:
    command = next(line for line in commands() if "/tokens " in line)
    assert left_out in command
    assert Curl.of(command.replace(left_out, ""), {}).ask(client).status_code == 415
