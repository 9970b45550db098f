"""What a patient must not be given: chosen allergies and the free text, and whether a medicine meets them:
by substance, group, brand or a slip of the pen, and by a group that is like it (a caution)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from models import clock
from models.base import db
from models.clinic import Patient
from models.errors import N_, NotAllowed, Refused
from models.operations.clinic.medicine_names import (
    NOISE,
    SHORTEST,
    Knowledge,
    Known,
    Met,
    knowledge,
    plain,
    words,
)
from models.patient_allergies import AllergyKind, AllergySeverity, PatientAllergy
from models.people import User
from models.roles import Role

#: A group that holds others: who is allergic to one of those is cautioned of the rest, no more.
_BROAD = frozenset(("betalaktam",))
#: Groups that are like one another: a caution.
_LIKE = (frozenset(("sulfa", "sulfonamid bukan antibiotik")),)
MOST = 60


@dataclass(frozen=True)
class Warning:
    """What the record says, and the group where the name itself was not met. `is_caution`: another group
    that is like it, so the doctor is told and need not say why."""

    said: str
    group: str = ""
    is_caution: bool = False
    reaction: str = ""

    def __str__(self) -> str:
        text = f"{self.said} ({self.group})" if self.group else self.said
        return f"{text}: {self.reaction}" if self.reaction else text


@dataclass(frozen=True)
class Said:
    """One thing that the record names: what it means, or the bare word."""

    said: str
    met: Met | None = None
    reaction: str = ""


def entries(text: str | None) -> list[str]:
    """What is named in a text of allergies, as it was written: parted by commas, semicolons or lines."""
    return [entry.strip() for entry in re.split(r"[,;\n]", text or "") if entry.strip()]


def joined(*texts: str | None) -> str | None:
    """One text of all that the texts name, in their order, nothing twice; None when they name nothing."""
    named: dict[str, str] = {}
    for entry in (entry for text in texts for entry in entries(text)):
        named.setdefault(" ".join(entry.lower().split()), entry)
    return ", ".join(named.values()) or None


# ---------------------------------------------------------------- what the record says

def _of_text(text: str | None, known: Knowledge) -> list[Said]:
    """What the free text names; words that mean nothing to the hospital are held against names as they
    stand."""
    met = known.read(text or "", free=True)
    taken = {word for each in met for word in words(each.said)}
    bare = [word for word in words(text or "")
            if word not in taken and word.lower() not in NOISE and len(plain(word)) > SHORTEST]
    return [*(Said(each.said, each) for each in met), *(Said(word) for word in bare)]


def _of_row(row: PatientAllergy, known: Knowledge) -> list[Said]:
    reaction = row.reaction or ""
    if row.kind == AllergyKind.GROUP:
        return [Said(row.said, Met(row.said, (), row.names), reaction)]
    if row.kind == AllergyKind.SUBSTANCE:
        meant = tuple(known.substances.get(plain_name) or Known(name) for name in row.names.split(" + ")
                      if (plain_name := " ".join(map(plain, words(name)))))
        return [Said(row.said, Met(row.said, meant), reaction)]
    return [Said(each.said, each.met, reaction) for each in _of_text(row.said, known)]


def sayings(patient: Patient, known: Knowledge | None = None) -> list[Said]:
    """All that the record names: chosen rows first, then the free text."""
    known = known or knowledge()
    rows = [said for row in patient.living_allergies for said in _of_row(row, known)]
    return rows + _of_text(patient.allergies, known)


# ---------------------------------------------------------------- whether a medicine meets it

def _meets(said: Said, name: str, contents: Iterable[Known]) -> Warning | None:
    met, inside = said.met, tuple(contents)
    if met is None:
        key, bare = plain(said.said), [plain(word) for word in words(name)]
        is_met = any(key in word or (word in key and len(word) > SHORTEST) for word in bare)
        return Warning(said.said, reaction=said.reaction) if is_met else None
    if {each.name for each in met.substances} & {each.name for each in inside}:
        return Warning(said.said, reaction=said.reaction)
    own = {group for each in met.substances for group in each.groups}
    theirs = {group for each in inside for group in each.groups}
    if met.group and met.group in theirs:
        return Warning(said.said, met.group, reaction=said.reaction)
    if near := sorted((own & theirs) - _BROAD):
        return Warning(said.said, near[0], reaction=said.reaction)
    return _caution(said, own | ({met.group} if met.group else set()), theirs)


def _caution(said: Said, own: set[str], theirs: set[str]) -> Warning | None:
    if "penisilin" in own or "sefalosporin" in own or "karbapenem" in own:
        own = own | _BROAD
    broad = sorted(own & theirs & _BROAD)
    if broad:
        return Warning(said.said, broad[0], True, said.reaction)
    for like in _LIKE:
        if own & like and theirs & like:
            return Warning(said.said, sorted(theirs & like)[0], True, said.reaction)
    return None


def _first(found: Iterable[Warning | None]) -> Warning | None:
    every = [each for each in found if each is not None]
    return min(every, key=lambda each: each.is_caution) if every else None


def warning(text: str | None, medicine: str) -> Warning | None:
    """The entry of a text of allergies that the medicine's name meets, a caution last; None when none."""
    known = knowledge()
    contents = known.substances_of(medicine)
    return _first(_meets(said, medicine, contents) for said in _of_text(text, known))


