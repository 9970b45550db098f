"""How a document moves is a table: states, transitions, who may, what must hold. Pure Python.

A model declares ``workflow = Workflow(S.DRAFT, Transition(...), ...)``. The guard, the buttons, the rights,
the history, the diagrams and the tests all read that one declaration. What happens in the hospital when a
transition is made is bound in `models.operations` (`approvals.EFFECTS`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache
from typing import Any, Literal

from models import clock
from models.errors import N_, Conflict, NotAllowed, Refused, WrongState
from models.roles import Role
from models.stand_ins import Giver, acting, is_mixed_up


@dataclass(frozen=True)
class Condition:
    """Something that must hold before a transition. `test(document, user)` is true when it does. `field` is
    the one to blame when it does not.

    `rows(model, user)` says the same of a table's rows in SQL, so that lists of what waits leave out what the
    person cannot do. `is_kept`: the answer was written on the document when it was made, so the way that it
    goes is known.

    `about` says what the answer depends on: "document" (what stands on it and its lines), "person" (who
    asks), "time", or "world", anything else. A step whose conditions are about document and person alone is
    free: no event elsewhere can close it.
    """

    code: str
    test: Callable[[Any, Any], bool]
    refusal: str
    field: str | None = None
    rows: Callable[[Any, Any], Any] | None = None
    is_kept: bool = False
    about: Literal["document", "person", "world", "time"] = "world"


#: Steps that lead back or aside: no paper waits for one of them.
ASIDE = frozenset({"close", "reopen", "recall", "open_again", "readmit", "reinstate", "reschedule",
                   "reassign", "undo_start", "undo_no_show", "replace", "leave", "give_back",
                   "transfer", "undo_check_in", "undo_check_out", "undo_use", "finish_unapproved",
                   "put_aside", "take_back", "revoke"})
#: Steps that say no (red words on their buttons).
REFUSALS = frozenset({"reject", "recount", "cancel", "suspend", "fail", "no_show", "close_account", "reverse",
                      "reverse_payment", "unconfirm", "withdraw", "dismiss", "drop", "refuse", "default",
                      "report_lost"})


@dataclass(frozen=True)
class Transition:
    """One row of a workflow.

    `who`: the roles that may; empty means that another document's operation does it, no person.
    `when`: conditions, all of which must hold. `needs_reason`: the person must say why; a `Condition` instead
    of a bool asks for a reason unless the condition holds. `numbers`: the document gets its number here.
    `asks`: attributes of the document that the person fills in with this step (a reference, a price);
    `line_asks`: attributes of each of its lines, `line_hint` says how that is meant. `may_skip`: what it asks
    may be left as it is, so it can be taken for many at once.
    `step_up`: who takes it proves anew who they are, always or where the condition holds.
    `last_resort`: the document waits for this step only where this holds; the button is there all the same.
    """

    name: str
    sources: tuple[StrEnum, ...]
    target: StrEnum
    who: Role | tuple[Role, ...] = ()
    when: Condition | tuple[Condition, ...] = ()
    needs_reason: bool | Condition = False
    numbers: bool = False
    asks: tuple[str, ...] = ()
    line_asks: tuple[str, ...] = ()
    line_hint: str = ""
    may_skip: bool = False
    step_up: bool | Condition = False
    last_resort: Condition | None = None

    @property
    def roles(self) -> tuple[Role, ...]:
        return (self.who,) if isinstance(self.who, Role) else self.who

    @property
    def conditions(self) -> tuple[Condition, ...]:
        return (self.when,) if isinstance(self.when, Condition) else self.when

    @property
    def is_free(self) -> bool:
        """Whether a person takes it, and its conditions speak of the document and the person alone."""
        return bool(self.roles) and all(condition.about in ("document", "person")
                                        for condition in self.conditions)

    def wants_reason(self, document: Any, user: Any) -> bool:
        if isinstance(self.needs_reason, Condition):
            return not self.needs_reason.test(document, user)
        return self.needs_reason

    def stands_apart(self, document: Any, person: Any, user: Any) -> bool:
        """Whether `user` may act as `person`: nobody decides in another's name on what is the own."""
        return not isinstance(person, Giver) or not is_mixed_up(document, user, person)

    def refusal(self, document: Any, person: Any, user: Any) -> Refused | None:
        """What stands in the way when `user` takes the step as `person`: as oneself, or for a giver whose
        place the conditions then ask about."""
        if not self.stands_apart(document, person, user):
            return Refused(MIXED_UP, giver=person.name)
        return next((Refused(condition.refusal, field=condition.field) for condition in self.conditions
                     if not condition.test(document, person)), None)

    def open_as(self, document: Any, user: Any) -> Iterator[Any]:
        """As whom `user` may take the step now: oneself first, then each giver; whoever may not is left
        out."""
        return (person for person in acting(user, self.roles, document)
                if self.refusal(document, person, user) is None)

    def is_guarded(self, document: Any, user: Any) -> bool:
        """Whether this person has to have proved a short time ago who they are."""
        if isinstance(self.step_up, Condition):
            return self.step_up.test(document, user)
        return self.step_up

    @property
    def is_refusal(self) -> bool:
        """Whether the step says no."""
        return self.name in REFUSALS

    @property
    def is_waited_for(self) -> bool:
        """Whether a paper waits for somebody to take it: a step of a person that leads forward."""
        return bool(self.roles) and not self.is_refusal and self.name not in ASIDE


