"""`/admin/rights/`: who may what, as a matrix, read off the rights of tables and the workflows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, request, stream_with_context
from flask_admin import expose
from flask_babel import gettext, pgettext

from backoffice.panel.columns import mapped_tables
from backoffice.panel.menu import AREAS
from backoffice.panel.pages import Page
from models import clock
from models.documents import WORKFLOWS, document_types
from models.errors import N_
from models.rights import RIGHTS, TableRights, area_of
from models.roles import Role
from models.workflow import Transition
from portal.web import export, words

#: What people call the rows that a scope of `models.scopes` lets them see.
ROWS: dict[str, str] = {
    "every": N_("all"),
    "own": N_("own"),
    "own_unit": N_("own work unit"),
    "own_unit_or_given": N_("own work unit, and what it gave away"),
    "between_units": N_("to or from the own work unit"),
    "own_store": N_("own stores"),
    "own_stores_where_set": N_("all; own stores where the setting says so"),
    "own_doctor": N_("own"),
    "own_consultations": N_("own consultations"),
    "treated_patients": N_("own patients"),
    "given_out": N_("issued"),
    "given_or_taken": N_("own"),
    "released": N_("released"),
}
#: What a role may do with rows beside reading them, in this order.
VERBS: dict[str, str] = {"create": N_("create"), "edit": N_("edit"), "delete": N_("delete")}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Cell:
    """What one role may do with the rows of a table: which it reads, verbs of `VERBS`, columns it lacks."""

    rows: str
    verbs: tuple[str, ...]
    hidden: tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """What the address asks for. Words that name nothing count as nothing."""

    area: str
    role: Role | None
    table: str

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Asked:
        role, table, area = given.get("role", ""), given.get("table", ""), given.get("area", "")
        return cls(area if area in set(AREAS) else "", Role(role) if role in set(Role) else None,
                   table if table in tables() else "")

    @property
    def is_empty(self) -> bool:
        return not (self.area or self.role or self.table)

    def shows(self, table: str) -> bool:
        return self.table in ("", table) and self.area in ("", area(table))

    @property
    def roles(self) -> tuple[Role, ...]:
        return (self.role,) if self.role else tuple(Role)


def tables() -> list[str]:
    """Every table that somebody may read in the panel or that has a workflow."""
    return list(dict.fromkeys([*(table for table in RIGHTS if table in mapped_tables()), *WORKFLOWS]))


def area(table: str) -> str:
    """The area of the menu; lines with a workflow of their own stand in that of their document."""
    if table in RIGHTS:
        return str(area_of(table))
    lines = WORKFLOWS[table]
    return next((str(model.area) for model in document_types().values()
                 if hasattr(model, "lines") and model.lines.property.mapper.class_ is lines), "")


def cell(rights: TableRights, role: Role) -> Cell | None:
    """The cell of a role; None where it sees no row."""
    if role not in rights.read:
        return None
    scope = rights.read[role]
    return Cell(ROWS[scope.__name__], tuple(verb for verb in VERBS if role in getattr(rights, verb)),
                tuple(sorted(rights.hidden.get(role, ()))))


def table_rows(asked: Asked) -> list[tuple[str, dict[Role, Cell]]]:
    """The tables that are asked for, each with the cells of the roles that read it."""
    result = []
    for table in tables():
        if table in RIGHTS and asked.shows(table):
            cells = {role: found for role in asked.roles if (found := cell(RIGHTS[table], role)) is not None}
            if cells:
                result.append((table, cells))
    return result


def step_rows(asked: Asked) -> list[tuple[str, Transition]]:
    """The steps of the tables that are asked for which one of the roles takes."""
    return [(table, step) for table, model in WORKFLOWS.items() if asked.shows(table)
            for step in model.workflow if set(asked.roles) & set(step.roles)]


def held(rows: Iterable[Iterable[Role]]) -> list[Role]:
    """The roles that have something in the rows, in the order of the declaration: the columns."""
    found = {role for row in rows for role in row}
    return [role for role in Role if role in found]


def hidden_word(name: str) -> str:
    """`lines.item` as people say it."""
    return ": ".join(words.label(part) for part in name.split("."))


def hidden_words(found: Cell) -> str:
    return ", ".join(map(hidden_word, found.hidden))


def cell_words(found: Cell) -> str:
    """A cell in one line, for the spreadsheet."""
    said = [gettext(found.rows), *(gettext(VERBS[verb]) for verb in found.verbs)]
    if found.hidden:
        said.append(gettext("without %(columns)s", columns=hidden_words(found)))
    return "; ".join(said)


def states_words(step: Transition) -> str:
    return f"{', '.join(words.state_word(state) for state in step.sources)} → {words.state_word(step.target)}"


def conditions_words(step: Transition) -> list[str]:
    """What a person reads whom a rule of the step refuses, for each of its rules."""
    return [gettext(condition.refusal).replace("%%", "%") for condition in step.conditions]


def sheets(asked: Asked) -> Iterable[bytes]:
    """The workbook: a sheet of the tables, one of the steps, with a column for each role."""
    named, steps = table_rows(asked), step_rows(asked)
    columns = held([cells for _table, cells in named])
    takers = [role for role in held(step.roles for _table, step in steps) if role in asked.roles]
    heads = [pgettext("field of work", "Area"), gettext("Table"), gettext("Table name"),
             *map(words.role_word, columns)]
    rows = [[str(AREAS[area(table)]), words.table_word(table, True), table,
             *(cell_words(cells[role]) if role in cells else None for role in columns)]
            for table, cells in named]
    step_heads = [gettext("Table"), gettext("Table name"), gettext("Step"), gettext("Step name"),
                  gettext("From"), gettext("To"), gettext("Reason"), gettext("Refused otherwise with"),
                  *map(words.role_word, takers)]
    answer = [[words.table_word(table), table, words.step_word(step.name), step.name,
               ", ".join(words.state_word(state) for state in step.sources), words.state_word(step.target),
               gettext("yes") if step.needs_reason else None, "\n".join(conditions_words(step)),
               *(gettext("yes") if role in step.roles else None for role in takers)]
              for table, step in steps]
    return export.as_xlsx(heads, rows, gettext("Rows of tables"), [(gettext("Steps"), step_heads, answer)])


class RightsView(Page):
    """Who may what: nothing is changed here, the declarations are the only place."""

    page = "rights"

    @expose("/")
    def index(self) -> Any:
        asked = Asked.of(request.args)
        if request.args.get("format") == "xlsx":
            return self._file(asked)
        if asked.is_empty:
            asked = Asked(str(next(iter(AREAS))), None, "")
        named, steps = table_rows(asked), step_rows(asked)
        grouped: dict[str, list[Transition]] = {}
        for table, step in steps:
            grouped.setdefault(table, []).append(step)
        return self.render(
            "backoffice/setup/rights.html", asked=asked, areas=AREAS, every_table=sorted(
                tables(), key=lambda table: words.table_word(table, True).lower()), every_role=list(Role),
            rows=named, columns=held([cells for _table, cells in named]), steps=grouped,
            takers=[role for role in held(step.roles for _table, step in steps) if role in asked.roles],
            verbs=VERBS, words=words, hidden_words=hidden_words, states_words=states_words)

    def _file(self, asked: Asked) -> Response:
        export.note("rights", format="xlsx")
        answer = Response(stream_with_context(sheets(asked)), mimetype=XLSX)
        answer.headers["Content-Disposition"] = \
            f'attachment; filename="rights-{clock.today().isoformat()}.xlsx"'
        return answer
