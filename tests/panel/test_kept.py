"""Parts of pages that are kept: a page is the same to the byte as without them, and holds nothing of another
person, request, language or setting."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from typing import Any

import pytest
import sqlalchemy as sa
from jinja2 import nodes
from markupsafe import escape

from backoffice.panel import kept
from backoffice.panel.choices import Saved
from backoffice.panel.columns import mapped_tables
from backoffice.panel.views import TableView
from models.base import db
from models.organisation import Setting
from models.people import UserRole
from models.roles import Role
from tests.support import factories as make
from tests.support import grid
from tests.support.specified_rights import TABLES, readers, who_may

pytestmark = pytest.mark.once

#: Made anew for each answer: tokens of forms, and sealed words.
MADE_ANEW = re.compile(r'(?<=name="csrf_token" value=")[^"]+|(?<=search=)[\w.%~-]{40,}'
                       r'|(?<=name="search" value=")[\w.%~-]{40,}')


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    kept._kept.clear()
    yield
    kept._kept.clear()


def page(client: Any, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return str(answer.text)


def sent(client: Any, address: str) -> bytes:
    """What was sent, but for what each answer makes anew."""
    data = client.get(address, follow_redirects=True).data
    return MADE_ANEW.sub("…", data.decode()).encode()


# ---------------------------------------------------------------- the templates


def _trees(env: Any, name: str) -> Iterator[nodes.Template]:
    """The template and what it includes."""
    tree = env.parse(env.loader.get_source(env, name)[0])
    yield tree
    for include in tree.find_all(nodes.Include):
        yield from _trees(env, include.template.value)


def _parents(node: nodes.Node) -> Iterator[tuple[nodes.Node, nodes.Node]]:
    for child in node.iter_child_nodes():
        yield child, node
        yield from _parents(child)


@pytest.mark.once
@pytest.mark.parametrize("part", kept.PARTS, ids=lambda part: part.template)
def test_a_part_sees_what_it_is_made_of_and_nothing_else(app: Any, part: kept.Part) -> None:
    """Not the request, not the person; a slot is written as it comes, and nothing depends on it."""
    read, bound = set(), set()
    for tree in _trees(app.jinja_env, part.template):
        parents = dict(_parents(tree))
        for name in tree.find_all(nodes.Name):
            (read if name.ctx == "load" else bound).add(name.name)
            parent = parents[name]
            if name.name in part.slots:
                place = parents[parent] if isinstance(parent, nodes.Getitem) and parent.node is name \
                    else parent
                assert isinstance(place, nodes.Output), f"{name.name}, line {name.lineno}"
            if name.name == "view":
                assert isinstance(parent, nodes.Getattr), f"line {name.lineno}"
                assert parent.attr in kept.PURE_OF_VIEWS, f"{parent.attr}, line {name.lineno}"
    pure = kept.PURE_OF_ALL | set(kept.PURE) | {"loop"}
    assert read - bound - pure == {*part.made_of, *part.slots}
    assert not bound & {*part.made_of, *part.slots}


# ---------------------------------------------------------------- the same page


def plain(value: Any) -> bool:
    """Whether a value says all that it is by being equal: no record, nothing that changes."""
    if isinstance(value, tuple):
        return all(plain(part) for part in value)
    return value is None or isinstance(value, (str, int, Enum, Saved, TableView))


def asked(view: Any) -> list[str]:
    """A question of each kind that the list takes."""
    result = ["?search=sari+2", "?all=1&page_size=50"]
    result += [f"?sort={name}&desc=1" for name in sorted(view.column_sortable_list)[:1]]
    result += [f"?state={view.tabs[-1].value}"] if view.tabs else []
    kinds: dict[str, str] = {}
    for name in view.column_filters:
        column = view.column(name)
        if column.kind in {"date", "moment"}:
            kinds["day"] = f"?{name}_from=2020-02-03&{name}_to=2031-01-02"
        elif column.kind == "enum":
            kinds["enum"] = f"?{name}={next(iter(column.column.type.enum_class)).value}"
        elif column.kind in {"bool", "text"}:
            kinds[column.kind] = f"?{name}=1"
    return [*result, *kinds.values()]


@pytest.mark.once
@pytest.mark.parametrize("table", [table for table in TABLES if table != "activity_log"])  # the tests' traces
def test_every_list_is_the_same_with_and_without(app: Any, client: Any, sign_in: Any, table: str,
                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    """For each of its readers, in both languages, with each kind of question, record and form; one after the
    other, so that what was kept for one is there for the next."""
    made: list[Any] = []
    written = kept.written
    monkeypatch.setattr(kept, "written", lambda part, slots, **made_of: (
        made.append(made_of), written(part, slots, **made_of))[1])
    make.make_chart()
    row = grid.row_of(mapped_tables()[table])
    view = app.extensions["rawat_panel"][table]
    everybody = [grid.reader(table) or make.make_user(*readers(table))]
    everybody += [make.make_user(role) for role in sorted(readers(table))]
    for number, person in enumerate(everybody):
        sign_in(client, person)
        addresses = [f"/admin/{table}/"]
        if number == 0:
            addresses += [f"/admin/{table}/{question}" for question in asked(view)]
            addresses += [f"/admin/{table}/details/?id={view.key(row)}", f"/admin/{table}/new/"]
        for place, address in enumerate(addresses):
            client.set_cookie("language", ("id", "en")[place % 2])
            pages = set()
            for keeps in (True, False, True) if place == 0 else (False, True):
                monkeypatch.setattr(kept, "KEEPS", keeps)
                pages.add(sent(client, address))
            assert len(pages) == 1, address
    assert made
    assert all(plain(value) for made_of in made for value in made_of.values())


@pytest.mark.parametrize("address", ["/admin/home/", "/admin/inbox/", "/admin/notices/", "/admin/settings/",
                                     "/admin/help/", "/admin/scan/", "/admin/nothing/", "/account/"])
def test_pages_that_are_no_list_too(client: Any, sign_in: Any, monkeypatch: pytest.MonkeyPatch,
                                    address: str) -> None:
    sign_in(client, make.make_user(Role.ADMIN, Role.STORE_HEAD))
    pages = []
    for keeps in (False, True, True):
        monkeypatch.setattr(kept, "KEEPS", keeps)
        pages.append(sent(client, address))
    assert pages[0] == pages[1] == pages[2]


# ---------------------------------------------------------------- nobody else's


def test_two_people_of_one_role_share_the_frame_and_nothing_else(client: Any, sign_in: Any) -> None:
    one = make.make_user(Role.STORE_HEAD, name="Ani <b>Satu</b>")
    other = make.make_user(Role.STORE_HEAD, name="Budi {{ name }}")
    for person, stranger in ((one, other), (other, one), (one, other)):
        sign_in(client, person)
        text = page(client, "/admin/stock_move/")
        assert str(escape(person.name)) in text
        assert person.email in text
        assert str(escape(stranger.name)) not in text
        assert stranger.email not in text
    assert len([key for key in kept._kept if key[0].name.endswith("shell.html")]) == 1


def test_what_one_types_is_never_on_anothers_page(client: Any, sign_in: Any) -> None:
    """Nor on one's own next page; and it is read as text."""
    sign_in(client, Role.STORE_HEAD)
    text = page(client, '/admin/stock_move/?search="><script>rahasia</script>')
    assert "<script>rahasia" not in text
    assert "rahasia" in text
    assert "rahasia" not in page(client, "/admin/stock_move/")
    sign_in(client, Role.STORE_HEAD)
    assert "rahasia" not in page(client, "/admin/stock_move/")
    assert "rahasia" not in repr(kept._kept)