class Workflow:
    """The transitions of one document type. Several rows may share a name when their sources differ."""

    def __init__(self, initial: StrEnum, *transitions: Transition, amendable: tuple[StrEnum, ...] = (),
                 former: tuple[tuple[str, StrEnum, StrEnum], ...] = (),
                 rests_on: dict[StrEnum, str] | None = None) -> None:
        self.initial = initial
        self.states = type(initial)
        self.transitions = transitions
        #: Approved states in which the author may still change the document; changed amounts void the
        #: approvals.
        self.amendable = amendable
        #: Steps of earlier releases (name, from, to): nobody takes them any more, histories still tell of
        #: them.
        self.former = former
        #: States that another record's steps end, by that record's table: a bed's by its cleaning.
        self.rests_on = rests_on or {}
        seen: set[tuple[str, StrEnum]] = set()
        for step in transitions:
            for source in step.sources:
                if (step.name, source) in seen:
                    raise ValueError(f"{step.name} from {source} is declared twice")
                seen.add((step.name, source))

    def __iter__(self) -> Iterator[Transition]:
        return iter(self.transitions)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(step.name for step in self.transitions))

    def step(self, name: str, state: StrEnum) -> Transition | None:
        for step in self.transitions:
            if step.name == name and state in step.sources:
                return step
        return None

    def open_to(self, document: Any, user: Any) -> list[Transition]:
        """The steps that this person can make now (buttons); a step whose condition fails is left out."""
        return [step for step in self.transitions
                if document.state in step.sources and next(step.open_as(document, user), None) is not None]

    def waiting_on(self, state: StrEnum) -> tuple[Role, ...]:
        """The roles whose forward step a document in `state` waits for."""
        roles: Iterable[Role] = (role for step in self.transitions
                                 if state in step.sources and step.is_waited_for for role in step.roles)
        return tuple(dict.fromkeys(roles))

    def require(self, document: Any, name: str, by: Any, reason: str = "",
                version: int | None = None) -> Transition:
        """The transition `name` for this document and person; `version` is the one the person looked at.

        Raises, in this order, `NotAllowed` (role), `Conflict` (version), `WrongState` (no such step from
        here) or
        `Refused` (condition, reason).
        """
        named = [step for step in self.transitions if step.name == name]
        if not named:
            raise WrongState(N_("There is no such step for this document."))
        step = self.step(name, document.state)
        if not any(True for entry in ([step] if step else named) for _ in acting(by, entry.roles, document)):
            raise NotAllowed(N_("Your role may not do this step."))
        if version is not None and version != document.version:
            raise Conflict(N_("Somebody else changed this record meanwhile. Look at it again, then repeat "
                              "your step."))
        if step is None:
            raise WrongState(N_("This step is not open: the document already moved on. Look at it again."))
        refusals = [step.refusal(document, person, by) for person in acting(by, step.roles, document)]
        if refusals and None not in refusals and refusals[0] is not None:
            raise refusals[0]
        if step.wants_reason(document, by) and not reason.strip():
            raise Refused(N_("Please write the reason; the person who made the document will read it."),
                          field="reason")
        return step


