"""`flask papers FOLDER`: every printed form of this hospital's newest records, to look at."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import sqlalchemy as sa

from models.base import db
from models.consultations import Consultation, ConsultationState
from models.documents import document_types, line_type
from models.prescriptions import Letter, LetterKind
from portal.web import patient_papers, print
from portal.web.commands import command

LANGUAGES = ("id", "en")


def forms() -> Iterator[tuple[str, Callable[[str], bytes]]]:
    """The name of each form and how it is made in a language; the record with the most lines of the newest
    hundred, so that a full sheet is seen."""
    for name, model in document_types().items():
        newest = db.session.scalars(sa.select(model).where(model.number.is_not(None))
                                    .order_by(model.id.desc()).limit(100)).all()
        lines = line_type(model) is not None
        record = max(newest, key=lambda entry: len(entry.lines) if lines else 0, default=None)
        if record is not None:
            yield name, lambda language, record=record: print.document_pdf(record, language)
    for kind in LetterKind:
        letter = db.session.scalar(sa.select(Letter).where(Letter.kind == kind).order_by(Letter.id.desc()))
        if letter is not None:
            yield f"letter-{kind.value}", lambda language, letter=letter: patient_papers.printed(
                patient_papers.letter_sheet, letter, language)
    seen = db.session.scalar(sa.select(Consultation).where(Consultation.state == ConsultationState.COMPLETED)
                             .order_by(Consultation.id.desc()))
    if seen is not None:
        yield "consultation-summary", lambda language: patient_papers.printed(
            patient_papers.summary_sheet, seen, language)


@click.command("papers")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@command
def papers(folder: Path) -> None:
    """Print every kind of form into FOLDER, in both languages; as pictures too where pdftoppm is there."""
    folder.mkdir(parents=True, exist_ok=True)
    tool = shutil.which("pdftoppm")
    for name, made in forms():
        for language in LANGUAGES:
            path = folder / f"{name}-{language}.pdf"
            path.write_bytes(made(language))
            if tool:
                subprocess.run([tool, "-r", "70", "-png", path, path.with_suffix("")],  # noqa: S603
                               check=True)
        click.echo(name)