def test_tokens_are_each_sessions_own_and_are_taken(client: Any, sign_in: Any, csrf: None) -> None:
    tokens = []
    for _ in range(2):
        sign_in(client, Role.STORE_HEAD)
        with client.session_transaction() as cookie:
            cookie.pop("csrf_token", None)
        found = set(re.findall(r'name="csrf_token" value="([^"]+)', page(client, "/admin/stock_move/")))
        assert len(found) == 1
        tokens += found
        answer = client.post("/admin/choices/", data={"pin": "stock_move", "csrf_token": tokens[-1]})
        assert answer.status_code == 303
    assert tokens[0] != tokens[1]
    assert client.post("/admin/choices/", data={"pin": "item", "csrf_token": tokens[0]}).status_code == 400


def test_addresses_are_those_of_the_page_that_is_open(client: Any, sign_in: Any) -> None:
    """Changing the language, or the columns, leads back to what one sees."""
    sign_in(client, Role.STORE_HEAD)
    for size in ("50", "100", "50"):
        text = page(client, f"/admin/stock_move/?page_size={size}")
        assert f'name="next" value="/admin/stock_move/?page_size={size}"' in text
        assert f'name="back" value="/admin/stock_move/?page_size={size}"' in text


# ---------------------------------------------------------------- at once


def test_language_and_theme_change_at_once(client: Any, sign_in: Any) -> None:
    """In the frame, in what stands above a list, in the head of its table and in what scripts say."""
    sign_in(client, Role.STORE_HEAD)
    make.stock_up(make.make_store(), make.make_item(), 5)
    said = {"id": ("Langsung ke isi", "Filter tersimpan", "Jumlah", "Koneksi terputus"),
            "en": ("Skip to the content", "Saved filters", "Quantity", "The connection is lost")}
    for language, other, theme, next_theme in (("id", "en", "light", "dark"), ("en", "id", "light", "dark"),
                                               ("en", "id", "dark", "light"), ("id", "en", "dark", "light")):
        client.set_cookie("language", language)
        client.set_cookie("theme", theme)
        text = page(client, "/admin/stock_move/")
        assert [words in text for words in said[language]] == [True] * 4
        assert [words in text for words in said[other]] == [False] * 4
        assert f'action="/theme/{next_theme}"' in text
        assert f'action="/theme/{theme}"' not in text
        assert f'action="/language/{other}"' in text


