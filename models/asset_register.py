"""The asset register: types, the catalogue, vendors, the registered things and their books."""

from __future__ import annotations

import secrets
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.asset_claims import is_built_on, is_claimed
from models.asset_numbers import next_nup, next_tag, ten_digits
from models.base import Code, Email, Id, Money, Name, Percent, Phone, Text, as_text, db, reference, seeded
from models.documents import Stateful, state_column
from models.errors import N_
from models.organisation import Status
from models.places import FundingSource, PhysicalCondition
from models.roles import Role
from models.workflow import Condition, Transition, Workflow

if TYPE_CHECKING:
    from models.asset_history import AssetMovement, Calibration
    from models.journal import Account
    from models.organisation import Employee, WorkUnit
    from models.places import Building, InpatientRoom, Room, Ward


class DepreciationMethod(StrEnum):
    NONE = "none"
    STRAIGHT_LINE = "straight_line"
    DECLINING_BALANCE = "declining_balance"


class TaxGroup(StrEnum):
    """The groups of PMK 72/2023: 4, 8, 16 and 20 years; permanent buildings 20, others 10."""

    GROUP_1 = "group_1"
    GROUP_2 = "group_2"
    GROUP_3 = "group_3"
    GROUP_4 = "group_4"
    PERMANENT_BUILDING = "permanent_building"
    OTHER_BUILDING = "other_building"


class AssetType(db.Model):
    """A kind of asset and how it loses value. `useful_life` in months; `residual_percent` of the cost.

    What has `calibration_months` is calibrated that often, after each repair and, unless it `is_portable`,
    wherever it is installed anew.
    """

    __tablename__ = "asset_type"
    text_columns = ("name",)
    __table_args__ = (
        sa.CheckConstraint("useful_life > 0", name="useful_life_positive"),
        sa.CheckConstraint("method = 'none' OR useful_life IS NOT NULL", name="life_when_depreciated"),
        sa.CheckConstraint("calibration_months > 0", name="calibration_months_positive"),
        {"info": {"seed": "tb_asetJenis"}},
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_asetJenis.asetJenis_id"))
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Name] = mapped_column(unique=True, info=seeded("tb_asetJenis.nama_jenis"))
    method: Mapped[DepreciationMethod] = mapped_column(default=DepreciationMethod.STRAIGHT_LINE)
    useful_life: Mapped[int | None]
    residual_percent: Mapped[Percent] = mapped_column(default=Decimal(0))
    tax_group: Mapped[TaxGroup | None]
    is_medical_device: Mapped[bool] = mapped_column(default=False)
    calibration_months: Mapped[int | None]
    is_portable: Mapped[bool] = mapped_column(default=False)
    account_id: Mapped[int | None] = reference("account")
    accumulated_account_id: Mapped[int | None] = reference("account")
    expense_account_id: Mapped[int | None] = reference("account")
    status: Mapped[Status] = mapped_column(default=Status.ACTIVE, info=seeded("tb_asetJenis.status_jenis"))
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}

    account: Mapped[Account | None] = relationship("Account", foreign_keys=[account_id])
    accumulated_account: Mapped[Account | None] = relationship("Account",
                                                               foreign_keys=[accumulated_account_id])
    expense_account: Mapped[Account | None] = relationship("Account", foreign_keys=[expense_account_id])


AssetType.__table__.append_constraint(sa.CheckConstraint(
    sa.and_(AssetType.__table__.c.residual_percent >= 0, AssetType.__table__.c.residual_percent <= 100),
    name="residual_percent_in_range"))


class AssetModel(db.Model):
    """A catalogue entry: what plans, procurements, receipts and room classes ask for."""

    __tablename__ = "asset_model"
    text_columns = ("name",)
    __table_args__ = (sa.CheckConstraint("estimated_price >= 0", name="estimated_price_not_negative"),
                      ten_digits())

    id: Mapped[Id]
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Name] = mapped_column(index=True)
    asset_type_id: Mapped[int] = reference("asset_type")
    brand: Mapped[Name | None]
    model: Mapped[Name | None]
    specification: Mapped[Text | None]
    estimated_price: Mapped[Money | None]
    #: The code of state property of things of this kind, and what the ministry's list of devices calls them.
    bmn_code: Mapped[str | None] = mapped_column(sa.String(10))
    aspak_name: Mapped[Name | None]
    status: Mapped[Status] = mapped_column(default=Status.ACTIVE)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}

    asset_type: Mapped[AssetType] = relationship()


