"""Doctors with their hours, patients, and consultations with what was said in them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import sqlalchemy as sa

from models import actor, clock
from models.clinic import (
    ConsentKind,
    Doctor,
    DoctorSchedule,
    Patient,
    PatientState,
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
    dispensing,
    duty,
    merging,
    overdue,
    patients,
    prescriptions,
    schedules,
    slots,
)
from models.operations.setup.demo import clinic_people, rare
from models.operations.setup.demo.clinic_talk import BY_COMPLAINT, CASES, PRESCRIBED, Case
from models.operations.setup.demo.world import World
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
    (None, "dr. Rizky Amelia", "dr.", 15, 75_000, "id,en", (0, 1, 2, 3, 4, 5), (8, 14)),
    (None, "dr. Galih Prakoso", "dr.", 15, 75_000, "id,jv", (0, 1, 2, 3, 4), (14, 20)),
)
#: Weeks before today with about thirty consultations each; before them two a week.
BUSY_WEEKS, A_WEEK, BEFORE = 4, 30, 2


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
    session.flush()
    world.things["doctors"] = doctors
    clinic_people.load(world)


def plan(world: World) -> None:
    """Consultations at many hours of all working days, thirty a week lately, most of them finished; each
    week what nobody fetched or answered ends by itself."""
    dice = world.rng
    for ago in range(170, 1, -1):
        day = world.today - timedelta(days=ago)
        if day.weekday() == 6:
            continue
        a_week = A_WEEK if ago <= 7 * BUSY_WEEKS else BEFORE
        for _ in range(a_week // 6 + (dice.randrange(6) < a_week % 6)):
            world.at(world.on(day, 6.5, 21), lambda: _visit(world))
        if day.weekday() == 5:
            world.at(world.on(day, 21, 21.5), lambda: _what_lapses())


def _what_lapses() -> None:
    overdue.expire()
    dispensing.expire()


def _case_for(world: World, doctor: Doctor, patient: Patient) -> Case | None:
    """A complaint for this doctor that this person can have."""
    title, age = doctor.specialization.code.replace(".", ""), patient.age_on(clock.today())
    fit = [case for case in CASES if case.title.replace(".", "") == title and case.fits(patient.sex, age)]
    return world.rng.choice(fit) if fit else None


def _pair(world: World) -> tuple[Patient, Doctor, Case] | None:
    """Somebody, a doctor (half of the time a general practitioner) and what they come with."""
    doctors, dice = world.things["doctors"], world.rng
    doctor = doctors[dice.choice((10, 11))] if dice.random() < 0.45 else dice.choice(doctors[:10])
    able = [(patient, case) for patient in world.things["regulars"] if patient.state == PatientState.ACTIVE
            and (case := _case_for(world, doctor, patient)) is not None]
    if not able:
        return None
    patient, case = dice.choice(able)
    return patient, doctor, case


def _owner(patient: Patient) -> User:
    """Who acts for the person: the own account, or the guardian's."""
    owner = patient.user or (patient.guardian.user if patient.guardian else None)
    assert owner is not None
    return owner


def _book(world: World, patient: Patient, doctor: Doctor, first: date, complaint: str) -> Consultation | None:
    """Ask for some free time of the first day from `first` on which there is one."""
    for offset in range(12):
        day = first + timedelta(days=offset)
        free = slots.free_slots(doctor, day, patient=patient) if _works(doctor, day) else []
        free = [slot for slot in free if slot.starts_at > clock.now() + timedelta(hours=2)]
        if free:
            owner = _owner(patient)
            actor.set_actor(owner.id, actor.Door.PORTAL, "10.20.0.5")
            try:
                return consultations.request(patient, doctor, world.rng.choice(free).starts_at, complaint,
                                             by=owner, payer=patient.payer)
            except Refused:
                return None
    return None


def _works(doctor: Doctor, day: date) -> bool:
    return day >= clock.today() and (
        day == clock.today() or any(hours.weekday == day.weekday() for hours in doctor.schedules))


def _visit(world: World) -> None:
    """Somebody asks; the office answers sooner or later; then it is held, or one of the other ends."""
    dice, found = world.rng, _pair(world)
    if found is None:
        return
    patient, doctor, case = found
    made = _book(world, patient, doctor, clock.today() + timedelta(days=dice.choice((0, 1, 1, 2, 3))),
                 case.complaint)
    if made is None:
        return
    what, start = dice.random(), made.starts_at
    answered = min(clock.now() + timedelta(minutes=dice.choice((6, 14, 25, 40, 75, 130))),
                   start - timedelta(minutes=30))
    if what < 0.03:
        return  # nobody answers in time
    if what < 0.07:
        world.at(answered, lambda: world.do(made, "reject", "admin",
                                            reason="Keluhan ini perlu pemeriksaan langsung. Datang ke poli."))
        return
    world.at(answered, lambda: world.do(made, "approve", "admin"))
    if what < 0.13:
        world.at(answered + timedelta(hours=dice.randrange(1, 5)), lambda: _cancel(world, made))
    elif what < 0.18:
        world.at(start + timedelta(minutes=40), lambda: _missed(world, made))
    elif what < 0.20:
        return  # approved and forgotten
    else:
        world.at(start + timedelta(minutes=dice.choice((0, 0, 2, 4, 7, 12, 18))),
                 lambda: talk(world, made, finish=True, most=dice.choice((1, 2, 3, 9))))


