"""Doctors with their hours, patients, and consultations with what was said in them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import sqlalchemy as sa
from faker import Faker

from models import actor, clock
from models.clinic import (
    BloodType,
    ConsentKind,
    Doctor,
    DoctorSchedule,
    MaritalStatus,
    Patient,
    Payer,
    Relation,
    Sex,
    Specialization,
)
from models.consultations import Consultation, ConsultationState
from models.errors import Refused
from models.items import Item
from models.operations.clinic import (
    absences,
    clinical,
    consultations,
    conversations,
    duty,
    merging,
    patients,
    prescriptions,
    schedules,
    slots,
)
from models.operations.core.approvals import perform
from models.operations.setup.demo.clinic_talk import NOTES, PRESCRIBED, TALKS
from models.operations.setup.demo.world import World
from models.organisation import Region
from models.people import User, UserRole
from models.prescriptions import LetterKind, Prescription, PrescriptionState
from models.roles import Role
from models.stock import Store

#: Key of the account, name, specialisation, minutes, fee, languages, weekdays, hours.
DOCTORS = (
    ("doctor", "dr. Andi Rahmat Hidayat, Sp.JP", "Sp.JP", 20, 175_000, "id,en", (0, 1, 3, 4), (8, 12)),
    ("doctor2", "dr. Bambang Sutrisno, Sp.PD", "Sp.PD", 15, 150_000, "id,jv", (0, 2, 4), (9, 13)),
    (None, "dr. Ni Luh Ayu Kartika, Sp.A", "Sp.A", 15, 150_000, "id,en,ban", (1, 2, 3, 5), (8, 11)),
    (None, "dr. Maria Tobing, Sp.D.V.E", "Sp.DVE", 15, 140_000, "id,en", (0, 3), (13, 16)),
    (None, "dr. Yohanes Wibisono, Sp.N", "Sp.N", 20, 165_000, "id,en", (1, 4), (9, 12)),
    (None, "dr. Siti Khadijah Nasution, Sp.OG", "Sp.OG", 20, 170_000, "id", (0, 1, 2, 3), (13, 16)),
    (None, "dr. Hasan Basri Lubis, Sp.P", "Sp.P", 15, 155_000, "id,en", (2, 4), (8, 11)),
    (None, "dr. Grace Natalia Siregar, Sp.M", "Sp.M", 15, 145_000, "id,en", (1, 5), (9, 12)),
    (None, "dr. I Made Surya Dharma, Sp.B", "Sp.B", 20, 160_000, "id,ban", (3, 5), (13, 15)),
    (None, "dr. Fitri Handayani, Sp.KJ", "Sp.KJ", 30, 200_000, "id,en", (0, 2), (14, 17)),
)
COMPLAINTS = tuple(TALKS)


def load_masters(world: World) -> None:
    session = world.session
    specialties = list(session.scalars(sa.select(Specialization).order_by(Specialization.id)))
    doctors = []
    dice = Random(310)  # their own: the licences leave the rest of the hospital as it was
    for index, (key, name, code, minutes, fee, languages, days, (first, last)) in enumerate(DOCTORS, 1):
        kind = next((row for row in specialties if row.code.replace(".", "") == code.replace(".", "")),
                    specialties[index])
        user = world.users.get(key) if key else User(
            name=name, email=f"dokter{index}@demo.rawat", is_demo=True, email_confirmed_at=clock.now(),
            work_unit=world.things["units"]["RJ"], user_roles=[UserRole(role=Role.DOCTOR)])
        doctor = Doctor(
            name=name, user=user, specialization=kind, fee=Decimal(fee), languages=languages,
            str_number=f"{dice.randrange(31, 34)}{dice.randrange(10**13, 10**14)}",
            str_expires_on=world.today + timedelta(days=40 if index == 5 else 900),
            sip_number=f"446/{dice.randrange(120, 2900):04d}/DPMPTSP/{dice.randrange(2022, 2026)}",
            sip_expires_on=world.today + timedelta(days=700),
            biography=f"Berpraktik sejak {2006 + index}. Anggota IDI cabang setempat.",
            schedules=[DoctorSchedule(weekday=day, starts_at=time(first), ends_at=time(last),
                                      slot_minutes=minutes)
                       for day in days])
        doctors.append(doctor)
        session.add(doctor)
    _general_practitioner(world, specialties)
    session.flush()
    world.things["doctors"] = doctors
    _patients(world)


def _general_practitioner(world: World, specialties: list[Specialization]) -> None:
    """Who looks first where it is not plain which doctor it is; beside the others, whose months are told."""
    name = "dr. Rini Puspitasari"
    world.session.add(Doctor(
        name=name, specialization=next(row for row in specialties if row.code == "dr."), fee=Decimal(75_000),
        user=User(name=name, email="dokter11@demo.rawat", is_demo=True, email_confirmed_at=clock.now(),
                  work_unit=world.things["units"]["RJ"], user_roles=[UserRole(role=Role.DOCTOR)]),
        languages="id,en", str_number="3310999900001111", str_expires_on=world.today + timedelta(days=800),
        sip_number="446/2950/DPMPTSP/2025", sip_expires_on=world.today + timedelta(days=700),
        biography="Dokter umum. Anggota IDI cabang setempat.",
        schedules=[DoctorSchedule(weekday=day, starts_at=time(8), ends_at=time(16), slot_minutes=15)
                   for day in range(6)]))


def synthetic_nik(region: str, born: date, sex: Sex, serial: int) -> str:
    """A NIK of valid form whose serial (9000 and up) marks it as made up."""
    day = born.day + (40 if sex is Sex.FEMALE else 0)
    return f"{region}{day:02d}{born:%m%y}{9000 + serial:04d}"


VILLAGES = ("32.73.05.1001", "31.74.01.1001", "33.74.01.1001")


def _patients(world: World) -> None:
    """Thirty registrations of a year ago; the first two are the demo's own patients."""
    fake = Faker("id_ID")
    fake.seed_instance(world.rng.randrange(10**9))
    world.things["fake"] = fake
    world.things["villages"] = [code for code in VILLAGES if world.session.get(Region, code) is not None]
    everybody = [_register(world, index) for index in range(30)]
    admin = world.users["admin"]
    for patient in everybody[:29]:
        perform(patient, "approve", by=admin)
    perform(everybody[29], "reject", by=admin, reason="Data diri tidak dapat dibaca. Mohon daftar ulang.")
    perform(everybody[28], "suspend", by=admin, reason="Permintaan pasien sendiri")
    world.things["patients"] = everybody
    _dependants(world, everybody[0], admin)


