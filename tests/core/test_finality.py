"""Who edits what stands still is told so in words, before the database has to refuse."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from models.documents import Comment, DocumentEvent
from models.errors import Refused
from models.operations.core.approvals import perform
from models.roles import Role
from models.store_requests import StoreRequest, StoreRequestLine
from tests.support import factories


@pytest.fixture
def submitted(session: Any) -> StoreRequest:
    request = factories.make_store_request()
    perform(request, "submit", by=request.created_by)
    return request


def test_lines_of_a_draft_change_freely(session: Any) -> None:
    request = factories.make_store_request()
    request.lines[0].quantity = Decimal(2)
    session.flush()
    item = factories.make_item()
    request.lines.append(StoreRequestLine(item=item, unit=factories.unit_of(item), quantity=Decimal(1)))
    session.flush()
    session.delete(request)
    session.flush()
    assert session.scalar(sa.select(sa.func.count()).select_from(StoreRequestLine)) == 0


def test_lines_stand_still_after_draft(session: Any, submitted: StoreRequest) -> None:
    submitted.lines[0].quantity = Decimal(7)
    with pytest.raises(Refused, match="stand still"):
        session.flush()


def test_no_line_comes_or_goes_after_draft(session: Any, submitted: StoreRequest) -> None:
    item = factories.make_item()
    with session.no_autoflush:
        session.add(StoreRequestLine(store_request=submitted, item=item, unit=factories.unit_of(item),
                                     quantity=Decimal(1)))
    with pytest.raises(Refused, match="stand still"):
        session.flush()
    session.expunge_all()
    session.delete(session.get(StoreRequest, submitted.id).lines[0])
    with pytest.raises(Refused, match="stand still"):
        session.flush()
    session.expunge_all()
    again = session.get(StoreRequest, submitted.id)
    again.lines.clear()
    with pytest.raises(Refused, match="stand still"):
        session.flush()


def test_a_rejected_request_opens_its_lines_again(session: Any, submitted: StoreRequest) -> None:
    perform(submitted, "reject", by=factories.make_user(Role.STORE_HEAD), reason="Too much")
    perform(submitted, "reopen", by=submitted.created_by)
    submitted.lines[0].quantity = Decimal(2)
    session.flush()


def test_a_numbered_document_stays(session: Any, submitted: StoreRequest) -> None:
    session.delete(submitted)
    with pytest.raises(Refused, match="stay"):
        session.flush()


def test_an_ended_document_is_final(session: Any, submitted: StoreRequest) -> None:
    perform(submitted, "cancel", by=submitted.created_by, reason="Not needed")
    submitted.purpose = "Something else"
    with pytest.raises(Refused, match="is final"):
        session.flush()


def test_the_history_only_grows(session: Any, submitted: StoreRequest) -> None:
    event = session.scalars(sa.select(DocumentEvent).limit(1)).one()
    event.note = "Changed"
    with pytest.raises(Refused, match="only grows"):
        session.flush()
    session.expire(event)
    comment = factories.saved(Comment(document_type="store_request", document_id=submitted.id,
                                      user_id=submitted.created_by_id, body="Please hurry"))
    session.delete(comment)
    with pytest.raises(Refused, match="only grows"):
        session.flush()


def test_a_deleted_draft_takes_its_lines_along_in_the_database(session: Any) -> None:
    request = factories.make_store_request()
    session.execute(sa.delete(StoreRequest).where(StoreRequest.id == request.id))
    assert session.scalar(sa.select(sa.func.count()).select_from(StoreRequestLine)) == 0