def _missed(world: World, made: Consultation) -> None:
    if made.state == ConsultationState.APPROVED:
        world.do(made, "no_show", "admin")


def _people(made: Consultation) -> tuple[User, User]:
    """Doctor, and who writes for the patient."""
    assert made.doctor.user is not None
    return made.doctor.user, _owner(made.patient)


def _cancel(world: World, made: Consultation) -> None:
    _doctor, patient = _people(made)
    if made.state == ConsultationState.APPROVED and consultations.can_still_change(made, patient):
        world.do(made, "cancel", patient, reason="Ada keperluan keluarga")


def _say(world: World, made: Consultation, lines: Iterable[tuple[str, str]], minutes: int = 1) -> None:
    doctor, patient = _people(made)
    began = clock.now()
    for number, (side, text) in enumerate(lines):
        if minutes:
            clock.freeze(began + timedelta(minutes=number * minutes))
        by = doctor if side == "d" else patient
        actor.set_actor(by.id, actor.Door.PORTAL, "10.20.0.5")
        conversations.send_message(made, text, by=by,
                                   client_id=str(uuid.UUID(int=world.rng.getrandbits(128))))


def talk(world: World, made: Consultation, *, finish: bool, most: int = 99) -> None:
    """The doctor starts, both write; the doctor ends with note, diagnosis and perhaps a prescription."""
    # asked for on a Saturday, the hour came before the office did
    if made.state != ConsultationState.APPROVED:
        return
    (doctor, patient), case, dice = _people(made), BY_COMPLAINT[made.complaint], world.rng
    world.do(made, "start", doctor)
    _say(world, made, case.talk[:most])
    if not finish:
        return
    conversations.mark_read(made, by=patient)
    conversations.mark_read(made, by=doctor)
    clinical.write_note(made, by=doctor, **dict(zip(clinical.PARTS, case.note, strict=True)))
    clinical.add_diagnosis(made, case.icd, by=doctor)
    if case.medicine and dice.random() < 0.75:
        _prescribe(world, made, doctor, case.medicine)
    if dice.random() < 0.12 and made.patient.age_on(clock.today()) >= 18:
        clinical.write_letter(made, LetterKind.SICK, by=doctor, sick_from=clock.today(),
                              sick_until=clock.today() + timedelta(days=dice.randrange(3)),
                              body="Perlu istirahat.")
    clock.freeze(clock.now() + timedelta(minutes=dice.randrange(2, 9)))
    world.do(made, "complete", doctor)
    if dice.random() < 0.5:
        clinical.rate(made, dice.choice((3, 4, 5, 5, 5)), by=patient,
                      comment=dice.choice(("Penjelasannya jelas, terima kasih.", "", "Cepat dan ramah.")))


def _prescribe(world: World, made: Consultation, doctor: Any, medicine: str) -> None:
    item = world.session.scalar(sa.select(Item).where(Item.name == medicine))
    if item is None:
        return
    given, unit = PRESCRIBED[medicine], world.things["units_of"][item.id][0]
    quantity = Decimal(given.quantity) if given.quantity is not None else None
    try:
        prescription = prescriptions.prescribe(
            made, [prescriptions.Medicine(unit, quantity, given.more, duration_days=given.days,
                                          taken=given.dose)], by=doctor)
    except Refused:  # the patient is allergic to it
        return
    world.do(prescription, "issue", doctor)
    if world.rng.random() < 0.8:
        world.at(world.later(world.rng.choice((1, 2, 5, 26))), lambda: _fetch(world, prescription))


