"""Every door through which a file comes in: who stands there, what goes along, and where it is read.

`read_at()` finds in the source where an upload is read, `Watched` notes it while a request runs: a door that
is not declared here fails `tests/grids/test_hostile_doors.py`.
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Request
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from backoffice.panel.columns import mapped_tables
from models import clock
from models.consultations import ConsultationState
from models.documents import Document
from models.operations.core.approvals import opened, perform
from models.operations.stores import stocktake_counting
from models.roles import Role
from models.setting_groups import GROUPS
from models.stocktakes import Stocktake
from portal.web.form_parts import NamedRequest
from tests.support import factories as make
from tests.support import grid

ROOT = Path(__file__).parents[2]
LOGO = "hospital-logo"


@dataclass(frozen=True)
class Stand:
    """Somebody at a door."""

    user: Any
    address: str
    given: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Door:
    """`reads` is `module:function` of the source, `kind` what is taken: a table, a picture, a file (a picture
    or a PDF), a voice note, or a proof."""

    name: str
    reads: str
    rule: str
    kind: str
    input: str
    stand: Callable[[], Stand]

    def send(self, client: Any, stand: Stand, content: bytes, name: str) -> Any:
        file = FileStorage(io.BytesIO(content), name)
        mark, body = encode_multipart({**stand.given, self.input: file})
        return client.post(stand.address, data=body, content_type=f'multipart/form-data; boundary="{mark}"')


def _imports() -> Stand:
    return Stand(make.make_user(Role.FACILITIES_STAFF), "/admin/imports/", {"kind": "item_category"})


def _sheet() -> Stand:
    keeper, store, item = make.make_user(Role.STORE_STAFF), make.make_store(), make.make_item()
    make.stock_up(store, item, 10, 100)
    count = make.saved(Stocktake(created_by=keeper, store=store))
    opened(count, by=keeper)
    stocktake_counting.choose(count, stocktake_counting.Choice(), by=keeper)
    perform(count, "start", by=keeper)
    return Stand(keeper, f"/admin/stocktake/{count.id}/sheet")


def _talk() -> Any:
    return make.make_consultation(state=ConsultationState.IN_PROGRESS, approved_at=clock.now(),
                                  started_at=clock.now())


def _doctor(**more: str) -> Stand:
    talk = _talk()
    return Stand(talk.doctor.user, f"/admin/consultation/{talk.id}/message", {"client_id": "a", **more})


def _patient(**more: str) -> Stand:
    talk = _talk()
    return Stand(talk.patient.user, f"/portal/consultations/{talk.id}/messages", {"client_id": "a", **more})


def _asking(step: str) -> Stand:
    patient, doctor = make.make_patient(), make.make_doctor()
    tomorrow = clock.day_bounds(clock.today() + timedelta(days=1))[0] + timedelta(hours=9)
    return Stand(patient.user, "/portal/consultations/new", {
        "patient": str(patient.id), "doctor": str(doctor.id), "starts_at": tomorrow.isoformat(), "step": step,
        "complaint": "Demam sejak kemarin", "consent": "1", "consent_record": "1"})


def _asset_fault() -> Stand:
    asset = make.make_asset(work_unit=make.make_work_unit())
    return Stand(make.make_user(Role.UNIT_USER, work_unit=asset.work_unit), f"/asset/{asset.qr_code}/fault",
                 {"fault": "Layar gelap"})


def _place_fault() -> Stand:
    return Stand(make.make_user(Role.UNIT_USER), f"/place/{make.make_room().qr_code}/fault",
                 {"fault": "Lampu mati"})


def _new_fault() -> Stand:
    unit = make.make_work_unit()
    asset = make.make_asset(work_unit=unit)
    return Stand(make.make_user(Role.UNIT_USER, work_unit=unit), "/admin/fault_report/new/",
                 {"asset": str(asset.id), "fault": "Layar gelap", "priority": "normal"})


def _logo() -> Stand:
    group = next(group for group in GROUPS if LOGO.replace("-", ".", 1) in group.keys)
    return Stand(make.make_user(Role.ADMIN), f"/admin/settings/{group.name}", {f"seen-{LOGO}": ""})


def _proof() -> Stand:
    return Stand(make.make_user(Role.PATIENT), "/verify")


def _files_of(table: str) -> Callable[[], Stand]:
    def stand() -> Stand:
        record = grid.row_of(mapped_tables()[table])
        return Stand(make.make_user(*Role), f"/admin/{table}/{record.id}/files")
    return stand


FAULT = "portal.web.fault_page:uploaded"
DOORS = (
    Door("a list that is brought", "backoffice.setup.importing:_bring", "/admin/imports/", "table", "file",
         _imports),
    Door("a sheet that was counted", "backoffice.stores.stocktake_counting:sheet_view",
         "/admin/stocktake/<id>/sheet", "table", "file", _sheet),
    Door("a doctor's message", "backoffice.clinic.conversation:message_view",
         "/admin/consultation/<id>/message", "file", "file", _doctor),
    Door("a doctor's voice note", "backoffice.clinic.conversation:message_view",
         "/admin/consultation/<id>/message", "voice", "file", lambda: _doctor(voice_seconds="5")),
    Door("a patient's message", "portal.consultations:send",
         "/portal/consultations/<int:consultation_id>/messages", "file", "file", _patient),
    Door("a patient's voice note", "portal.consultations:send",
         "/portal/consultations/<int:consultation_id>/messages", "voice", "file",
         lambda: _patient(voice_seconds="5")),
    Door("files of a request", "portal.asking:_keep_files", "/portal/consultations/new", "file", "files",
         lambda: _asking("files")),
    Door("files sent with a request", "portal.asking:_send", "/portal/consultations/new", "file", "files",
         lambda: _asking("")),
    Door("a fault of an asset", FAULT, "/asset/<qr>/fault", "file", "photo", _asset_fault),
    Door("a fault of a place", FAULT, "/place/<code>/fault", "file", "photo", _place_fault),
    Door("a fault in the panel", FAULT, "/admin/fault_report/new/", "file", "photo", _new_fault),
    Door("the logo", "backoffice.setup.settings:_logo", "/admin/settings/<chosen>", "picture", LOGO, _logo),
    Door("the proof of a reading", "portal.web.log_proof_page:check", "/verify", "proof", "file",
         _proof),
    Door("files of a document", "backoffice.panel.transitions:upload_view",
         "/admin/store_request/<id>/files", "file", "file", _files_of("store_request")),
)


def of_tables(app: Any) -> list[Door]:
    """The door of each table that keeps files, off the declarations."""
    views = app.extensions["rawat_panel"]
    return [Door(f"files of {table}", "backoffice.panel.transitions:upload_view",
                 f"/admin/{table}/<id>/files", "file", "file", _files_of(table))
            for table, view in sorted(views.items()) if table in grid.tables() and (
                issubclass(view.model, Document) or view.keeps_files or hasattr(view.model, "workflow"))]


# ---------------------------------------------------------------- where files are read

#: Reads names of parts of any form, no file.
NO_DOOR = {"portal.web.form_parts:parse"}


def read_at() -> set[str]:
    """`module:function` of everything in the source that reads the files of a request."""
    found = set()
    for path in [path for room in ("backoffice", "portal", "models") for path in (ROOT / room).rglob("*.py")]:
        text = path.read_text(encoding="utf-8")
        if ".files" in text or "FileField" in text:
            found |= {f"{'.'.join(path.relative_to(ROOT).with_suffix('').parts)}:{name}"
                      for name in _readers(ast.parse(text))}
    return found


def _readers(tree: ast.Module) -> set[str]:
    return {function.name for function in ast.walk(tree)
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
            and any(_reads(node) for node in ast.walk(function))} | \
        {"<form>" for node in ast.walk(tree) if isinstance(node, ast.Name | ast.Attribute)
         and getattr(node, "id", getattr(node, "attr", "")) in ("FileField", "MultipleFileField")}


def _reads(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "files" and isinstance(node.value, ast.Name) \
        and node.value.id in ("request", "flask_request")


class Watched(NamedRequest):
    """Notes in `at` which function reads the files of a request, and in `rules` at which address."""

    at: set[str] = set()
    rules: set[str] = set()

    @property
    def files(self) -> Any:  # type: ignore[override]
        caller = sys._getframe(1)
        module = caller.f_globals["__name__"]
        if module.split(".")[0] in ("backoffice", "portal", "models"):
            Watched.at.add(f"{module}:{caller.f_code.co_name}")
            Watched.rules.add(str(self.url_rule))
        return Request.files.__get__(self, type(self))
