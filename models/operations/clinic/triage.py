"""Questions before a consultation: data, not code. Common ones for everybody, more by specialisation.

An answer that names a danger tells the patient to call 119 at once; the request goes on only after a
confirmation, and is then urgent. The doctor reads the answers beside the complaint.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.base import db
from models.consultations import Consultation, Triage, TriageAnswer
from models.errors import N_

YES = "1"


@dataclass(frozen=True)
class Question:
    """`options` are answers and their words; without any it is ticked for yes. `danger` answers call for
    119."""

    key: str
    text: str
    options: tuple[tuple[str, str], ...] = ()
    danger: tuple[str, ...] = ()
    soon: tuple[str, ...] = ()
    #: Title's short forms of the specialisations that ask it; none is everybody's.
    of: tuple[str, ...] = ()
    needed: bool = False

    @property
    def answers(self) -> tuple[str, ...]:
        return tuple(value for value, _ in self.options) or (YES,)

    def word(self, answer: str) -> str:
        """The English word of an answer."""
        return dict(self.options).get(answer, answer) if self.options else N_("Yes")


def _danger(key: str, text: str, *of: str) -> Question:
    return Question(key, text, danger=(YES,), of=of)


_SCALE = tuple((str(step), str(step)) for step in range(11))

QUESTIONS: tuple[Question, ...] = (
    Question("onset", N_("Since when?"), (("today", N_("Since today")), ("days", N_("For some days")),
                                          ("weeks", N_("For some weeks")),
                                          ("months", N_("For months or longer"))),
             needed=True),
    Question("severity", N_("How bad is it, from 0 (not at all) to 10 (unbearable)?"), _SCALE,
             soon=("7", "8", "9", "10"), needed=True),
    Question("fever", N_("Do you have a fever?"), (("no", N_("No fever")), ("mild", N_("Up to 38.5 °C")),
                                                   ("high", N_("Above 38.5 °C")),
                                                   ("unknown", N_("Not measured"))),
             soon=("high",)),
    _danger("breath", N_("Severe breathlessness")),
    _danger("chest", N_("Chest pain that goes into the arm")),
    _danger("faint", N_("Fainting or a seizure")),
    # by specialisation
    Question("effort", N_("Does it come when you walk or climb stairs?"), of=("Sp.JP", "Sp.P")),
    _danger("rest_pain", N_("Pressure in the chest at rest, longer than 15 minutes"), "Sp.JP"),
    Question("smokes", N_("Do you smoke?"), of=("Sp.JP", "Sp.P")),
    _danger("blood_cough", N_("Coughing up blood"), "Sp.P"),
    Question("drinks_less", N_("Does the child drink or eat much less than usual?"), of=("Sp.A",)),
    _danger("child_limp", N_("The child is limp, hard to wake, or has blue lips"), "Sp.A"),
    Question("pregnant", N_("Are you pregnant, or may you be?"), of=("Sp.OG",)),
    _danger("bleeding", N_("Heavy bleeding, or strong belly pain in pregnancy"), "Sp.OG"),
    Question("diabetes", N_("Do you have diabetes or high blood pressure?"), of=("Sp.PD",)),
    _danger("black_stool", N_("Vomiting blood, or black stool"), "Sp.PD", "Sp.B"),
    _danger("stroke", N_("Sudden weakness of one side, a crooked mouth, or slurred speech"), "Sp.N", "Sp.BS"),
    Question("headache", N_("Is the headache the worst of your life?"), soon=(YES,), of=("Sp.N",)),
    _danger("sight", N_("Sudden loss of sight, or something in the eye"), "Sp.M"),
    Question("itches", N_("Does it itch?"), of=("Sp.D.V.E", "Sp.DVE")),
    _danger("swollen_face", N_("Swelling of the face, lips or tongue"), "Sp.D.V.E", "Sp.DVE"),
    Question("sleeps_badly", N_("Do you sleep badly?"), of=("Sp.KJ",)),
    _danger("self_harm", N_("Thoughts of harming yourself or somebody else"), "Sp.KJ"),
    _danger("hard_belly", N_("Strong belly pain with a hard belly"), "Sp.B"),
)
BY_KEY = {question.key: question for question in QUESTIONS}


def _plain(code: str) -> str:
    return code.replace(".", "").casefold()


def common() -> list[Question]:
    """What everybody is asked."""
    return [question for question in QUESTIONS if not question.of]


def specific(code: str) -> list[Question]:
    """What the specialisation asks beside."""
    return [question for question in QUESTIONS if _plain(code) in map(_plain, question.of)]


def valid_answers(form: Mapping[str, str]) -> dict[str, str]:
    """The answers of a form that are answers, by key."""
    return {question.key: form[question.key] for question in QUESTIONS
            if form.get(question.key) in question.answers}


def dangers(answers: Mapping[str, str]) -> list[Question]:
    """The questions whose answers call for 119."""
    return [BY_KEY[key] for key, answer in answers.items() if answer in BY_KEY[key].danger]


def level(answers: Mapping[str, str]) -> Triage:
    """How soon a doctor should look."""
    if dangers(answers):
        return Triage.URGENT
    return Triage.SOON if any(answer in BY_KEY[key].soon
                              for key, answer in answers.items()) else Triage.ROUTINE


def keep(consultation: Consultation, answers: Mapping[str, str]) -> None:
    """Write the answers beside the complaint. Flushes."""
    db.session.add_all(TriageAnswer(consultation_id=consultation.id, question=key, answer=answer,
                                    is_danger=answer in BY_KEY[key].danger)
                       for key, answer in answers.items())
    db.session.flush()


def lines(consultation: Consultation) -> list[tuple[str, str, bool]]:
    """Question, answer (English, to be translated) and whether it is a danger, in the order asked."""
    known = {answer.question: answer for answer in consultation.triage_answers}
    return [(question.text, question.word(known[question.key].answer), known[question.key].is_danger)
            for question in QUESTIONS if question.key in known]
