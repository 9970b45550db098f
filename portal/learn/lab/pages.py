"""The SQL lab's page: schema, editor, result, chart and plan."""

from __future__ import annotations

from typing import Any

from flask import make_response, render_template, request, url_for
from flask.wrappers import Response
from flask_babel import lazy_gettext as _l
from jinja2_fragments.flask import render_block

from portal.learn import catalogue
from portal.learn.lab import paper, queries, schema, wording
from portal.learn.lab.examples import EXAMPLES
from portal.learn.lab.hospital import forms
from portal.learn.lab.hospital.book import TODAY
from portal.learn.pages import Part, add_part, bp
from portal.web.htmx import at_address, wants_fragment

PART = add_part(Part(
    "learn.sql", _l("SQL lab"), "play",
    _l("Ask the made-up hospital in SQL and see the result as a table and a chart, the plan in words, and "
       "mistakes with their place."),
    _l("Open the SQL lab"), order=30, switch="SQL_LAB"))


@bp.route("/sql", methods=["GET", "POST"])
def sql() -> Response:
    """Without `sql` the empty page; with it the result. htmx gets the result alone, `format=csv` the rows."""
    queries.offered()
    query = queries.read()
    if "sql" not in request.values:
        return make_response(page(query, None))
    answer = queries.answer(query)
    if request.values.get("format") == "csv" and answer.status == 200:
        return file(answer)
    if wants_fragment():
        context = context_of(query, answer)
        body = (render_block("learn/sql.html", "result", **context)
                + render_block("learn/sql.html", "parameters", swapped=True, **context))
        response = at_address(body, context["address"])
    else:
        response = make_response(page(query, answer))
    response.status_code = answer.status
    if answer.wait:
        response.headers["Retry-After"] = str(answer.wait)
    return response


def page(query: queries.Query, answer: queries.Answer | None) -> str:
    """The whole page."""
    examples = [(example.word, queries.Query(example.sql, example.values).address(url_for("learn.sql")))
                for example in EXAMPLES]
    used = wording.tables_in(query.sql)
    return render_template("learn/sql.html", schema=tree(used), used=used, today=TODAY, examples=examples,
                           **context_of(query, answer))


def context_of(query: queries.Query, answer: queries.Answer | None) -> dict[str, Any]:
    """What the result's template needs."""
    path = url_for("learn.sql")
    return {"query": query, "answer": answer, "shown": queries.shown, "address": query.address(path),
            "csv_address": query.address(path, format="csv")}


def file(answer: queries.Answer) -> Response:
    """The rows as CSV."""
    response = make_response(queries.as_csv(answer.result))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = 'attachment; filename="rawat-sql.csv"'
    return response


def tree(first: tuple[str, ...] = ()) -> list[tuple[str, list[tuple[str, str, str]], bool]]:
    """Each table of the lab with its columns (name, type, `key`, `link` or nothing) and whether it is the
    model's; those of `first` come first."""
    model = [(table, [(column.name, catalogue.short_kind(column), "key" if column.primary_key else
                       "link" if column.foreign_keys else "") for column in schema.columns_of(table)], True)
             for table in sorted(schema.TABLES)]
    papers = [(table, [(name, kind, "") for name, kind in paper.columns(table).items()], False)
              for table in (*paper.ROWS, *forms.TABLES)]
    return sorted(model + papers, key=lambda entry: entry[0] not in first)
