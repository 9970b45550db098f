"""Patients of the demo: names that fit the sex, families whose ages fit."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from models import actor, clock
from models.clinic import BloodType, ConsentKind, MaritalStatus, Patient, Payer, Relation, Sex
from models.operations.clinic import allergies, patients
from models.operations.core.approvals import perform
from models.operations.setup.demo.clinic_names import CHILDREN, MEN, WOMEN
from models.operations.setup.demo.world import World
from models.organisation import Region
from models.patient_allergies import AllergySeverity
from models.people import User, UserRole
from models.roles import Role


def synthetic_nik(region: str, born: date, sex: Sex, serial: int) -> str:
    """A NIK of valid form whose serial (9000 and up) marks it as made up."""
    day = born.day + (40 if sex is Sex.FEMALE else 0)
    return f"{region}{day:02d}{born:%m%y}{9000 + serial:04d}"


VILLAGES = ("32.73.05.1001", "31.74.01.1001", "33.74.01.1001")
STREETS = ("Jl. Cihampelas", "Jl. Dago", "Jl. Setiabudi", "Jl. Pasteur", "Jl. Merdeka", "Gg. Melati",
           "Jl. Kebon Jeruk", "Jl. Pahlawan", "Gg. Mawar", "Jl. Sukajadi", "Jl. Ahmad Yani", "Jl. Buah Batu")
#: Ages of the demo's own patients: a mother of a boy of seven, and a father.
OWN_AGES = (34, 41)


def load(world: World) -> None:
    """Thirty registrations of a year ago; the first two are the demo's own patients."""
    world.things["villages"] = [code for code in VILLAGES if world.session.get(Region, code) is not None]
    people = Random(312)  # their own, so names and ages leave the rest of the hospital as it was
    world.things["people"] = people
    everybody = [register(world, index) for index in range(30)]
    admin = world.users["admin"]
    for patient in everybody[:29]:
        perform(patient, "approve", by=admin)
    perform(everybody[29], "reject", by=admin, reason="Data diri tidak dapat dibaca. Mohon daftar ulang.")
    perform(everybody[28], "suspend", by=admin, reason="Permintaan pasien sendiri")
    world.things["patients"] = everybody
    mothers = [patient for patient in everybody[2:25] if patient.sex is Sex.FEMALE
               and 24 <= patient.age_on(world.today) <= 42]
    world.things["regulars"] = [*everybody[:26], *_dependants(world, everybody[0], admin),
                                *_children(world, mothers, admin)]


def _born(world: World, age: int) -> date:
    """A birth date of somebody who is `age` today."""
    dice: Random = world.things["people"]
    return world.today - timedelta(days=age * 365 + age // 4 + dice.randrange(1, 360))


def _dependants(world: World, guardian: Patient, admin: User) -> list[Patient]:
    """The demo's first patient keeps the profiles of a child and of her mother."""
    family = (("Bima Adi Lestari", Relation.CHILD, 7, Sex.MALE), ("Sumiati", Relation.PARENT, 61, Sex.FEMALE))
    return [_dependant(world, guardian, admin, name, relation, _born(world, age), sex)
            for name, relation, age, sex in family]


def _children(world: World, mothers: list[Patient], admin: User) -> list[Patient]:
    """Small children whose mothers could have them."""
    return [_dependant(world, mother, admin, name, Relation.CHILD, _born(world, age), sex)
            for mother, (name, sex, age) in zip(mothers, CHILDREN, strict=False)
            if mother.age_on(world.today) - age >= 20]


def _dependant(world: World, guardian: Patient, admin: User, name: str, relation: Relation, born: date,
               sex: Sex) -> Patient:
    assert guardian.user is not None
    actor.set_actor(guardian.user_id, actor.Door.PORTAL, "10.20.0.5")
    person = patients.register_dependant(guardian, by=guardian.user, relation=relation, name=name,
                                         birth_date=born, sex=sex, consents=list(ConsentKind))
    person.address, person.region_code, person.payer = (guardian.address, guardian.region_code,
                                                        guardian.payer)
    if relation == Relation.PARENT:
        allergies.note(person, "golongan sulfa", by=guardian.user, reaction="ruam merah",
                       severity=AllergySeverity.MODERATE)
    else:
        age = person.age_on(world.today)
        person.height_cm, person.weight_kg = Decimal(75 + 6 * age), Decimal(8 + 2 * age)
    actor.set_actor(admin.id)
    perform(person, "approve", by=admin)
    return person


def register(world: World, index: int) -> Patient:
    """Patient number `index`, as the portal registers one."""
    dice: Random = world.things["people"]
    villages = world.things["villages"]
    sex = Sex.FEMALE if index % 2 == 0 else Sex.MALE
    age = OWN_AGES[index] if index < 2 else dice.choice((dice.randrange(19, 45), dice.randrange(30, 78)))
    born = _born(world, age)
    if index < 2:
        account = world.users[("patient", "patient2")[index]]
    else:
        name = (WOMEN if sex is Sex.FEMALE else MEN)[index // 2]
        account = User(name=name, email=f"pasien{index}@demo.rawat", is_demo=True,
                       email_confirmed_at=clock.now(), user_roles=[UserRole(role=Role.PATIENT)])
        world.session.add(account)
        world.session.flush()
    actor.set_actor(account.id, actor.Door.PORTAL, "10.20.0.5")
    patient = patients.register_account(account, birth_date=born, sex=sex, consents=list(ConsentKind),
                                        number=synthetic_nik("327305", born, sex, index + 1))
    tall = 152 if sex is Sex.FEMALE else 163
    patient.height_cm = Decimal(tall + dice.randrange(18))
    patient.weight_kg = Decimal(48 + dice.randrange(36))
    network = dice.choice(("812", "813", "821", "852", "857", "878"))
    patient.phone = f"+62{network}{dice.randrange(10**7, 10**8)}"
    patient.address = f"{dice.choice(STREETS)} No. {dice.randrange(2, 190)}"
    patient.payer = dice.choice((Payer.BPJS, Payer.BPJS, Payer.SELF, Payer.INSURANCE))
    patient.blood_type = dice.choice((BloodType.A, BloodType.B, BloodType.O_POSITIVE, None))
    patient.marital_status = MaritalStatus.SINGLE if age < 24 else MaritalStatus.WIDOWED if age > 70 \
        else MaritalStatus.MARRIED
    if index % 7 == 0:
        allergies.note(patient, ("Ponstan", "amoksisilin", "CTM")[index // 7 % 3], by=account,
                       reaction=("biduran", "bibir bengkak", "sangat mengantuk")[index // 7 % 3])
    patient.region_code = villages[index % len(villages)] if villages else None
    world.session.flush()
    return patient