def _dependants(world: World, guardian: Patient, admin: User) -> None:
    """The demo's first patient keeps the profiles of a child and of her mother."""
    assert guardian.user is not None
    for name, relation, born, sex in (
            ("Bima Adi Lestari", Relation.CHILD, date(world.today.year - 7, 3, 4), Sex.MALE),
            ("Sumiati", Relation.PARENT, date(world.today.year - 71, 11, 9), Sex.FEMALE)):
        actor.set_actor(guardian.user_id, actor.Door.PORTAL, "10.20.0.5")
        person = patients.register_dependant(guardian, by=guardian.user, relation=relation, name=name,
                                             birth_date=born,
                                             sex=sex, consents=list(ConsentKind))
        person.address, person.region_code, person.payer = (
            guardian.address,
            guardian.region_code, guardian.payer,
        )
        if relation == Relation.PARENT:
            person.allergies = "Sulfa"
        else:
            person.height_cm, person.weight_kg = Decimal(121), Decimal("22.5")
        actor.set_actor(admin.id)
        perform(person, "approve", by=admin)


def _register(world: World, index: int) -> Patient:
    """Patient number `index`, as the portal registers one."""
    fake, villages = world.things["fake"], world.things["villages"]
    sex = Sex.FEMALE if index % 2 == 0 else Sex.MALE
    born = date(1955 + world.rng.randrange(50), world.rng.randrange(1, 13), world.rng.randrange(1, 28))
    if index < 2:
        account = world.users[("patient", "patient2")[index]]
    else:
        name = fake.first_name_female() if sex is Sex.FEMALE else fake.first_name_male()
        account = User(name=f"{name} {fake.last_name()}", email=f"pasien{index}@demo.rawat", is_demo=True,
                       email_confirmed_at=clock.now(), user_roles=[UserRole(role=Role.PATIENT)])
        world.session.add(account)
        world.session.flush()
    actor.set_actor(account.id, actor.Door.PORTAL, "10.20.0.5")
    patient = patients.register_account(account, birth_date=born, sex=sex, consents=list(ConsentKind),
                                        number=synthetic_nik("327305", born, sex, index + 1))
    patient.height_cm = Decimal(150 + world.rng.randrange(30))
    patient.weight_kg = Decimal(45 + world.rng.randrange(40))
    patient.phone = f"+62812345{index:05d}"
    patient.address = fake.street_address().replace("No. 0", "No. 17")
    patient.payer = world.rng.choice((Payer.BPJS, Payer.BPJS, Payer.SELF, Payer.INSURANCE))
    patient.blood_type = world.rng.choice((BloodType.A, BloodType.B, BloodType.O_POSITIVE, None))
    patient.marital_status = world.rng.choice(list(MaritalStatus)[:2])
    patient.allergies = "Amoksisilin" if index % 7 == 0 else None
    patient.region_code = villages[index % len(villages)] if villages else None
    world.session.flush()
    return patient


