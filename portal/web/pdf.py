"""PDF answers by xhtml2pdf, kept from reading anything but what the template itself carries."""

from __future__ import annotations

import io
from typing import Any

import segno
from flask import Response, current_app, has_request_context, render_template
from pypdf import PdfReader
from xhtml2pdf import pisa
from xhtml2pdf.config.resources import ResourceAccessPolicy  # type: ignore[import-not-found]

from portal.web import pdf_letters


def qr_data_uri(text: str, scale: int = 4) -> str:
    """A QR code as a PNG data address, for print templates."""
    return segno.make(text, error="m").png_data_uri(scale=scale, border=1)


def rendered(template: str, **context: Any) -> bytes:
    """The PDF of a print template. Raises RuntimeError when it cannot be laid out."""
    # The built-in fonts of PDF have no true minus sign; it would come out blank.
    text = (render_template(template, **context) if has_request_context()
            # a job has no page's context
            else current_app.jinja_env.get_template(template).render(**context))
    html = pdf_letters.in_html(text.replace("\N{MINUS SIGN}", "-"))
    out = io.BytesIO()
    result = pisa.CreatePDF(html, dest=out, encoding="utf-8",
                            resource_policy=ResourceAccessPolicy.server(None, allow_remote=False))
    if result.err:
        raise RuntimeError(f"{template} could not be printed")
    return out.getvalue()


def pages(content: bytes) -> int:
    """How many pages the PDF has."""
    return len(PdfReader(io.BytesIO(content)).pages)


def answer(content: bytes, name: str) -> Response:
    """`content` shown in the browser as a PDF called `name`."""
    safe = "".join(c if c.isalnum() or c in "-_." else "-" for c in name)
    return Response(content, mimetype="application/pdf",
                    headers={"Content-Disposition": f'inline; filename="{safe}"',
                             "Cache-Control": "no-store"})
