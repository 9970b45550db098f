"""The yardstick: bare Flask, one connection, for each page the least SQL that can answer it, and a plain
template.

No sign-in, no rights, no history of filters, no translations: what a page cannot be faster than.
"""

from __future__ import annotations

import psycopg
from flask import Flask, request
from psycopg.rows import dict_row

TABLE = """<!doctype html><title>{{ title }}</title><table><tr>
{% for head in heads %}<th>{{ head }}</th>{% endfor %}</tr>
{% for row in rows %}<tr>{% for head in heads %}<td>{{ row[head] }}</td>{% endfor %}
<td><a href="?id={{ row.id }}">open</a></td></tr>{% endfor %}</table>
<a href="?after={{ rows[-1].id if rows }}">next</a>"""
FORM = """<!doctype html><title>{{ title }}</title><form method="post">{% for name, value in fields.items() %}
<label>{{ name }} <input name="{{ name }}" value="{{ value }}"></label>{% endfor %}<table>{% for line in
  lines %}<tr>
{% for name, value in line.items() %}<td><input name="lines-{{ loop.index0 }}-{{ name }}" value="{{ value
  }}"></td>
{% endfor %}</tr>{% endfor %}</table><button>Save</button></form>"""
PAGE = """<!doctype html><title>{{ title }}</title><dl>{% for name, value in fields.items() %}<dt>{{ name
  }}</dt>
<dd>{{ value }}</dd>{% endfor %}</dl><table>{% for line in lines %}<tr>
{% for value in line.values() %}<td>{{ value }}</td>{% endfor %}</tr>{% endfor %}</table>
<ol>{% for event in events %}<li>{{ event.transition }} {{ event.name }}
{{ event.occurred_at }}</li>{% endfor %}</ol>"""

MOVES = """SELECT m.id, m.moved_on, i.name AS item, s.name AS store, b.number AS batch, m.kind, m.quantity,
  m.value
FROM stock_move m JOIN item i ON i.id = m.item_id JOIN store s ON s.id = m.store_id
JOIN stock_batch b ON b.id = m.batch_id {where} ORDER BY m.id DESC LIMIT 20"""
ORDERS = """SELECT d.id, d.number, d.ordered_on, p.name AS supplier, s.name AS store, u.name AS author,
  d.state
FROM purchase_order d JOIN supplier p ON p.id = d.supplier_id JOIN store s ON s.id = d.store_id
JOIN "user" u ON u.id = d.created_by_id {where} ORDER BY d.id DESC LIMIT 20"""
REQUESTS = """SELECT d.id, d.number, d.requested_on, w.name AS work_unit, s.name AS store, d.urgency,
  d.needed_on,
u.name AS author, d.state FROM store_request d JOIN work_unit w ON w.id = d.work_unit_id
JOIN store s ON s.id = d.store_id JOIN "user" u ON u.id = d.created_by_id {where} ORDER BY d.id DESC LIMIT
  20"""
LINES = """SELECT i.name AS item, c.unit_name AS unit, l.quantity, l.factor FROM {table}_line l
JOIN item i ON i.id = l.item_id JOIN unit_conversion c ON c.id = l.unit_id WHERE l.{table}_id = %(id)s ORDER
  BY l.id"""
EVENTS = """SELECT e.transition, u.name, e.occurred_at FROM document_event e JOIN "user" u ON u.id = e.user_id
WHERE e.document_type = %(table)s AND e.document_id = %(id)s ORDER BY e.id"""
DOCUMENTS = {"purchase_order": ORDERS, "store_request": REQUESTS}


def make_peer(dsn: str) -> Flask:
    """The peer on the database `dsn` (libpq's own URL)."""
    app = Flask("peer")
    table_page, form_page, details_page = map(app.jinja_env.from_string, (TABLE, FORM, PAGE))  # compiled once
    connection = psycopg.connect(dsn, autocommit=True, row_factory=dict_row)

    def rows(statement: str, **given: object) -> list[dict[str, object]]:
        return connection.execute(statement.encode(), {**request.args, **given}).fetchall()

    def table(statement: str) -> str:
        found = rows(statement)
        return table_page.render(title="list", rows=found, heads=[key for key in found[0] if key != "id"])

    @app.get("/stock_move/")
    def moves() -> str:
        if "after" in request.args:
            return table(MOVES.format(where="WHERE m.id < %(after)s"))
        if "search" in request.args:
            return table(MOVES.format(where="WHERE m.item_id IN (SELECT id FROM item WHERE name ILIKE "
                                            "'%%' || %(search)s || '%%')"))
        return table(MOVES.format(where=""))

    @app.get("/stock_move/details/")
    def move() -> str:
        found = rows(MOVES.format(where="WHERE m.id = %(id)s"))
        return details_page.render(title="details", fields=found[0], lines=[], events=[])

    @app.get("/<any(purchase_order, store_request):name>/")
    def documents(name: str) -> str:
        day = "ordered_on" if name == "purchase_order" else "requested_on"
        where = f"WHERE d.state = %(state)s AND d.{day} >= %({day}_from)s" if "state" in request.args else ""
        return table(DOCUMENTS[name].format(where=where))

    @app.get("/<any(purchase_order, store_request):name>/details/")
    def details(name: str) -> str:
        return details_page.render(
            title="details", fields=rows(DOCUMENTS[name].format(where="WHERE d.id = %(id)s"))[0],
            lines=rows(LINES.format(table=name)), events=rows(EVENTS, table=name))

    @app.get("/<any(purchase_order, store_request):name>/edit/")
    def edit(name: str) -> str:
        return form_page.render(
            title="edit", fields=rows(DOCUMENTS[name].format(where="WHERE d.id = %(id)s"))[0],
            lines=rows(LINES.format(table=name)))

    @app.get("/<any(purchase_order, store_request):name>/new/")
    def new(name: str) -> str:
        fields = dict.fromkeys(("store", "supplier" if name == "purchase_order" else "work_unit", "day",
                                "note"), "")
        return form_page.render(title="new", fields=fields,
                                      lines=[dict.fromkeys(("item", "unit", "quantity"), "")])

    return app