def plan(world: World) -> None:
    """Consultations over the last months, most of them finished."""
    for index in range(44):
        days_ago = 170 - 4 * index + world.rng.randrange(0, 3)
        if days_ago > 2:
            world.at(world.moment(days_ago, 9, world.rng.randrange(60)), _visit(world, index))


def _book(world: World, patient: Patient, doctor: Doctor, first: date, complaint: str) -> Consultation | None:
    for offset in range(12):
        free = slots.free_slots(doctor, first + timedelta(days=offset), patient=patient)
        if free:
            slot = free[world.rng.randrange(min(4, len(free)))]
            owner = patient.user
            assert owner is not None
            actor.set_actor(owner.id, actor.Door.PORTAL, "10.20.0.5")
            try:
                return consultations.request(patient, doctor, slot.starts_at, complaint, by=owner,
                                             payer=patient.payer)
            except Refused:
                return None
    return None


def _visit(world: World, index: int) -> Callable[[], None]:
    def ask() -> None:
        everybody, doctors = world.things["patients"], world.things["doctors"]
        patient = everybody[0] if index % 6 == 0 else everybody[1 + index % 25]
        doctor = doctors[index % len(doctors)] if index % 3 else doctors[index % 2]
        complaint = COMPLAINTS[index % len(COMPLAINTS)]
        made = _book(world, patient, doctor, clock.today() + timedelta(days=1), complaint)
        if made is None:
            return
        if index % 11 == 4:
            world.at(clock.now() + timedelta(hours=4), lambda: world.do(made, "reject", "admin",
                                                      reason="Keluhan ini perlu pemeriksaan langsung. "
                                                             "Datang ke poli."))
            return
        world.at(clock.now() + timedelta(hours=3), lambda: world.do(made, "approve", "admin"))
        if index % 9 == 5:
            world.at(clock.now() + timedelta(hours=5), lambda: _cancel(world, made))
            return
        start = made.starts_at
        if index % 10 == 7:
            world.at(start + timedelta(hours=2), lambda: world.do(made, "no_show", "admin"))
            return
        world.at(start, lambda: talk(world, made, finish=True))
    return ask


def _people(made: Consultation) -> tuple[User, User]:
    """Doctor and patient, who both have accounts here."""
    assert made.doctor.user is not None
    assert made.patient.user is not None
    return made.doctor.user, made.patient.user


def _cancel(world: World, made: Consultation) -> None:
    _doctor, patient = _people(made)
    if consultations.can_still_change(made, patient):
        world.do(made, "cancel", patient, reason="Ada keperluan keluarga")


