"""What the panel makes by itself: the daily performance report goes by mail to whom the settings name."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from flask_babel import force_locale

from backoffice.panel.reports import Question, as_pdf, run, written
from models import clock
from models.base import db
from models.documents import Attachment
from models.operations.core.files import checked
from models.operations.core.jobs import each_day, job
from models.operations.core.report_kit import REPORTS
from models.operations.people.mail import post_to
from models.people import AccountStatus, Language, User, UserRole
from models.roles import Role
from models.settings import setting

REPORT = "daily_performance"


def hour() -> int:
    """The hour from which on the report goes out."""
    return int(setting("daily_report.hour"))


def recipients() -> dict[str, Language]:
    """Addresses of the setting with their language: the account's, where there is one."""
    typed = {entry.lower(): entry for entry in setting("daily_report.recipients")}
    known = dict(db.session.execute(
        sa.select(sa.func.lower(User.email), User.language).where(
            sa.func.lower(User.email).in_(list(typed)), User.status == AccountStatus.ACTIVE)).all())
    return {address: known.get(key, Language.ID) for key, address in typed.items()}


@job("daily_report", due=each_day(hour))
def mail_yesterday() -> str:
    """Yesterday's report as a PDF, once to each recipient; it holds numbers and doctors, no patient."""
    wanted = recipients()
    if not wanted:
        return ""
    day = clock.today() - timedelta(days=1)
    report = REPORTS[REPORT]
    asking = Question(report, {"from": day, "to": day}, {}, 1)
    papers: dict[Language, tuple[Attachment, dict[str, str]]] = {}
    for address, language in sorted(wanted.items()):
        if language not in papers:
            papers[language] = _paper(asking, language)
        paper, numbers = papers[language]
        post_to(address, "daily_report", language=language, attachment=paper, reported_on=day,
                key=f"daily-{day.isoformat()}-{abs(hash_of(address))}", **numbers)
    return f"{day.isoformat()} to {len(wanted)}"


def hash_of(address: str) -> int:
    """The same number for the same address in every process."""
    import zlib
    return zlib.crc32(address.lower().encode())


def _paper(asking: Question, language: Language) -> tuple[Attachment, dict[str, str]]:
    """The report in a language, kept as a file, and its numbers in words."""
    report = asking.report
    assert report.summary is not None
    with force_locale(language.value):
        content = b"".join(as_pdf(report, asking))
        head = run(report.summary(asking.values)).first()
        numbers = {tile.name: written(tile, head) or "–" for tile in report.tiles}
    file = checked(content, f"{REPORT}-{asking.values['from'].isoformat()}-{language}.pdf")
    owner = db.session.scalar(
        sa.select(User.id).join(UserRole, UserRole.user_id == User.id).where(UserRole.role == Role.ADMIN)
        .order_by(User.id).limit(1)) or db.session.scalar(sa.select(sa.func.min(User.id)))
    import hashlib
    paper = Attachment(document_type="report", document_id=int(asking.values["from"].strftime("%Y%m%d")),
                       file_name=file.name, media_type=file.media_type, size=len(file.content),
                       content=file.content,
                       sha256=hashlib.sha256(file.content).hexdigest(), user_id=owner)
    db.session.add(paper)
    db.session.flush()
    return paper, numbers
