"""What waits in the outbox goes out once: back ends, pauses, crashes, two runs at the same time."""

from __future__ import annotations

import http.server
import json
import smtplib
import socketserver
import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from models import clock
from models.base import db, one_transaction
from models.documents import Attachment
from models.operations.core import jobs
from models.operations.people.mail import post, post_to
from models.outbox import Channel, DeliveryStatus, JobRun, Outbox
from portal.web import channels, outbox_job
from portal.web.channels import Undelivered
from tests.support.factories import make_user, saved
from tests.support.races import at_once

S = DeliveryStatus
NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)


@pytest.fixture
def line(monkeypatch):
    """A way out that keeps what it is given, and fails as it is told."""
    class Line:
        def __init__(self):
            self.sent, self.failure = [], None

        def __call__(self, message, url):
            if self.failure is not None:
                raise self.failure
            self.sent.append(message)

    found = Line()
    monkeypatch.setitem(channels.SENDERS, "test", found)
    return found


URLS = {Channel.MAIL: "test:", Channel.SMS: "test:"}


def waiting(**fields):
    message = post(make_user(**fields), "registration_received")
    db.session.commit()
    return message


def fresh(message):
    return db.session.scalars(
        sa.select(Outbox).where(Outbox.id == message.id).execution_options(populate_existing=True)).one()


def test_a_message_goes_out_once(session, line):
    message = waiting()
    assert outbox_job.send_waiting(URLS)["sent"] == 1
    assert outbox_job.send_waiting(URLS)["sent"] == 0
    assert [each.key for each in line.sent] == [message.key]
    assert (fresh(message).status, fresh(message).attempts) == (S.SENT, 1)


def test_a_line_that_is_down_is_tried_again_after_growing_pauses_then_a_person_decides(session, line):
    clock.freeze(NOW)
    message = waiting()
    line.failure = Undelivered("ConnectionRefusedError")
    at, pauses = NOW, []
    while fresh(message).status == S.WAITING:
        assert outbox_job.send_waiting(URLS)["sent"] == 0
        assert outbox_job.send_waiting(URLS).total() == 0, "not before its time"
        kept = fresh(message)
        if kept.status == S.WAITING:
            pauses.append((kept.next_attempt_at - at).total_seconds() / 60)
            at = kept.next_attempt_at
            clock.freeze(at)
    assert pauses == [1, 2, 4, 8, 16, 32, 64]
    assert (fresh(message).status, fresh(message).attempts) == (S.FAILED, outbox_job.ATTEMPTS)
    line.failure = None
    clock.freeze(at + timedelta(days=1))
    assert outbox_job.send_waiting(URLS)["sent"] == 0


def test_no_address_that_is_refused_is_tried_again(session, line):
    message = waiting()
    line.failure = Undelivered("refused [550]", again=False)
    assert outbox_job.send_waiting(URLS)["failed"] == 1
    assert (fresh(message).status, fresh(message).last_error) == (S.FAILED, "refused [550]")


def test_one_bad_message_does_not_stop_the_others(session, line):
    broken, good = waiting(), waiting()
    broken.template = "no_such_words"
    session.commit()
    told = outbox_job.send_waiting(URLS)
    assert (told["failed"], told["sent"]) == (1, 1)
    assert fresh(good).status == S.SENT


def test_what_died_between_claim_and_mark_is_not_sent_again_by_itself(session, line):
    """At most once: the run that was killed may have sent it."""
    clock.freeze(NOW)
    message = waiting()
    line.failure = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        outbox_job.send_waiting(URLS)
    assert fresh(message).status == S.SENDING
    line.failure = None
    clock.freeze(NOW + timedelta(minutes=5))
    assert outbox_job.send_waiting(URLS).total() == 0, "the other run may still be at it"
    clock.freeze(NOW + timedelta(minutes=20))
    assert outbox_job.send_waiting(URLS)["interrupted"] == 1
    assert (fresh(message).status, fresh(message).last_error) == (S.FAILED, outbox_job.INTERRUPTED)
    assert line.sent == []


def test_a_line_that_breaks_after_the_text_leaves_us_unsure(session, line):
    message = waiting()
    line.failure = Undelivered("TimeoutError", unsure=True)
    outbox_job.send_waiting(URLS)
    assert fresh(message).status == S.FAILED
    assert "may have arrived" in fresh(message).last_error


def test_a_channel_without_an_address_keeps_its_messages(session, line):
    message = post(make_user(phone="+628123456789"), "consultation_approved", channel=Channel.WHATSAPP)
    session.commit()
    assert outbox_job.send_waiting(URLS).total() == 0
    assert fresh(message).status == S.WAITING


def test_a_telephone_gets_the_first_sentence(session, line):
    post(make_user(phone="+628123456789"), "registration_approved", channel=Channel.SMS, patient="Sari",
         medical_record_number="00000007")
    session.commit()
    outbox_job.send_waiting(URLS)
    assert line.sent[0].to == "+628123456789"
    assert "00000007" in line.sent[0].text
    assert "\n" not in line.sent[0].text


def test_a_supplier_gets_a_mail_with_its_paper(session, line):
    author = make_user()
    paper = saved(Attachment(document_type="purchase_order", document_id=1, file_name="PO-1.pdf", size=4,
                             sha256="0",
                             media_type="application/pdf", content=b"%PDF", user_id=author.id))
    post_to("sales@supplier.example", "registration_received", attachment=paper, name="PT Maju")
    session.commit()
    outbox_job.send_waiting(URLS)
    sent = channels.as_mail(line.sent[0])
    (file,) = sent.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("PO-1.pdf", b"%PDF")
    assert line.sent[0].key in sent["Message-ID"]