def talk(world: World, made: Consultation, *, finish: bool, most: int = 99) -> None:
    """The doctor starts, both write; the doctor ends with note, diagnosis and perhaps a prescription."""
    # asked for on a Saturday, the hour came before the office did
    if made.state != ConsultationState.APPROVED:
        return
    doctor, patient = _people(made)
    world.do(made, "start", doctor)
    lines = TALKS[made.complaint][:most]
    for number, (side, text) in enumerate(lines):
        clock.freeze(made.starts_at + timedelta(minutes=number))
        by = doctor if side == "d" else patient
        actor.set_actor(by.id, actor.Door.PORTAL, "10.20.0.5")
        conversations.send_message(made, text, by=by,
                                   client_id=str(uuid.UUID(int=world.rng.getrandbits(128))))
    if not finish:
        return
    conversations.mark_read(made, by=patient)
    conversations.mark_read(made, by=doctor)
    note = NOTES[made.complaint]
    clinical.write_note(made, by=doctor, subjective=note[0], objective=note[1], assessment=note[2],
                        plan=note[3])
    clinical.add_diagnosis(made, note[4], by=doctor)
    if world.rng.random() < 0.6:
        _prescribe(world, made, doctor, note[5])
    if world.rng.random() < 0.2:
        clinical.write_letter(made, LetterKind.SICK, by=doctor, sick_from=clock.today(),
                              sick_until=clock.today() + timedelta(days=2), body="Perlu istirahat.")
    world.do(made, "complete", doctor)
    if world.rng.random() < 0.7:
        clinical.rate(made, world.rng.choice((4, 5, 5, 5)), by=patient,
                      comment="Penjelasannya jelas, terima kasih.")


def _prescribe(world: World, made: Consultation, doctor: Any, medicine: str) -> None:
    item = world.session.scalar(sa.select(Item).where(Item.name == medicine))
    if item is None:
        return
    quantity, how, dose, often, days = PRESCRIBED[medicine]
    unit = world.things["units_of"][item.id][0]
    prescription = prescriptions.prescribe(
        made, [prescriptions.Medicine(unit, Decimal(quantity), how, dose, often, days)], by=doctor)
    world.do(prescription, "issue", doctor)
    if world.rng.random() < 0.88 and clock.today() < world.today - timedelta(days=5):
        world.at(world.later(2), lambda: _fetch(world, prescription))
    world.at(world.later(14 * 24), lambda: _lapse(world, prescription, doctor))


def _fetch(world: World, prescription: Prescription) -> None:
    """Somebody comes for the medicine; a store that has it gives it."""
    held = prescriptions.available([line.item_id for line in prescription.lines])
    store = next((key for key in sorted(held[prescription.lines[0].item_id]) if all(
        held[line.item_id].get(key, 0) >= line.base_quantity for line in prescription.lines)), None)
    if store is not None:
        world.do(prescription, "dispense", "store_staff", store=world.session.get(Store, store),
                 received_by="Keluarga pasien")


def _lapse(world: World, prescription: Prescription, doctor: User) -> None:
    if prescription.state == PrescriptionState.ISSUED:
        world.do(prescription, "cancel", doctor, reason="Tidak diambil dalam 14 hari")


def load_open(world: World) -> None:
    """This morning: requests that wait, approved ones in the days ahead, one conversation under way."""
    for index in range(30, 34):
        _register(world, index)
    everybody, doctors = world.things["patients"], world.things["doctors"]
    tomorrow = world.today + timedelta(days=1)
    me, other = everybody[0], everybody[1]
    coming = _book(world, me, doctors[0], tomorrow, COMPLAINTS[0])
    if coming:
        world.do(coming, "approve", "admin")
    waiting = _book(world, other, doctors[0], tomorrow, COMPLAINTS[1])
    assert waiting is None or waiting.state == ConsultationState.REQUESTED
    for index in range(6):
        made = _book(world, everybody[3 + index], doctors[index % len(doctors)], tomorrow,
                     COMPLAINTS[(index + 2) % len(COMPLAINTS)])
        if made and index % 2:
            world.do(made, "approve", "admin")
    for patient, doctor in ((me, doctors[1]), (everybody[5], doctors[0])):
        made = _seen_now(patient, doctor, COMPLAINTS[2])
        _open_talk(world, made)
        _prescribe(world, made, made.doctor.user, NOTES[made.complaint][5])
    for patient, complaint in ((everybody[14], COMPLAINTS[4]), (everybody[17], COMPLAINTS[1])):
        _wait_in_line(patient, complaint)
    leaver = everybody[29 - 2]
    world.do(leaver, "close", leaver.user)
    back = everybody[26]
    world.do(back, "close", back.user)
    world.do(back, "readmit", "admin", identity_checked=True, consents_given=True)
    _registered_twice(world, everybody[25])
    moved = _book(world, everybody[9], doctors[2], tomorrow + timedelta(days=1), COMPLAINTS[3])
    if moved:
        free = slots.next_free(doctors[2], after=moved.starts_at + timedelta(days=1), patient=everybody[9])
        if free:
            consultations.reschedule(moved, free[0].starts_at, by=everybody[9].user,
                                     reason="Bentrok jadwal kerja")