class Vendor(db.Model):
    """Who sells, repairs and calibrates assets."""

    __tablename__ = "vendor"
    text_columns = ("name",)
    __table_args__ = ({"info": {"seed": "tb_vendor"}},)

    id: Mapped[Id] = mapped_column(info=seeded("tb_vendor.vendor_id"))
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Name] = mapped_column(index=True, info=seeded("tb_vendor.vendor_nama"))
    address: Mapped[Text | None] = mapped_column(info=seeded("tb_vendor.vendor_alamat"))
    phone: Mapped[Phone | None] = mapped_column(info=seeded("tb_vendor.vendor_tlp"))
    email: Mapped[Email | None]
    tax_number: Mapped[str | None] = mapped_column(sa.String(20))
    status: Mapped[Status] = mapped_column(default=Status.ACTIVE, info=seeded("tb_vendor.status_vendor"))
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}


class Ownership(StrEnum):
    OWNED = "owned"
    LEASED = "leased"
    BORROWED = "borrowed"
    PARTNERSHIP = "partnership"


def one_place() -> sa.CheckConstraint:
    """At most one of the four places of a thing is set."""
    columns = ("building_id", "room_id", "ward_id", "inpatient_room_id")
    counted = " + ".join(f"(CASE WHEN {column} IS NULL THEN 0 ELSE 1 END)" for column in columns)
    return sa.CheckConstraint(f"{counted} <= 1", name="one_place")


class BookKind(StrEnum):
    """The hospital's own, the tax book (PMK 72/2023), the state-property book."""

    HOSPITAL = "hospital"
    TAX = "tax"
    STATE_PROPERTY = "state_property"


class Opening:
    """What an asset came with in one book: accumulated depreciation in rupiah, or the day until which it is
    counted. What is written here waits until the asset is entered (`operations.assets.openings`)."""

    def __init__(self, book: BookKind, part: str) -> None:
        self.book, self.part = book, part

    def __get__(self, asset: Any, _owner: Any = None) -> Any:
        if asset is None:
            return self
        if (self.book, self.part) in asset.entering:
            return asset.entering[self.book, self.part]
        book = next((book for book in asset.books if book.book == self.book), None)
        if book is None or book.anchored_on is None:
            return None
        return book.opening_accumulated if self.part == "accumulated" else book.anchored_on

    def __set__(self, asset: Any, value: Any) -> None:
        asset.entering[self.book, self.part] = value


class AssetState(StrEnum):
    REGISTERED = "registered"
    IN_USE = "in_use"
    UNDER_MAINTENANCE = "under_maintenance"
    HELD_FOR_SALE = "held_for_sale"
    RETIRED = "retired"
    LOST = "lost"


S = AssetState
#: What a step asks that says where a thing stands and who keeps it.
PLACE_AND_KEEPER = ("room", "inpatient_room", "ward", "building", "work_unit", "employee")

not_offered = Condition(
    "not_offered", lambda asset, _user: not is_claimed(asset),
    N_("A disposal or an auction that is on its way names this asset. Cancel that paper first."))
nothing_built_on = Condition(
    "nothing_built_on", lambda asset, _user: not is_built_on(asset),
    N_("Something was built on this entry already: it came by a receipt, was depreciated, moved, mended or "
       "stands on a paper. Dispose of it instead."))


