"""Buttons and pages for beginning again: copies of documents, and the templates of a unit."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext
from flask_login import current_user

from backoffice.panel.base import Make, MasterView
from models.operations.core import drafts_from
from models.request_templates import RequestTemplate
from models.rights import RIGHTS
from models.roles import Role

#: Beside "new" on the lists of documents that begin from templates.
BESIDE_NEW = (("/admin/request_template/", lazy_gettext("From a template"), "copy"),)


def makes(model: Any) -> tuple[Make, ...]:
    """The buttons of a document that can be copied and, where units keep templates of it, kept as one."""
    roles = tuple(sorted(RIGHTS[model.__tablename__].create))
    result = [Make("copy", lazy_gettext("Copy"), roles, drafts_from.copy,
                   lambda document: bool(document.lines),
                   opens="edit", is_aside=True, icon="copy")]
    if model in drafts_from.FROM_TEMPLATE.values():
        result.append(Make("save_template", lazy_gettext("Keep as template"), roles,
                           drafts_from.save_template,
                           lambda document: bool(document.lines), opens="edit", is_aside=True,
                           icon="device-floppy"))
    return tuple(result)


class RequestTemplateView(MasterView):
    model = RequestTemplate
    lines = ("lines",)
    column_list = ("name", "document_type", "work_unit", "store", "created_by")
    form_columns = ("name", "document_type", "work_unit", "store")
    makes = (Make("use", lazy_gettext("New request from it"),
                  (Role.UNIT_USER, Role.STORE_STAFF, Role.FACILITIES_STAFF),
                  drafts_from.from_template,
                  lambda template: current_user.has_role(*RIGHTS[template.document_type.value].create),
                  opens="edit"),)

    def before_save(self, form: Any, record: Any, is_new: bool) -> None:
        if is_new:
            record.created_by_id = current_user.id