def _registered_twice(world: World, kept: Patient) -> None:
    """Somebody who forgot the first account made another one; the office made one record of both."""
    account = User(name=kept.name, email="pasien25.lama@demo.rawat", is_demo=True,
                   email_confirmed_at=clock.now(),
                   user_roles=[UserRole(role=Role.PATIENT)])
    world.session.add(account)
    world.session.flush()
    actor.set_actor(account.id, actor.Door.PORTAL, "10.20.0.5")
    twice = patients.register_account(account, birth_date=kept.birth_date, sex=kept.sex,
                                      consents=list(ConsentKind),
                                      phone="+6281234599925", allergies="Udang")
    world.do(twice, "approve", "admin")
    merging.merge(twice, kept, by=world.users["admin"])


def _wait_in_line(patient: Patient, complaint: str) -> None:
    """The patient asks to be seen now."""
    assert patient.user is not None
    actor.set_actor(patient.user.id, actor.Door.PORTAL, "10.20.0.5")
    duty.join(patient, complaint, by=patient.user, payer=patient.payer)


def _seen_now(patient: Patient, doctor: Doctor, complaint: str) -> Consultation:
    """The doctor is on duty for some hours, and takes the patient, who comes without an appointment."""
    assert doctor.user is not None
    actor.set_actor(doctor.user.id, actor.Door.BACK_OFFICE, "10.20.0.9")
    until = (clock.local(clock.now()) + timedelta(hours=5)).time().replace(minute=0, second=0, microsecond=0)
    duty.switch_on(doctor, until, by=doctor.user)
    _wait_in_line(patient, complaint)
    actor.set_actor(doctor.user.id, actor.Door.BACK_OFFICE, "10.20.0.9")
    return duty.take_next(doctor, by=doctor.user)


def _open_talk(world: World, made: Consultation) -> None:
    """A conversation that has begun; the last message is unread."""
    doctor, patient = _people(made)
    for side, text in TALKS[made.complaint][:3]:
        by = doctor if side == "d" else patient
        actor.set_actor(by.id, actor.Door.PORTAL, "10.20.0.5")
        conversations.send_message(made, text, by=by,
                                   client_id=str(uuid.UUID(int=world.rng.getrandbits(128))))


def load_today(world: World) -> None:
    """The doctors' day: extra hours from morning to evening, a queue, and a colleague who will be away."""
    everybody, doctors = world.things["patients"], world.things["doctors"]
    admin = world.users["admin"]
    for doctor, count in ((doctors[0], 4), (doctors[1], 2)):
        if not slots.offered(doctor, world.today, world.today):
            schedules.add_extra(doctor, by=admin, on=world.today, starts=time(8), ends=time(20), minutes=20,
                                reason="Praktik tambahan")
        for index in range(count):
            patient = everybody[10 + 3 * index + (doctor is doctors[1])]
            made = _book(world, patient, doctor, world.today, COMPLAINTS[index % len(COMPLAINTS)])
            if made:
                world.do(made, "approve", "admin")
    absences.away(doctors[4], world.today + timedelta(days=6), {}, "Simposium nasional", by=admin)