class Asset(Stateful, db.Model):
    """A registered thing, or a set kept as one line. `tag` is on its label, `qr_code` behind the label's QR
    code.

    At most one of the four places is set; a building that is itself an asset names it in
    `capitalised_building`.
    """

    __tablename__ = "asset"
    text_columns = ("tag", "name")
    __table_args__ = (
        sa.CheckConstraint("acquisition_cost >= 0", name="acquisition_cost_not_negative"),
        sa.CheckConstraint("quantity > 0", name="quantity_positive"),
        sa.CheckConstraint("retired_on >= acquired_on", name="retired_after_acquired"),
        one_place(),
        sa.CheckConstraint("parent_id <> id", name="not_its_own_parent"),
        sa.CheckConstraint("split_from_id <> id", name="not_split_from_itself"),
        sa.Index("ix_asset_state_name", "state", "name"),
        ten_digits(),
        sa.CheckConstraint("nup > 0", name="nup_positive"),
        sa.CheckConstraint("(bmn_code IS NULL) = (nup IS NULL)", name="nup_of_a_code"),
        sa.UniqueConstraint("bmn_code", "nup"),
        {"info": {"seed": "tb_aset"}},
    )
    workflow = Workflow(
        S.REGISTERED,
        Transition("put_into_use", (S.REGISTERED,), S.IN_USE, Role.FACILITIES_STAFF, may_skip=True,
                   asks=PLACE_AND_KEEPER),
        Transition("put_aside", (S.IN_USE,), S.REGISTERED, Role.FACILITIES_STAFF, needs_reason=True),
        Transition("maintain", (S.IN_USE,), S.UNDER_MAINTENANCE),
        Transition("return", (S.UNDER_MAINTENANCE,), S.IN_USE),
        Transition("hold_for_sale", (S.REGISTERED, S.IN_USE, S.UNDER_MAINTENANCE), S.HELD_FOR_SALE),
        Transition("take_back", (S.HELD_FOR_SALE,), S.IN_USE, Role.FACILITIES_HEAD, when=not_offered,
                   needs_reason=True, asks=PLACE_AND_KEEPER),
        Transition("retire", (S.REGISTERED, S.IN_USE, S.UNDER_MAINTENANCE, S.HELD_FOR_SALE, S.LOST),
                   S.RETIRED),
        Transition("report_lost", (S.REGISTERED, S.IN_USE, S.UNDER_MAINTENANCE, S.HELD_FOR_SALE), S.LOST,
                   Role.FACILITIES_HEAD, needs_reason=True),
        Transition("find", (S.LOST,), S.REGISTERED, (Role.FACILITIES_STAFF, Role.FACILITIES_HEAD),
                   asks=PLACE_AND_KEEPER[:4]),
        Transition("withdraw", (S.REGISTERED,), S.RETIRED, Role.FACILITIES_HEAD, when=nothing_built_on,
                   needs_reason=True),
        Transition("restore", (S.RETIRED, S.HELD_FOR_SALE), S.REGISTERED),
        rests_on={S.UNDER_MAINTENANCE: "maintenance", S.HELD_FOR_SALE: "asset_disposal"},
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_aset.aset_id"))
    tag: Mapped[str] = mapped_column(sa.String(20), unique=True,
                                     default=lambda context: next_tag(context.connection))
    qr_code: Mapped[str] = mapped_column(sa.String(32), unique=True,
                                         default=lambda: secrets.token_urlsafe(16))
    asset_type_id: Mapped[int] = reference("asset_type", "tb_aset.asetJenis_id")
    asset_model_id: Mapped[int | None] = reference("asset_model")
    name: Mapped[Name] = mapped_column(index=True, info=seeded("tb_aset.aset_nama"))
    account_id: Mapped[int | None] = reference("account", "tb_aset.akun_kode")
    ownership: Mapped[Ownership] = mapped_column(default=Ownership.OWNED,
                                                 info=seeded("tb_aset.aset_kepemilikan"))
    brand: Mapped[Name | None] = mapped_column(info=seeded("tb_aset.aset_merk"))
    model: Mapped[Name | None] = mapped_column(info=seeded("tb_aset.aset_tipe"))
    serial_number: Mapped[Code | None] = mapped_column(index=True, info=seeded("tb_aset.aset_no_mesin"))
    #: Somebody looked: another thing of this model has the same serial number all the same.
    serial_is_shared: Mapped[bool] = mapped_column(default=False, server_default=sa.text("false"))
    #: State property: the code of its kind (that of its model unless typed), and its number under the code.
    bmn_code: Mapped[str | None] = mapped_column(sa.String(10), index=True)
    nup: Mapped[int | None]
    condition: Mapped[PhysicalCondition] = mapped_column(
        default=PhysicalCondition.GOOD, info=seeded("tb_aset.kondisi"))
    acquisition_cost: Mapped[Money] = mapped_column(info=seeded("tb_aset.aset_harga"))
    acquired_on: Mapped[date] = mapped_column(default=clock.today, info=seeded("tb_aset.tgl_msk"))
    retired_on: Mapped[date | None] = mapped_column(info=seeded("tb_aset.tgl_keluar"))
    quantity: Mapped[int] = mapped_column(default=1, info=seeded("tb_aset.jumlah"))
    state: Mapped[AssetState] = state_column(S.REGISTERED, "tb_aset.status_aset")
    funding_source: Mapped[FundingSource] = mapped_column(default=FundingSource.BLU)
    vendor_id: Mapped[int | None] = reference("vendor")
    warranty_until: Mapped[date | None]
    parent_id: Mapped[int | None] = reference("asset")
    work_unit_id: Mapped[int | None] = reference("work_unit")
    employee_id: Mapped[int | None] = reference("employee")
    building_id: Mapped[int | None] = reference("building")
    room_id: Mapped[int | None] = reference("room")
    ward_id: Mapped[int | None] = reference("ward")
    inpatient_room_id: Mapped[int | None] = reference("inpatient_room")
    capitalised_building_id: Mapped[int | None] = reference("building", unique=True, index=False)
    asset_receipt_line_id: Mapped[int | None] = reference("asset_receipt_line")
    #: The group asset that this part was taken from, to be sold.
    split_from_id: Mapped[int | None] = reference("asset")
    #: Kept by `models.operations.assets.calibration`: the last day that it may be used, whether it failed,
    #: and the day from which earlier certificates say nothing (a repair, a new place).
    calibration_due_on: Mapped[date | None] = mapped_column(index=True)
    calibration_failed: Mapped[bool] = mapped_column(default=False)
    recalibrate_from: Mapped[date | None]

    asset_type: Mapped[AssetType] = relationship()
    asset_model: Mapped[AssetModel | None] = relationship()
    account: Mapped[Account | None] = relationship("Account")
    vendor: Mapped[Vendor | None] = relationship()
    parent: Mapped[Asset | None] = relationship(remote_side=[id], foreign_keys=[parent_id])
    split_from: Mapped[Asset | None] = relationship(remote_side=[id], foreign_keys=[split_from_id])
    work_unit: Mapped[WorkUnit | None] = relationship("WorkUnit")
    employee: Mapped[Employee | None] = relationship("Employee")
    building: Mapped[Building | None] = relationship("Building", foreign_keys=[building_id])
    room: Mapped[Room | None] = relationship("Room")
    ward: Mapped[Ward | None] = relationship("Ward")
    inpatient_room: Mapped[InpatientRoom | None] = relationship("InpatientRoom")
    capitalised_building: Mapped[Building | None] = relationship("Building",
                                                                 foreign_keys=[capitalised_building_id])
    books: Mapped[list[AssetBook]] = relationship(back_populates="asset", order_by="AssetBook.id")
    movements: Mapped[list[AssetMovement]] = relationship(
        "AssetMovement", back_populates="asset", order_by="AssetMovement.id")
    calibrations: Mapped[list[Calibration]] = relationship(
        "Calibration", back_populates="asset", order_by="Calibration.id")

    hospital_accumulated = Opening(BookKind.HOSPITAL, "accumulated")
    hospital_until = Opening(BookKind.HOSPITAL, "until")
    tax_accumulated = Opening(BookKind.TAX, "accumulated")
    tax_until = Opening(BookKind.TAX, "until")
    state_accumulated = Opening(BookKind.STATE_PROPERTY, "accumulated")
    state_until = Opening(BookKind.STATE_PROPERTY, "until")

    @property
    def entering(self) -> dict[tuple[BookKind, str], Any]:
        """Openings that are written and not in the books yet."""
        return self.__dict__.setdefault("_entering", {})

    @property
    def place(self) -> Building | Room | Ward | InpatientRoom | None:
        """Where it stands."""
        return self.inpatient_room or self.room or self.ward or self.building

    @property
    def book_value(self) -> Decimal:
        """In the hospital's own book, rupiah; the cost while no book is open."""
        for book in self.books:
            if book.book == BookKind.HOSPITAL:
                return book.book_value
        return self.acquisition_cost

    @property
    def is_there(self) -> bool:
        """Whether it can be used where it stands: not away for repair, for sale, out of the books or lost."""
        return self.state in (S.REGISTERED, S.IN_USE)

    def is_fit_on(self, day: date) -> bool:
        """Whether it may serve a patient on `day`: it is there, and calibrated where its type asks for it."""
        return self.is_there and not self.calibration_failed and (
            self.calibration_due_on is None or self.calibration_due_on >= day)


@event.listens_for(Asset, "before_insert")
def _give_tag(_mapper: Any, connection: sa.Connection, asset: Asset) -> None:
    """An asset entered by hand without a tag gets the next one."""
    if not asset.tag:
        asset.tag = next_tag(connection)
    if asset.bmn_code is None and asset.split_from_id is None and asset.asset_model is not None:
        asset.bmn_code = asset.asset_model.bmn_code
    if asset.bmn_code:
        asset.nup = next_nup(connection, asset.bmn_code)


@event.listens_for(Asset, "before_update")
def _number_under_its_code(_mapper: Any, connection: sa.Connection, asset: Asset) -> None:
    """What gets another code gets the next number of that one; its old number is not given again."""
    state: Any = sa.inspect(asset)
    if state.attrs.bmn_code.history.has_changes():
        asset.bmn_code = asset.bmn_code or None
        asset.nup = next_nup(connection, asset.bmn_code) if asset.bmn_code else None


class AssetBook(db.Model):
    """An asset in one book. `useful_life` in months; accumulated depreciation never passes cost less
    residual.

    `anchored_on`: the last day that is in `anchored_accumulated`; the rest is spread over the life that is
    left then (an asset that entered with accumulated depreciation, a changed life). `depreciated_until`: the
    last day that a run or a disposal counted.
    """

    __tablename__ = "asset_book"
    names_by, called_by = ("asset",), ("asset.tag", "book")
    __table_args__ = (
        sa.UniqueConstraint("asset_id", "book"),
        sa.CheckConstraint("cost >= 0", name="cost_not_negative"),
        sa.CheckConstraint("residual_value >= 0", name="residual_value_not_negative"),
        sa.CheckConstraint("residual_value <= cost", name="residual_value_fits"),
        sa.CheckConstraint("opening_accumulated >= 0", name="opening_accumulated_not_negative"),
        sa.CheckConstraint("accumulated >= opening_accumulated", name="accumulated_grows"),
        sa.CheckConstraint("accumulated <= cost - residual_value", name="accumulated_fits"),
        sa.CheckConstraint("useful_life > 0", name="useful_life_positive"),
        sa.CheckConstraint("method = 'none' OR useful_life IS NOT NULL", name="life_when_depreciated"),
        sa.CheckConstraint("anchored_accumulated >= 0", name="anchored_accumulated_not_negative"),
        sa.Index("ix_asset_book_book_id", "book", "id"),
    )

    id: Mapped[Id]
    asset_id: Mapped[int] = reference("asset", ondelete="CASCADE")
    book: Mapped[BookKind] = mapped_column(default=BookKind.HOSPITAL)
    method: Mapped[DepreciationMethod]
    useful_life: Mapped[int | None]
    tax_group: Mapped[TaxGroup | None]
    cost: Mapped[Money]
    residual_value: Mapped[Money] = mapped_column(default=Decimal(0))
    opening_accumulated: Mapped[Money] = mapped_column(default=Decimal(0))
    accumulated: Mapped[Money] = mapped_column(default=Decimal(0))
    starts_on: Mapped[date]
    anchored_on: Mapped[date | None]
    anchored_accumulated: Mapped[Money] = mapped_column(default=Decimal(0), server_default="0")
    depreciated_until: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}

    asset: Mapped[Asset] = relationship(back_populates="books")

    @property
    def book_value(self) -> Decimal:
        """Cost less accumulated depreciation, rupiah."""
        return self.cost - self.accumulated

    def __str__(self) -> str:
        return f"{self.asset.tag} {self.book}" if self.asset else self.book

    @classmethod
    def text_sql(cls, row: Any) -> sa.ColumnElement[str]:
        tag = sa.select(Asset.tag).where(Asset.id == row.asset_id).scalar_subquery()
        return tag + " " + as_text(row.book)
