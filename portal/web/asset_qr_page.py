"""What the QR code on a thing opens: for its people a page for the telephone, for anybody else whose it
is."""

from __future__ import annotations

import io
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, render_template, send_file, url_for
from flask_login import current_user, login_required
from sqlalchemy.orm import joinedload

from models.asset_register import Asset
from models.base import db, one_transaction
from models.documents import Attachment
from models.errors import Refused
from models.operations.assets import at_the_device
from models.operations.core import files
from models.organisation import Setting
from models.rights import may, scope
from portal.web import fault_page
from portal.web.links import printed_address

bp = Blueprint("labelled", __name__)


def _asset(qr: str) -> Asset | None:
    statement = sa.select(Asset).where(Asset.qr_code == qr[:64]).options(*(
        joinedload(getattr(Asset, name)) for name in (
            "asset_type", "work_unit", "employee", "building", "room", "ward", "inpatient_room", "vendor")))
    return db.session.scalar(statement)


def _is_mine(asset: Asset) -> bool:
    """Whether the reader may see the asset in the register."""
    if not current_user.is_authenticated or not may(current_user, "read", "asset"):
        return False
    criterion = scope(current_user, "asset")
    return criterion is None or db.session.scalar(
        sa.select(Asset.id).where(Asset.id == asset.id, criterion)) is not None


def _mine_or_404(qr: str) -> Asset:
    asset = _asset(qr)
    if asset is None or not _is_mine(asset):
        abort(404)
    return asset


@bp.get("/asset/<qr>")
def page(qr: str) -> Any:
    """A form to report a fault, and whose it is; for those who may see it in the register also what it is."""
    return _shown(_known(qr))


def _known(qr: str) -> Asset:
    asset = _asset(qr)
    if asset is None:
        abort(404)
    return asset


def _shown(asset: Asset, refusal: Refused | None = None) -> Any:
    form = fault_page.given(f"/asset/{asset.qr_code}/fault", refusal)
    if not _is_mine(asset):
        stored = dict(db.session.execute(
            sa.select(Setting.key,
                      Setting.value).where(Setting.key.in_(("hospital.name", "hospital.phone")))).all())
        return render_template("site/labelled.html", asset=None, owner=stored.get("hospital.name"),
                               phone=stored.get("hospital.phone"), **form)
    return render_template(
        "site/labelled.html", asset=asset, due=at_the_device.due(asset),
        orders=at_the_device.open_orders(asset), reports=at_the_device.open_reports(asset),
        reads_all=scope(current_user, "fault_report") is None, photo=at_the_device.photo_of(asset),
        may_read_orders=may(current_user, "read", "maintenance"), **form)


@bp.get("/asset/<qr>/photo")
@login_required
def photo(qr: str) -> Any:
    """The newest picture of the thing, small."""
    picture = at_the_device.photo_of(_mine_or_404(qr))
    if picture is None:
        abort(404)
    key, small = picture.id, picture.small
    if small is None:
        small = files.small_of(picture)
        with one_transaction() as session:  # no deed of the reader: nothing of it stands in the log
            session.execute(sa.update(Attachment.__table__).where(Attachment.id == key).values(small=small))
    return send_file(io.BytesIO(small), mimetype="image/jpeg", max_age=0)


@bp.post("/asset/<qr>/fault")
def fault(qr: str) -> Any:
    """Report that the thing is broken; anybody may."""
    return fault_page.send(lambda: _known(qr), _shown)


def address_of(asset: Asset) -> str:
    """The full address that stands behind the QR code of the asset; "" where the hospital has none yet."""
    return printed_address(url_for("labelled.page", qr=asset.qr_code))
