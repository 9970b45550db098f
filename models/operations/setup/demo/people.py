"""Work units, employees and the demo accounts."""

from __future__ import annotations

import sqlalchemy as sa
from argon2 import PasswordHasher

from models import clock
from models.journal import Account
from models.operations.people import credentials
from models.operations.setup.demo.world import World
from models.organisation import Employee, Setting, WorkUnit
from models.people import User, UserRole
from models.roles import Role

PASSWORD = "rawat-demo-2026"  # noqa: S105  (the demo's password stands in the README)

UNITS = (
    ("MELATI", "Rawat Inap Melati"), ("ANGGREK", "Rawat Inap Anggrek"), ("MAWAR", "Rawat Inap Mawar (Anak)"),
    ("IGD", "Instalasi Gawat Darurat"), ("ICU", "Instalasi Perawatan Intensif"),
    ("IBS", "Instalasi Bedah Sentral"),
    ("RJ", "Rawat Jalan"), ("LAB", "Laboratorium"), ("RAD", "Radiologi"), ("FAR", "Instalasi Farmasi"),
    ("GIZI", "Instalasi Gizi"), ("CSSD", "CSSD dan Laundry"), ("SARPRAS", "Sarana dan Prasarana"),
    ("KEU", "Keuangan"), ("REKMED", "Rekam Medis"), ("DIR", "Direksi"),
)
#: Role → the person who plays it, and their work unit.
ACCOUNTS: dict[str, tuple[str, str | None]] = {
    "admin": ("Bagus Prasetyo", "SARPRAS"),
    "facilities_staff": ("Dewi Anggraini", "SARPRAS"),
    "store_staff": ("Yoga Pratama", "FAR"),
    "store_head": ("Sri Wahyuni", "FAR"),
    "facilities_head": ("Hendra Wijaya", "SARPRAS"),
    "payables": ("Ratna Kusumaningtyas", "KEU"),
    "receivables": ("Agus Setiawan", "KEU"),
    "unit_user": ("Ns. Siti Rahmawati", "MELATI"),
    "front_office": ("Intan Permatasari", "RJ"),
    "housekeeping": ("Slamet Riyadi", "CSSD"),
    "director": ("dr. Maya Lestari, M.A.R.S.", "DIR"),
    "doctor": ("dr. Andi Rahmat Hidayat, Sp.JP", "RJ"),
    "patient": ("Ratna Dewi Lestari", None),
    "student": ("Fajar Alamsyah", None),
    "teacher": ("Dr. Wulan Sari, M.Kom.", None),
}
SECOND = {
    "store_staff2": ("store_staff", "Eko Saputra", "SARPRAS"),
    "unit_user2": ("unit_user", "Ns. Bayu Nugroho", "IGD"),
    "housekeeping2": ("housekeeping", "Sumarni", "CSSD"),
    "doctor2": ("doctor", "dr. Bambang Sutrisno, Sp.PD", "RJ"),
    "patient2": ("patient", "Budi Santoso", None),
}
#: More staff, so that several people write and approve; they cannot sign in (no password).
MORE = (
    ("facilities_staff3", "facilities_staff", "Nur Hidayah", "SARPRAS"),
    ("unit_user3", "unit_user", "Ns. Kartika Putri", "ICU"),
    ("unit_user4", "unit_user", "Ns. Dian Purnama", "ANGGREK"),
    ("unit_user5", "unit_user", "Rizki Maulana, A.Md.Kes.", "LAB"),
    ("unit_user6", "unit_user", "Ns. Lina Marlina", "IBS"),
    ("unit_user7", "unit_user", "Putu Ayu Wulandari", "GIZI"),
    ("unit_user8", "unit_user", "Ns. Yohana Tobing", "MAWAR"),
    ("housekeeping3", "housekeeping", "Tukiman", "CSSD"),
)
EMPLOYEES = (
    ("Slamet Riyadi", "Petugas kebersihan", "CSSD"), ("Tukiman", "Petugas kebersihan", "CSSD"),
    ("Sumarni", "Petugas kebersihan", "CSSD"), ("Joko Susilo", "Teknisi elektromedis", "SARPRAS"),
    ("Arif Budiman", "Teknisi listrik", "SARPRAS"), ("Wahyu Hidayat", "Teknisi AC", "SARPRAS"),
    ("Yoga Pratama", "Petugas gudang", "FAR"), ("Eko Saputra", "Petugas gudang", "SARPRAS"),
    ("Rina Astuti", "Apoteker", "FAR"), ("Hartono", "Sopir ambulans", "IGD"),
)


def load(world: World) -> None:
    session = world.session
    session.add_all(Setting(key=f"hospital.{key}", value=value) for key, value in (
        ("name", "RSUD Tirta Husada"), ("phone", "(0321) 555-0123"),
        ("address", "Jl. Raya Husada 1, Mojokerto"), ("city", "Mojokerto"),
        ("hours", "Senin–Sabtu 07.00–20.00")))
    expense = session.scalar(sa.select(Account).where(Account.code == "593211"))
    world.things["expense_account"] = expense.id if expense else None
    units = {code: WorkUnit(code=code, name=name, account=expense) for code, name in UNITS}
    session.add_all(units.values())
    session.flush()
    world.things["units"] = units
    stored = PasswordHasher(time_cost=1, memory_cost=47104, parallelism=1).hash(PASSWORD)
    rows = [(role, role, name, unit, True) for role, (name, unit) in ACCOUNTS.items()]
    rows += [(key, role, name, unit, True) for key, (role, name, unit) in SECOND.items()]
    rows += [(key, role, name, unit, False) for key, role, name, unit in MORE]
    for key, role, name, unit, signs_in in rows:
        user = User(name=name, email=f"{key}@demo.rawat", is_demo=True,
                    work_unit=units[unit] if unit else None,
                    email_confirmed_at=clock.now(), user_roles=[UserRole(role=Role(role))])
        credentials.set_password(user, stored if signs_in else None)
        session.add(user)
        world.users[key] = user
    session.flush()
    accounts = {user.name: user for user in world.users.values()}
    for index, (name, position, unit) in enumerate(EMPLOYEES, 1):
        account = accounts.get(name)
        session.add(Employee(code=f"PEG-{index:03d}", name=name, position=position, work_unit=units[unit],
                             user_id=account.id if account else None, phone=f"+6281200{index:06d}"))
    session.flush()
