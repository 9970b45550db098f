"""Playing through the screens without a browser: forms are read off their pages and sent as a person sends
them, buttons are pressed where the page shows them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from models.base import db
from models.documents import WORKFLOWS
from models.people import User


class _Form(HTMLParser):
    """The fields of the form `admin-form`, with what stands in them; nothing of a template or noscript."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.inside, self.beside = False, 0
        self.select = self.area = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        given = dict(attrs)
        if tag == "form":
            self.inside = "admin-form" in (given.get("class") or "")
        if tag in ("template", "noscript"):
            self.beside += 1
        name = given.get("name") or ""
        if not self.inside or self.beside:
            return
        if tag == "input" and name and not name.startswith("del-") \
                and (given.get("type") != "checkbox" or "checked" in given):
            self.values[name] = given.get("value") or ""
        elif tag == "select" and name:
            self.select, self.values[name] = name, ""
        elif tag == "option" and self.select and ("selected" in given or not self.values[self.select]):
            self.values[self.select] = given.get("value") or ""
        elif tag == "textarea" and name:
            self.area, self.values[name] = name, ""

    def handle_data(self, data: str) -> None:
        if self.area:
            self.values[self.area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = ""
        elif tag == "textarea":
            self.area = ""
        elif tag in ("template", "noscript"):
            self.beside -= 1
        elif tag == "form":
            self.inside = False


def form_of(page: str) -> dict[str, str]:
    """What the page's form would send as it stands."""
    reader = _Form()
    reader.feed(page)
    return {name: value for name, value in reader.values.items() if "__n__" not in name}


@dataclass
class Desk:
    """One screen at which people of several roles sit down by turns."""

    client: Any
    sign_in: Any
    people: dict[str, User]
    _who: str = field(default="", repr=False)

    def sits(self, who: str) -> None:
        if self._who != who:
            self._who = who
            self.sign_in(self.client, self.people[who])

    def look(self, who: str, address: str) -> str:
        self.sits(who)
        answer = self.client.get(address)
        assert answer.status_code == 200, (who, address, answer.status_code)
        return str(answer.text)

    def send(self, who: str, address: str, data: dict[str, Any], *, refused: bool = False) -> Any:
        self.sits(who)
        answer = self.client.post(address, data=data)
        wanted = 422 if refused else 303
        assert answer.status_code == wanted, (who, address, answer.status_code, answer.text)
        return answer

    def new(self, who: str, table: str, **typed: Any) -> Any:
        """Fill in the form for a new paper and press its main button; gives the paper."""
        values = form_of(self.look(who, f"/admin/{table}/new/"))
        answer = self.send(who, f"/admin/{table}/new/", {**values, **_as_fields(typed), "_submit": "1"})
        return self.at(answer.headers["Location"])

    def change(self, who: str, paper: Any, **typed: Any) -> Any:
        """Change what stands on the paper's form and press its main button."""
        address = f"/admin/{paper.__tablename__}/edit/?id={paper.id}"
        values = form_of(self.look(who, address))
        answer = self.send(who, address, {**values, **_as_fields(typed), "_submit": "1"})
        return self.at(answer.headers["Location"])

    def step(self, who: str, paper: Any, name: str, *, refused: bool = False, **typed: Any) -> Any:
        """Press the button of a step, which the page must show; what it asks is on the page that follows."""
        address = f"/admin/{paper.__tablename__}/{paper.id}/{name}"
        assert address in self.look(who, f"/admin/{paper.__tablename__}/details/?id={paper.id}"), (who, name)
        values = form_of(self.look(who, address)) if typed else {}
        self.send(who, address, {"version": str(paper.version), **values, **_as_fields(typed)},
                  refused=refused)
        return paper

    def make(self, who: str, paper: Any, name: str) -> Any:
        """Press the button that makes the next paper from this one; gives it."""
        answer = self.send(who, f"/admin/{paper.__tablename__}/{paper.id}/{name}", {})
        return self.at(answer.headers["Location"])

    def at(self, address: str) -> Any:
        """The paper of an address of the panel."""
        table = address.split("/admin/", 1)[1].split("/", 1)[0]
        return db.session.get_one(WORKFLOWS[table], int(address.rpartition("id=")[2]))


def _as_fields(typed: dict[str, Any]) -> dict[str, str]:
    """`lines__0__item` is the field `lines-0-item`."""
    return {name.replace("__", "-"): str(value) for name, value in typed.items()}
