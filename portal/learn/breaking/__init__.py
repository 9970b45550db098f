"""Break it: attacks on copies of the template, with the rule that holds them and without it."""

from __future__ import annotations

from portal.learn.boxes.commands import group
from portal.learn.breaking import pages, worker
from portal.web.commands import on_any_database

__all__ = ["pages"]


@group.command("experiments", hidden=True)
@on_any_database
def experiments() -> None:
    """Do the experiments that the server asks for, one a line."""
    worker.serve()
