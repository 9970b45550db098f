"""The page about normal forms: the paper form of a store request, step by step, with its anomalies live."""

from __future__ import annotations

from flask import abort, make_response, render_template, request
from flask.wrappers import Response
from flask_babel import lazy_gettext as _l
from jinja2_fragments.flask import render_block

from portal.learn.lab import engine, lab_file, queries
from portal.learn.lab.engine import Result
from portal.learn.lab.normal_steps import IN_THE_MODEL, STEPS, Step
from portal.learn.pages import Part, add_part, bp
from portal.web.htmx import wants_fragment

PART = add_part(Part(
    "learn.normal_forms", _l("Normal forms"), "section",
    _l("A store request on paper becomes tables in third normal form, step by step. At each step you see "
       "which changes do harm, and test by SQL what depends on what."),
    _l("Open the normal forms"), order=50, switch="SQL_LAB"))


@bp.route("/normal-forms", methods=["GET", "POST"])
def normal_forms() -> Response:
    """A step; posted, one of its statements as the person has changed it."""
    queries.offered()
    number, step = _step()
    if request.method == "GET":
        return make_response(_page(number, step, {}))
    demo = next((each for each in step.demos if each.key == request.form.get("key")), None)
    if demo is None:
        abort(404)
    query = queries.read(request.form)
    answer = queries.answer(query)
    if wants_fragment():
        response = make_response(render_block("learn/normal_forms.html", "outcome", demo=demo, answer=answer,
                                              shown=queries.shown))
    else:
        response = make_response(_page(number, step, {demo.key: (query.sql, answer)}))
    response.status_code = answer.status
    if answer.wait:
        response.headers["Retry-After"] = str(answer.wait)
    return response


def _step() -> tuple[int, Step]:
    """The step that the address names; another one is 404."""
    text = request.args.get("step", "0")
    if text not in ("0", "1", "2", "3"):
        abort(404)
    return int(text), STEPS[int(text)]


def _page(number: int, step: Step, changed: dict[str, tuple[str, queries.Answer]]) -> str:
    """The whole page; `changed` holds what was typed and came out in place of a statement of ours."""
    demos = [(demo, *changed.get(demo.key, (demo.sql, _answered(demo.sql)))) for demo in step.demos]
    tables = [(name, key.split(", "), _answered(f"SELECT * FROM {name}"))
              for name, key in step.tables.items()]
    return render_template("learn/normal_forms.html", number=number, step=step, steps=STEPS, demos=demos,
                           tables=tables, shown=queries.shown, model=IN_THE_MODEL)


def _answered(sql: str) -> queries.Answer:
    return queries.in_words(fixed(sql, lab_file.digest()), queries.Query(sql))


#: Results of our own statements by file and statement; the files never change.
_kept: dict[tuple[str, str], Result] = {}


def fixed(sql: str, digest: str) -> Result:
    """The result of a statement of ours on the file of that digest, run once; when nobody is free to run it,
    that is the result this time."""
    if (digest, sql) not in _kept:
        result = engine.run(sql)
        if not result.is_complete:
            return result
        _kept[digest, sql] = result
    return _kept[digest, sql]