# ---------------------------------------------------------------- conditions that many documents share

has_lines = Condition("has_lines", lambda document, _user: bool(document.lines),
                      N_("The document has no lines yet. Add at least one, then submit it."),
                      about="document")
not_own = Condition("not_own", lambda document, user: document.created_by_id != user.id,
                    N_("You made this document yourself; somebody else must decide on it."), about="person")
#: About the world: the author may be gone, so no way out may hang on this alone.
own_document = Condition("own_document", lambda document, user: document.created_by_id == user.id,
                         N_("Only the person who made this document can do this."), about="world")
another_person = Condition("another_person", lambda document, user: user.id not in document.approver_ids,
                           N_("You already approved this document at an earlier step; somebody else must do "
                              "this one."), about="person")
own_work_unit = Condition(
    "own_work_unit",
    lambda document, user: user.work_unit_id is not None and document.work_unit_id == user.work_unit_id,
    N_("This document belongs to another work unit."), about="person")


MIXED_UP = N_("You made this paper or took an earlier step of it, so you do not take this one for %(giver)s; "
              "somebody else must.")
#: So long a rejected document is its author's alone, while there is an author.
AUTHORS_TIME = timedelta(days=5)


@cache
def author_or_colleague(roles: tuple[Role, ...]) -> Condition:
    """The author; or who holds one of `roles` too, once the author is gone or `AUTHORS_TIME` has passed."""
    def may(document: Any, user: Any) -> bool:
        if document.created_by_id == user.id:
            return True
        is_authors = _is_colleague(document, document.created_by, roles) and document.created_by.is_active
        return _is_colleague(document, user, roles) and (
            not is_authors or document.since <= clock.now() - AUTHORS_TIME)

    return Condition("author_or_colleague", may,
                     N_("Only the person who made this document can do this; a colleague can when that "
                        "person is gone, or after five days."), about="person")


def _is_colleague(document: Any, user: Any, roles: tuple[Role, ...]) -> bool:
    """Whether the person may act for the document in one of `roles`: as a user of a unit, for that unit."""
    unit = getattr(document, "work_unit_id", None)
    return any(user.has_role(role) and (role != Role.UNIT_USER or unit is None or user.work_unit_id == unit)
               for role in roles)


# ---------------------------------------------------------------- steps that many documents share

def approval_steps(states: type[StrEnum], *, author: Role | tuple[Role, ...], approver: Role,
                   approved: StrEnum | None = None, **decides: Any) -> tuple[Transition, ...]:
    """Submit, approve and reject: a draft with lines gets its number and goes to the approver, who is another
    person and gives a reason for a no. `approved` is where a yes leads, if not to ``APPROVED``; `decides` is
    what else `approve` says, such as its `line_asks`."""
    draft, submitted = states["DRAFT"], states["SUBMITTED"]
    return (
        Transition("submit", (draft,), submitted, author, when=has_lines, numbers=True),
        Transition("approve", (submitted,), approved or states["APPROVED"], approver, when=not_own,
                   **decides),
        Transition("reject", (submitted,), states["REJECTED"], approver, needs_reason=True),
    )


def author_steps(states: type[StrEnum], *, author: Role | tuple[Role, ...],
                 canceller: tuple[Role, ...] = (),
                 cancels: tuple[StrEnum, ...] = ()) -> tuple[Transition, ...]:
    """Recall, reopen and cancel: what nobody decided on is taken back, what was rejected goes back to draft,
    and what has no effect yet is given up. The number stays. `canceller`: who gives up, if not the author's
    roles; `cancels`: further states from which that is done."""
    draft, submitted, rejected = states["DRAFT"], states["SUBMITTED"], states["REJECTED"]
    roles = (author,) if isinstance(author, Role) else author
    return (
        Transition("recall", (submitted,), draft, author, when=own_document),
        Transition("reopen", (rejected,), draft, author, when=author_or_colleague(roles)),
        Transition("cancel", (draft, submitted, *cancels, rejected), states["CANCELLED"],
                   canceller or author, needs_reason=True),
    )