@pytest.mark.commits
def test_two_runs_at_once_send_each_message_once(app, line):
    """Real commits, on both databases: the claim decides."""
    with app.app_context():
        for _ in range(30):
            post(make_user(), "registration_received")
        db.session.commit()
    results = at_once(app, [lambda: outbox_job.send_waiting(URLS)["sent"]] * 4, told=())
    assert sum(results) == 30
    assert len({each.key for each in line.sent}) == len(line.sent) == 30


@pytest.mark.commits
def test_two_runs_at_once_do_a_days_job_once(app, monkeypatch):
    done = []
    one = jobs.Job("once_a_day", lambda: done.append(1) or "done", lambda: "2026-11-20")

    def run():
        with one_transaction():
            jobs.run(one)

    at_once(app, [run] * 4, told=())
    assert done == [1]
    assert db.session.execute(sa.select(JobRun.due, JobRun.result)).all() == [("2026-11-20", "done")]


def test_a_job_that_fails_is_tried_again_and_keeps_no_other_from_running(app, session, monkeypatch):
    calls = []

    def fail():
        calls.append("fail")
        raise ValueError("canary")

    monkeypatch.setattr(jobs, "JOBS", {
        "fail": jobs.Job("fail", fail, lambda: "today"), "work": jobs.Job("work", lambda: "3 done")})
    session.commit()
    for _ in range(2):
        answer = app.test_cli_runner().invoke(args=["run-jobs"])
        assert answer.exit_code == 1
        assert "work: 3 done" in answer.output
        assert "canary" not in answer.output
    assert calls == ["fail", "fail"]


# ---------------------------------------------------------------- the back ends

def message(channel=Channel.MAIL, **fields):
    return channels.Message("key-1", channel, fields.get("to", "sari@example.org"), "Subjek", "Isi",
                            "rs@example.org")


@pytest.fixture
def gateway():
    """An HTTP gateway that answers `status` and keeps what it was asked."""
    class Handler(http.server.BaseHTTPRequestHandler):
        status, requests = 200, []

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.requests.append((self.path, dict(self.headers), json.loads(body)))
            self.send_response(self.status)
            self.end_headers()

        def log_message(self, *args):
            pass

    Handler.requests = []
    server = socketserver.TCPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    Handler.url = f"http://:s3cret@127.0.0.1:{server.server_address[1]}/send"
    yield Handler
    server.shutdown()
    server.server_close()


def test_a_gateway_is_asked_with_the_key_and_the_token(gateway):
    channels.webhook(message(Channel.WHATSAPP, to="+628123456789"), gateway.url)
    ((path, heads, body),) = gateway.requests
    assert (path, body) == ("/send", {"to": "+628123456789", "text": "Isi", "channel": "whatsapp"})
    assert heads["Idempotency-Key"] == "key-1"
    assert heads["Authorization"] == "Bearer s3cret"


@pytest.mark.parametrize(("status", "again"),
                         [(400, False), (404, False), (429, True), (500, True), (503, True)])
def test_what_a_gateway_says_decides_whether_to_ask_again(gateway, status, again):
    gateway.status = status
    with pytest.raises(Undelivered) as error:
        channels.webhook(message(Channel.SMS), gateway.url)
    assert (error.value.again, error.value.unsure) == (again, False)


def test_a_gateway_that_is_away_is_asked_again():
    with pytest.raises(Undelivered) as error:
        channels.webhook(message(Channel.SMS), "http://127.0.0.1:1/")
    assert error.value.again


@pytest.mark.parametrize(("failure", "again", "unsure"), [
    (smtplib.SMTPRecipientsRefused({"a": (550, b"no")}), False, False),
    (smtplib.SMTPRecipientsRefused({"a": (450, b"later")}), True, False),
    (smtplib.SMTPDataError(554, b"spam"), False, False),
    (smtplib.SMTPServerDisconnected("gone"), True, False),
])
def test_what_a_mail_server_says_decides_whether_to_try_again(monkeypatch, failure, again, unsure):
    class Server:
        said = False

        def __init__(self, *_args, **_kwargs):
            pass

        def send_message(self, _mail):
            raise failure

        def close(self):
            pass

    monkeypatch.setattr(channels, "_Plain", Server)
    with pytest.raises(Undelivered) as error:
        channels.smtp(message(), "smtp://localhost")
    assert (error.value.again, error.value.unsure) == (again, unsure)


def test_a_mail_server_that_hangs_up_over_the_text_leaves_us_unsure(monkeypatch):
    def breaks(_self, _text):
        raise smtplib.SMTPServerDisconnected("gone")

    monkeypatch.setattr(smtplib.SMTP, "data", breaks)
    monkeypatch.setattr(smtplib.SMTP, "connect", lambda *_args: (220, b""))
    monkeypatch.setattr(smtplib.SMTP, "ehlo_or_helo_if_needed", lambda _self: None)
    monkeypatch.setattr(smtplib.SMTP, "mail", lambda *_args: (250, b""))
    monkeypatch.setattr(smtplib.SMTP, "rcpt", lambda *_args: (250, b""))
    with pytest.raises(Undelivered) as error:
        channels.smtp(message(), "smtp://localhost:25")
    assert error.value.unsure
    assert not error.value.again