def meets(patient: Patient, medicine: str, known: Knowledge | None = None,
          said: list[Said] | None = None) -> Warning | None:
    """The same of the patient's whole record. `said` are its `sayings`, where many names are held against
    them."""
    known = known or knowledge()
    contents = known.substances_of(medicine)
    return _first(_meets(each, medicine, contents)
                  for each in (sayings(patient, known) if said is None else said))


# ---------------------------------------------------------------- choosing

@dataclass(frozen=True)
class Choice:
    """Something that can be chosen: what was written, and what that is."""

    said: str
    kind: AllergyKind
    names: str

    def __str__(self) -> str:
        is_same = self.said.lower() == self.names.lower() or self.kind == AllergyKind.OTHER
        return self.said if is_same else f"{self.said} ({self.names})"


def choices(text: str, limit: int = 12) -> list[Choice]:
    """What may be meant by `text`: names that begin so, then what is a slip of it, then the words as they
    stand."""
    text = " ".join(text.split())[:200]
    key = " ".join(map(plain, words(text)))
    if not key:
        return []
    known = knowledge()
    found = [_choice(text, each) for each in known.read(text, free=True)]
    begins = sorted((word for word in known.words if word.startswith(key)),
                    key=lambda word: (len(word), word))
    for word in begins[:limit]:
        for met in known.read(word):
            found.append(_choice(met.names, met))
    unique = list({(each.kind, each.names): each for each in reversed(found)}.values())[::-1]
    return [*unique[:limit], Choice(text, AllergyKind.OTHER, text)]


def _choice(said: str, met: Met) -> Choice:
    kind = AllergyKind.SUBSTANCE if met.substances else AllergyKind.GROUP
    return Choice(said, kind, met.names[:200])


def chosen(text: str) -> Choice:
    """What was chosen of `choices`, by its text; words that mean one thing are that. Raises `Refused`."""
    text = " ".join(text.split())
    if not text:
        raise Refused(N_("Write what the patient is allergic to."), field="said")
    if len(text) > 200:
        raise Refused(N_("At most %(max)s letters."), field="said", max=200)
    spoken = re.sub(r"\s*\(.*\)$", "", text) or text
    met = knowledge().read(spoken, free=True)
    if len(met) == 1:
        return _choice(spoken, met[0])
    return Choice(text, AllergyKind.OTHER, text)


def _may(patient: Patient, by: User) -> None:
    """The person, the guardian, and who treats the patient: that the caller has looked at."""
    if by.id not in patient.owner_ids and not by.has_role(Role.DOCTOR):
        raise NotAllowed(N_("Your role may not do this step."))


def note(patient: Patient, text: str, *, by: User, reaction: str = "",
         severity: AllergySeverity = AllergySeverity.UNKNOWN) -> PatientAllergy:
    """Record an allergy that was chosen or written. Raises `Refused` at the field. Flushes."""
    _may(patient, by)
    choice = chosen(text)
    if len(reaction.strip()) > 200:
        raise Refused(N_("At most %(max)s letters."), field="reaction", max=200)
    living = patient.living_allergies
    if any(row.kind == choice.kind and row.names.lower() == choice.names.lower() for row in living):
        raise Refused(N_("%(what)s stands in the record already."), field="said", what=str(choice))
    if len(living) >= MOST:
        raise Refused(N_("A record holds at most %(most)s allergies."), field="said", most=MOST)
    row = PatientAllergy(patient=patient, kind=choice.kind, names=choice.names, said=choice.said,
                         reaction=reaction.strip() or None, severity=severity, noted_by_id=by.id)
    db.session.add(row)
    db.session.flush()
    return row


def end(row: PatientAllergy, *, by: User, reason: str) -> None:
    """Say that it does not hold any more; the row stays with the reason. Raises `Refused`. Flushes."""
    _may(row.patient, by)
    if row.ended_at is not None:
        raise Refused(N_("This allergy was ended already."))
    if not reason.strip():
        raise Refused(N_("Write why the allergy does not hold any more."), field="end_reason")
    row.ended_at, row.ended_by_id, row.end_reason = clock.now(), by.id, reason.strip()[:2000]
    db.session.flush()