def set_to(key: str, value: str) -> None:
    db.session.execute(sa.delete(Setting).where(Setting.key == key))
    db.session.add(Setting(key=key, value=value))
    db.session.commit()


def test_name_and_logo_of_the_hospital_change_at_once(client: Any, sign_in: Any) -> None:
    sign_in(client, Role.STORE_HEAD)
    before = page(client, "/admin/stock_move/")
    assert "RS Melati" not in before
    assert "/logo?v=" not in before
    set_to("hospital.name", "RS Melati")
    assert "RS Melati" in page(client, "/admin/stock_move/")
    for logo in ("41", "42"):
        set_to("hospital.logo", logo)
        assert re.findall(r"/logo\?v=(\w+)", page(client, "/admin/stock_move/")) == [logo]


def test_a_right_that_is_given_or_taken_shows_at_once(client: Any, sign_in: Any) -> None:
    person = make.make_user(Role.STORE_HEAD)
    more = [table for table in TABLES if Role.PAYABLES in readers(table)
            and Role.STORE_HEAD not in readers(table)]
    sign_in(client, person)
    for held in (False, True, False):
        if held:
            db.session.add(UserRole(user_id=person.id, role=Role.PAYABLES))
        else:
            db.session.execute(sa.delete(UserRole).where(UserRole.user_id == person.id,
                                                         UserRole.role == Role.PAYABLES))
        db.session.commit()
        text = page(client, "/admin/supplier/")
        assert ('value="bank_account"' in text) == held
        assert [f'href="/admin/{table}/"' in text for table in more] == [held] * len(more)


def heads(text: str) -> int:
    return len(re.findall('<th scope="col"', text))


def test_pins_folds_columns_and_saved_filters_are_ones_own_and_show_at_once(client: Any,
                                                                            sign_in: Any) -> None:
    """Each by itself: the page is asked after each choice."""
    one, other = make.make_user(Role.STORE_HEAD), make.make_user(Role.STORE_HEAD)
    make.stock_up(make.make_store(), make.make_item(), 5)
    address = "/admin/stock_move/"
    sign_in(client, one)
    before = page(client, address)
    for post, form, shows in (
            ("/admin/choices/", {"pin": "stock_move"}, lambda text: 'aria-pressed="true"' in text),
            ("/admin/choices/", {"pin": "item"}, lambda text: text.count('href="/admin/item/"') == 2),
            ("/admin/choices/", {"open": "purchasing"},
             lambda text: 'data-group="purchasing" open' in text),
            ("/admin/choices/", {"fold": "purchasing"},
             lambda text: 'data-group="purchasing">' in text),
            (f"{address}columns", {"column": ["quantity"]}, lambda text: heads(text) == 2),
            (f"{address}filters", {"save": "1", "name": "Punyaku", "query": "page_size=50"},
             lambda text: "Punyaku" in text)):
        assert not shows(page(client, address)), form
        assert client.post(post, data=form).status_code == 303
        client.get("/admin/help/")  # what was said is said once
        assert shows(page(client, address)), form
    sign_in(client, other)
    own = re.compile(r'data-person="\w+"|' + "|".join(re.escape(text) for person in (one, other)
                                                      for text in (person.name, person.email)))
    assert own.sub("", MADE_ANEW.sub("", page(client, address))) == own.sub("", MADE_ANEW.sub("", before))


def test_counts_are_of_now(client: Any, sign_in: Any) -> None:
    head = make.make_user(Role.STORE_HEAD)
    sign_in(client, head)
    assert '<span class="rw-count is-hot">' not in page(client, "/admin/stock_move/")
    request = make.make_store_request((make.make_item(), 1))
    request.state = type(request).state.type.enum_class("submitted")
    db.session.commit()
    assert '<span class="rw-count is-hot">1</span>' in page(client, "/admin/stock_move/")


def test_what_is_kept_is_bounded(client: Any, sign_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST_KEPT", 3)
    sign_in(client, Role.STORE_HEAD)
    for table in ("stock_move", "item", "supplier", "store_request"):
        page(client, f"/admin/{table}/")
    assert len(kept._kept) == 3


def test_only_those_who_may_see_the_button_for_a_new_one(client: Any, sign_in: Any) -> None:
    maker = sorted(who_may("create", "item"))[0]
    reader = sorted(readers("item") - who_may("create", "item"))[0]
    for role in (maker, reader, maker):
        sign_in(client, role)
        assert ('href="/admin/item/new/"' in page(client, "/admin/item/")) == (role == maker)
