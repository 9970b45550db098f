"""The student's home: what there is to do, and how large the system is."""

from __future__ import annotations

from flask import render_template

from models.documents import WORKFLOWS
from portal.learn import catalogue
from portal.learn.classes import due
from portal.learn.pages import bp


@bp.get("/")
def home() -> str:
    """The student's home: what there is to look at, and how large it is."""
    tables = catalogue.tables().values()
    from_papers = [name for table in tables for name in catalogue.seeds(table.info)]
    fields = [name for table in tables for column in table.columns for name in catalogue.seeds(column.info)]
    return render_template("learn/home.html", processes=catalogue.processes(), tables=len(tables),
                           columns=sum(len(table.columns) for table in tables), papers=len(set(from_papers)),
                           fields=len(set(fields)), workflows=len(WORKFLOWS), due=due.of_student())
