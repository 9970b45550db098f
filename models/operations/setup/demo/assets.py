"""The asset register, its documents at every step that is open, and the vendors behind them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import sqlalchemy as sa

from models.asset_documents import AssetPlan, AssetPlanLine
from models.asset_register import Asset, AssetModel, AssetType, Vendor
from models.facilities import ClassFacility, RoomFacility
from models.maintenance import Maintenance, MaintenanceLine
from models.operations.assets.exits import value_land
from models.operations.core.approvals import opened
from models.operations.setup.demo import asset_year, maintenance
from models.operations.setup.demo.asset_year import walk
from models.operations.setup.demo.world import World, open_
from models.places import FundingSource, InpatientRoom, Land, PhysicalCondition, RoomClass

VENDORS = ("PT Surya Medika Teknologi", "PT Karya Alkes Nusantara", "CV Mebel Husada",
           "PT Nusantara Komputindo", "PT Sejuk Abadi Teknik")
ADDRESSES = ("Jl. Letjen Suprapto Kav. 12, Jakarta Pusat", "Ruko Grand Boulevard C-8, Tangerang",
             "Jl. Soekarno-Hatta No. 431, Bandung", "Mangga Dua Mall Lt. 3 No. 45, Jakarta Utara",
             "Jl. Raya Bekasi Km 21 No. 9, Jakarta Timur")
PHONES = ("+622142887310", "+622155790426", "+622273512088", "+622162309157", "+622146834902")
#: Code, name, brand, words of the asset type, rupiah (made up), how many, vendor, room or ward.
MODELS = (
    ("CT-64", "CT scanner 64 slice", "Siemens", "kedokteran", 9_850_000_000, 1, 0, "Ruang CT Scan"),
    ("USG-4D", "USG 4 dimensi", "GE", "kedokteran", 685_000_000, 2, 0, "Poli Kebidanan"),
    ("VENT-1", "Ventilator ICU", "Dräger", "kedokteran", 415_000_000, 5, 1, None),
    ("DEF-1", "Defibrilator", "Zoll", "kedokteran", 138_000_000, 4, 1, "Ruang Resusitasi IGD"),
    ("MON-5", "Monitor pasien 5 parameter", "Mindray", "kedokteran", 42_500_000, 14, 1, None),
    ("INF-P", "Pompa infus", "Terumo", "kedokteran", 23_800_000, 16, 1, None),
    ("BED-E", "Ranjang elektrik 3 fungsi", "Paramount", "rumah tangga", 38_900_000, 24, 2, None),
    ("CHAIR-T", "Kursi tunggu 4 dudukan", "Chitose", "rumah tangga", 3_450_000, 40, 2, "Poli Penyakit Dalam"),
    ("AC-2", "AC split 2 PK", "Daikin", "rumah tangga", 9_200_000, 18, 4, "Ruang Direksi"),
    ("PC-1", "Komputer meja", "Lenovo", "komputer", 13_750_000, 22, 3, "Laboratorium Klinik"),
    ("AMB-1", "Ambulans", "Toyota HiAce", "angkutan darat bermotor", 612_000_000, 2, 0, None),
    ("GEN-1", "Genset 500 kVA", "Perkins", "alat besar", 1_480_000_000, 1, 4, None),
)


#: Codes of state property of models, where the list that comes along has one.
BMN = {"AMB-1": "3020105001", "GEN-1": "3010307010"}


def load_masters(world: World) -> None:
    session, units, rooms = world.session, world.things["units"], world.things["rooms"]
    vendors = [Vendor(code=f"VND-{index:03d}", name=name, address=ADDRESSES[index - 1],
                      phone=PHONES[index - 1],
                      email=f"penjualan{index}@vendor.example") for index, name in enumerate(VENDORS, 1)]
    session.add_all(vendors)
    types = list(session.scalars(sa.select(AssetType).order_by(AssetType.id)))
    models: dict[str, AssetModel] = {}
    serial = 0
    assets: list[Asset] = []
    for code, name, brand, words, price, count, _vendor, place in MODELS:
        kind = next((row for row in types if words in row.name.lower()), types[0])
        model = AssetModel(code=code, name=name, brand=brand, asset_type=kind, estimated_price=Decimal(price),
                           bmn_code=BMN.get(code))
        models[code] = model
        session.add(model)
        for number in range(count):
            serial += 1
            age = 400 + 97 * (serial % 23)
            assets.append(Asset(
                tag=f"AST-{(world.today - timedelta(days=age)).year}-{serial:06d}", name=name, brand=brand,
                asset_type=kind, asset_model=model, acquisition_cost=Decimal(price), vendor_id=None,
                acquired_on=world.today - timedelta(days=age), serial_number=f"{code}-{2000 + serial}",
                condition=PhysicalCondition.GOOD if serial % 11 else PhysicalCondition.SLIGHTLY_DAMAGED,
                work_unit_id=units[("MELATI", "ANGGREK", "ICU", "IGD", "RJ")[number % 5]].id,
                room_id=rooms[place].id if place else None, building_id=None))
    session.add_all(assets)
    session.flush()
    for asset in assets:
        if asset.room_id is None:
            asset.ward_id = None
            asset.building_id = world.things["buildings"]["B"].id
    session.flush()
    halls = _buildings(world, types)
    for asset in (*assets, *halls):
        opened(asset, by=world.users["facilities_staff"])
    for land in session.scalars(sa.select(Land).order_by(Land.id)):
        value_land(land, by=world.users["facilities_staff"])
    world.things.update(vendors=vendors, models=models, assets=assets, halls=halls)
    _facilities(world, models)


#: What each building is by the codes of state property.
HALLS = {"A": "4010106001", "B": "4010106001", "C": "4010106001", "D": "4010102001"}


def _buildings(world: World, types: list[AssetType]) -> list[Asset]:
    """The buildings themselves, in the books at what they cost since the day they were finished."""
    kind = next(row for row in types if "gedung" in row.name.lower())
    result = [Asset(
        name=building.name, asset_type=kind, acquisition_cost=building.cost,
        acquired_on=building.completed_on, bmn_code=HALLS[code],
        funding_source=FundingSource.APBD, work_unit_id=world.things["units"]["SARPRAS"].id,
        building_id=building.id, capitalised_building_id=building.id)
        for code, building in world.things["buildings"].items()]
    world.session.add_all(result)
    world.session.flush()
    return result


def _facilities(world: World, models: dict[str, AssetModel]) -> None:
    """What three classes promise, and what their rooms have; the last ICU room still waits for its
    ventilator."""
    session = world.session
    spare = {code: [asset for asset in world.things["assets"] if asset.asset_model is model]
             for code, model in models.items()}
    for class_code, wanted in (("VIP", ("BED-E", "AC-2")), ("KELAS1", ("BED-E",)),
                               ("ICU", ("VENT-1", "MON-5"))):
        room_class = session.scalar(sa.select(RoomClass).where(RoomClass.code == class_code))
        session.add_all(ClassFacility(room_class=room_class, asset_model=models[code], quantity=Decimal(1))
                        for code in wanted)
        for room in session.scalars(sa.select(InpatientRoom).where(InpatientRoom.room_class_id
                                                                   == room_class.id)
                                    .order_by(InpatientRoom.id)):
            session.add_all(RoomFacility(inpatient_room_id=room.id, asset_id=spare[code].pop().id,
                                         quantity=Decimal(1))
                            for code in wanted if spare[code])
    session.flush()


def plan(world: World) -> None:
    for hall in world.things["halls"]:
        world.at(world.moment(360, 9), _use(world, hall))
    for asset in world.things["assets"][:-6]:
        world.at(world.moment(min(360, (world.today - asset.acquired_on).days), 10), _use(world, asset))
    asset_year.plan(world)
    for days_ago in (300, 150):
        world.at(world.moment(days_ago, 10), _planned(world))


def _use(world: World, asset: Asset) -> Callable[[], None]:
    def use() -> None:
        world.do(asset, "put_into_use", "facilities_staff")
        maintenance.used(world, asset)
    return use


def _planned(world: World) -> Callable[[], None]:
    def begin() -> None:
        _plan_document(world, ("submit", "approve"))
    return begin


def _plan_document(world: World, steps: tuple[str, ...]) -> AssetPlan:
    author = world.users[world.rng.choice(("unit_user", "unit_user3", "unit_user6"))]
    chosen = world.rng.sample(sorted(world.things["models"]), 3)
    document = AssetPlan(created_by=author, work_unit_id=author.work_unit_id,
                         budget_year=world.today.year + 1, lines=[
        AssetPlanLine(work_unit_id=author.work_unit_id, asset_model=world.things["models"][code],
                      budget_year=world.today.year + 1, quantity=world.rng.randrange(1, 5),
                      estimated_price=world.things["models"][code].estimated_price,
                      justification="Menggantikan alat yang sering rusak") for code in chosen])
    open_(world, document, author)
    walk(world, document, author, steps)
    return document


def _mend(world: World, steps: tuple[str, ...], cost: int = 0) -> None:
    author = world.users[world.rng.choice(("unit_user", "unit_user2"))]
    mine = [asset for asset in world.things["assets"] if asset.work_unit_id == author.work_unit_id]
    document = Maintenance(
        created_by=author, work_unit_id=author.work_unit_id, estimated_cost=Decimal(cost),
        lines=[MaintenanceLine(
            asset=world.rng.choice(mine or world.things["assets"]),
            fault="Layar berkedip dan alarm tidak berbunyi")])
    open_(world, document, author)
    walk(world, document, author, steps)


def load_open(world: World) -> None:
    steps: tuple[str, ...]
    for steps in ((), ("submit",), ("submit",), ("submit", "reject"), ("cancel",)):
        _plan_document(world, steps)
    for code, quantity, steps in (("MON-5", 2, ()), ("VENT-1", 1, ("submit",)),
                                  ("DEF-1", 1, ("submit", "approve")),
                                  ("USG-4D", 1, ("submit", "approve", "approve_payment")),
                                  ("CT-64", 1, ("submit", "approve", "approve_payment", "approve_limit")),
                                  ("PC-1", 3, ("submit", "approve", "approve_payment", "send")),
                                  ("AC-2", 2, ("submit", "reject")), ("PC-1", 5, ("cancel",)),
                                  ("CHAIR-T", 8, ("submit", "approve", "approve_payment", "send", "close"))):
        asset_year.procure(world, code, quantity, steps)
    for cost, steps in ((0, ()), (0, ("submit",)), (18_500_000, ("submit", "approve")),
                        (2_400_000, ("submit", "approve", "approve_payment")), (0, ("submit", "reject")),
                        (0, ("cancel",))):
        _mend(world, steps, cost)
    _plan_document(world, ("submit", "approve", "close"))
    asset_year.load_open(world)
