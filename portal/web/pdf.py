"""PDF answers by xhtml2pdf, kept from reading anything but what the template itself carries."""

from __future__ import annotations

import functools
import io
from typing import Any

from flask import Response, current_app, has_request_context, render_template

#: What the page's own style sheet builds on, for the elements that print templates use; xhtml2pdf's own sheet
#: has every element of HTML and would be read anew for each paper.
BASE_CSS = """
html { font-family: Helvetica; font-size: 10px; font-weight: normal; color: #000000; margin: 0; padding: 0;
  line-height: 150%; border: 1px none; display: inline; width: auto; height: auto; white-space: normal; }
b { font-weight: bold; }
i { font-style: italic; }
u { text-decoration: underline; }
h1, h2 { font-weight: bold; -pdf-outline: true; -pdf-outline-open: false; }
h1 { font-size: 138.5%; -pdf-outline-level: 0; }
h2 { font-size: 123.1%; -pdf-outline-level: 1; }
h1, h2, p { margin: 1em 0; }
body, div, h1, h2, p, table, th, tr, td { display: block; }
tr, th, td { vertical-align: middle; width: auto; }
th { text-align: center; font-weight: bold; }
"""


@functools.lru_cache(maxsize=256)
def qr_data_uri(text: str, scale: int = 4) -> str:
    """A QR code as a PNG data address, for print templates."""
    import segno  # only where a code is drawn

    return segno.make(text, error="m").png_data_uri(scale=scale, border=1)


def rendered(template: str, *, is_long: bool = False, **context: Any) -> bytes:
    """The PDF of a print template. Raises RuntimeError when it cannot be laid out.

    To write how many pages there are, a paper is laid out twice. Most have one page, so that is tried first,
    unless it is known that there are more (`is_long`)."""
    content = None if is_long else on_one_page(template, **context)
    return content or _laid_out(template, is_one_page=False, **context)


def on_one_page(template: str, **context: Any) -> bytes | None:
    """The PDF of a print template if it fits on one page."""
    content = _laid_out(template, is_one_page=True, **context)
    return content if pages(content) == 1 else None


def _laid_out(template: str, **context: Any) -> bytes:
    # Some processes never print; reading this library takes 0.3 s and 20 MB.
    from xhtml2pdf import pisa
    from xhtml2pdf.config.resources import ResourceAccessPolicy  # type: ignore[import-not-found]

    from portal.web import pdf_letters

    # The built-in fonts of PDF have no true minus sign; it would come out blank.
    text = (render_template(template, **context) if has_request_context()
            # a job has no page's context
            else current_app.jinja_env.get_template(template).render(**context))
    html = pdf_letters.in_html(text.replace("\N{MINUS SIGN}", "-"))
    out = io.BytesIO()
    result = pisa.CreatePDF(html, dest=out, encoding="utf-8", default_css=BASE_CSS,
                            resource_policy=ResourceAccessPolicy.server(None, allow_remote=False))
    if result.err:
        raise RuntimeError(f"{template} could not be printed")
    return out.getvalue()


def pages(content: bytes) -> int:
    """How many pages the PDF has."""
    from pypdf import PdfReader  # only where a PDF is made

    return len(PdfReader(io.BytesIO(content)).pages)


def answer(content: bytes, name: str) -> Response:
    """`content` shown in the browser as a PDF called `name`."""
    safe = "".join(c if c.isalnum() or c in "-_." else "-" for c in name)
    return Response(content, mimetype="application/pdf",
                    headers={"Content-Disposition": f'inline; filename="{safe}"',
                             "Cache-Control": "no-store"})