def _fetch(world: World, prescription: Prescription) -> None:
    """Somebody comes for the medicine; a store that has it gives it, now and then a part at first."""
    if prescription.state != PrescriptionState.ISSUED:
        return
    line = prescription.lines[0]
    held = prescriptions.available([line.item_id])[line.item_id]
    key = next((key for key in sorted(held) if held[key] >= line.base_quantity), None)
    if key is None:
        return
    asked = {"store": world.session.get(Store, key), "received_by": "Keluarga pasien"}
    if line.quantity < 4 or world.rng.random() > 0.12:
        world.do(prescription, "dispense", "store_staff", **asked)
        return
    world.do(prescription, "dispense_part", "store_staff",
             lines={line.id: {"giving": line.quantity // 2}}, **asked)
    if world.rng.random() < 0.5:
        world.at(world.later(50), lambda: _close(world, prescription))


def _close(world: World, prescription: Prescription) -> None:
    if prescription.state == PrescriptionState.PARTLY_DISPENSED:
        world.do(prescription, "close", "store_staff", reason="Pasien sudah membeli sisanya di luar")


def _ask(world: World, patient: Patient, doctor: Doctor, day: date, place: int = 0) -> Consultation | None:
    """Book with a complaint of the doctor's field, whoever the patient is."""
    title = doctor.specialization.code.replace(".", "")
    fit = [case for case in CASES if case.title.replace(".", "") == title]
    age = patient.age_on(world.today)
    own = [case for case in fit if case.fits(patient.sex, age)]
    return _book(world, patient, doctor, day, own[place % len(own)].complaint) if own else None


def load_open(world: World) -> None:
    """This morning: requests that wait, approved ones in the days ahead, one conversation under way."""
    for index in range(30, 34):
        clinic_people.register(world, index)
    everybody, doctors = world.things["patients"], world.things["doctors"]
    tomorrow = world.today + timedelta(days=1)
    me, other = everybody[0], everybody[1]
    coming = _ask(world, me, doctors[0], tomorrow)
    if coming:
        world.do(coming, "approve", "admin")
    waiting = _ask(world, other, doctors[0], tomorrow)
    assert waiting is None or waiting.state == ConsultationState.REQUESTED
    for index in range(8):
        made = _ask(world, everybody[3 + index], doctors[(0, 1, 3, 4, 10, 11, 7, 10)[index]], tomorrow, index)
        if made and index % 2:
            world.do(made, "approve", "admin")
    for patient, doctor in ((me, doctors[1]), (everybody[5], doctors[0])):
        made = _ask(world, patient, doctor, tomorrow)
        if made:
            world.do(made, "approve", "admin")
    leaver = everybody[29 - 2]
    world.do(leaver, "close", leaver.user)
    back = everybody[26]
    world.do(back, "close", back.user)
    world.do(back, "readmit", "admin", identity_checked=True, consents_given=True)
    _registered_twice(world, everybody[25])
    moved = _ask(world, everybody[9], doctors[10], tomorrow + timedelta(days=1))
    if moved:
        free = slots.next_free(doctors[10], after=moved.starts_at + timedelta(days=1), patient=everybody[9])
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


def load_today(world: World) -> None:
    """The doctors' day: hours from morning to evening, a queue, a conversation under way, and a colleague who
    will be away."""
    everybody, doctors = world.things["patients"], world.things["doctors"]
    admin = world.users["admin"]
    for doctor, count in ((doctors[0], 4), (doctors[1], 3), (doctors[10], 2)):
        if not slots.offered(doctor, world.today, world.today):
            schedules.add_extra(doctor, by=admin, on=world.today, starts=time(8), ends=time(20), minutes=20,
                                reason="Praktik tambahan")
        asked = 0
        for patient in everybody[10:25]:
            made = _ask(world, patient, doctor, world.today, asked) if asked < count else None
            if made:
                asked += 1
                world.do(made, "approve", "admin")
    _under_way(world)
    rare.load_line(world)
    _line(world)
    absences.away(doctors[4], world.today + timedelta(days=6), {}, "Simposium nasional", by=admin)


def _line(world: World) -> None:
    """A doctor on duty for some hours, and two patients who wait without an appointment."""
    doctor = world.things["doctors"][1]
    until = clock.local(world.end) + timedelta(hours=5)
    actor.set_actor(doctor.user_id, actor.Door.BACK_OFFICE, "10.10.0.21")
    duty.switch_on(doctor, until.time().replace(minute=0, second=0, microsecond=0), by=doctor.user)
    for patient, complaint in ((world.things["patients"][14], "Demam sejak semalam dan badan lemas"),
                               (world.things["patients"][17], "Mual dan pusing sejak pagi")):
        actor.set_actor(patient.user_id, actor.Door.PORTAL, "10.20.0.5")
        duty.join(patient, complaint, by=patient.user, payer=patient.payer)


def _under_way(world: World) -> None:
    """The next one of today with each of the demo's doctors has begun: the last message is unread."""
    doctors = world.things["doctors"]
    for doctor in doctors[:2]:
        made = world.session.scalar(sa.select(Consultation).where(
            Consultation.doctor_id == doctor.id, Consultation.state == ConsultationState.APPROVED)
            .order_by(Consultation.starts_at).limit(1))
        if made is not None:
            clock.freeze(made.starts_at)
            talk(world, made, finish=False, most=3)
            case = BY_COMPLAINT[made.complaint]
            if case.medicine:
                _prescribe(world, made, made.doctor.user, case.medicine)
    clock.freeze(world.end)
