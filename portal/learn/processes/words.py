"""The conditions of workflows in words: what must hold before a step, as a student reads it."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from models.workflow import Condition, Transition
from portal.web import words

#: What must hold, by the code of the condition.
CONDITIONS: dict[str, Any] = {
    "above_limit": _l("the total is above the limit that needs the director"),
    "after_its_time": _l("the time of the consultation is over"),
    "another_person": _l("somebody who approved no earlier step of it"),
    "asks_inspection": _l("the cleaning is to be inspected"),
    "asks_no_inspection": _l("the cleaning needs no inspection"),
    "cost_above_approved": _l("the lines cost more than was approved"),
    "cost_approved": _l("the lines cost no more than was approved"),
    "costs_money": _l("it costs money"),
    "devices_fit": _l("the devices of the room are fit and their calibration is valid"),
    "author_or_colleague": _l("its author, or a colleague once the author is gone or five days have passed"),
    "did_not_count": _l("somebody who did not count"),
    "did_not_look": _l("somebody who did not do the round"),
    "every_line_counted": _l("every line is counted"),
    "fit_for_class": _l("the room has what its class promises"),
    "fully_delivered": _l("everything is delivered"),
    "fully_ordered": _l("everything is ordered"),
    "fully_procured": _l("everything is procured"),
    "fully_received": _l("everything is received"),
    "has_lines": _l("it has at least one line"),
    "has_note_and_diagnosis": _l("the note and at least one diagnosis are written"),
    "has_seen_something": _l("at least one thing was scanned"),
    "instead_of_the_head": _l("the head of facilities counted, so the director decides"),
    "limit_settled": _l("the director approved, or the total is within the limit"),
    "is_technician": _l("facilities staff, once the work has begun"),
    "its_request_is_urgent": _l("its store request is urgent and approved"),
    "lines_finished": _l("every line is finished"),
    "may_be_sold": _l("land, or assets that are held for sale"),
    "by_its_holder": _l("a head, payables, receivables or the director gives the own role"),
    "giver_holds_it": _l("the giver holds the role, and the account is active"),
    "giver_or_admin": _l("whose role it is, or an administrator"),
    "is_free": _l("the role is given to nobody else on these days"),
    "not_over": _l("its last day is not over"),
    "not_to_oneself": _l("never to the own account"),
    "own_or_away": _l("the own role, or that of somebody who is away"),
    "taker_is_fit": _l("to active staff who are no administrators"),
    "no_bid": _l("no bid reached the reserve price"),
    "nobody_inspects": _l("nobody else can inspect"),
    "nobody_acknowledges": _l("a week passed, or the unit has nobody who can"),
    "not_for_self": _l("somebody other than the patient"),
    "not_fully_delivered": _l("something of it is not delivered"),
    "not_merged": _l("the record was not merged into another"),
    "not_own": _l("somebody other than its author"),
    "not_self": _l("somebody other than the person registered"),
    "not_who_cleaned": _l("somebody other than who cleaned"),
    "not_all_ordered": _l("something of it is not ordered"),
    "not_all_procured": _l("something of it is not ordered"),
    "not_all_received": _l("something of it did not come"),
    "nothing_done": _l("no line is done and no spare part is noted"),
    "nothing_signed": _l("no note is signed yet"),
    "order_in_progress": _l("the maintenance order is in progress"),
    "order_sent": _l("the order was sent to the supplier"),
    "own_doctor": _l("the doctor of this consultation"),
    "own_doctor_or_admin": _l("the doctor of this consultation, or an administrator"),
    "own_document": _l("only its author"),
    "own_patient": _l("the patient, or the guardian"),
    "own_prescription": _l("the doctor who wrote it"),
    "own_side": _l("the patient or the doctor of this consultation"),
    "own_work_unit": _l("only of the own work unit"),
    "payment_settled": _l("the payment is approved where it costs money"),
    "period_is_closed": _l("the month is closed"),
    "place_not_dirty": _l("the place is not dirty any more"),
    "recently_over": _l("it was over no more than 30 days ago"),
    "within_limit": _l("the total is within the limit"),
}


#: What a history tells beside the steps of a workflow.
EVENTS: dict[str, Any] = {"create": _l("Made"), "order_ended": _l("Its order was given up"),
                          "amend": _l("Amounts changed after the approval"),
                          "ask_date": _l("Earlier date asked for"),
                          "allow_date": _l("Earlier date allowed"),
                          "refuse_date": _l("Earlier date refused")}


def event_word(name: str) -> str:
    """What an entry of a history is called: a step, or what is no step of the workflow."""
    return str(EVENTS[name]) if name in EVENTS else words.step_word(name)


def condition_word(condition: Condition) -> str:
    """What must hold. A condition that has no words here says what it refuses."""
    known = CONDITIONS.get(condition.code)
    return str(known) if known is not None else gettext(condition.refusal or words.human(condition.code))


def rules_of(step: Transition) -> list[str]:
    """What a step asks for beside the role: conditions, then the reason."""
    said = [condition_word(condition) for condition in step.conditions]
    if isinstance(step.needs_reason, Condition):
        said.append(gettext("a reason is required unless %(condition)s",
                            condition=condition_word(step.needs_reason)))
    elif step.needs_reason:
        said.append(gettext("a reason is required"))
    if step.last_resort is not None:
        said.append(gettext("the document waits for it only where %(condition)s",
                            condition=condition_word(step.last_resort)))
    return said


def who_of(step: Transition) -> str:
    """The roles that may take a step, or that another document's operation takes it."""
    return ", ".join(words.role_word(role) for role in step.roles) or gettext("another document does it")
