"""Boxes: a practice hospital for each learner, copied from a template in a moment.

For other parts of the lessons::

    box = box_of(current_user)            # None: none made yet, or its time is over
    box.path                              # its SQLite file
    with closing(box.read_only()) as connection: ...      # a SELECT that looks at what the learner did
    box.address("/admin/store_request/", Role.STORE_HEAD)     # a link into it, signed in as that role
"""

from __future__ import annotations

from typing import Any

from portal.learn.boxes import commands, pages, server, settings
from portal.learn.boxes.process import end_with_parent, start
from portal.learn.boxes.settings import configure, serves_boxes
from portal.learn.boxes.store import Box, box_of, make
from portal.learn.pages import bp

__all__ = ["Box", "box_of", "configure", "end_with_parent", "make", "pages", "serves_boxes", "start"]


@bp.record
def _init(state: Any) -> None:
    """With the lessons' pages come the commands and, in the process of the boxes, what makes it one."""
    state.app.cli.add_command(commands.group)
    if state.app.config[settings.SERVER]:
        server.init_app(state.app)
