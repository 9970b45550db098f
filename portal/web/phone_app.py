"""The phone pages as an app that can be installed and that outlives a lost line: its card (manifest), its
worker, and the page that stands where none can be shown.

The worker (`static/sw.js`) serves the panel's addresses. It keeps the shell, and of the pages only those that
say so (`keep_on_phone`), by the person whose they are, until that person signs out.
"""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, current_app, g, jsonify, render_template, request
from flask_babel import force_locale, gettext
from flask_login import current_user

from models.settings import setting
from portal.web.signin import person_mark

bp = Blueprint("phone_app", __name__)
#: Names the person whose page may be kept on the phone; no other page carries it.
MARK = "X-Phone-Page"
#: What the phone pages are made of, under `static/`.
SHELL = ("tabler.css", "rawat.css", "rooms.css", "scan.css", "count.css", "sending.js", "focus.js",
         "panel.js", "keys.js", "going.js", "lists.js", "counts.js", "drafts.js", "phone-store.js",
         "phone.js", "scan.js", "camera.js", "icons.svg", "icons/app-192.png")
#: Sizes of the app's sign in pixels, and what each is for.
ICONS = (("icons/app-192.png", "192x192", "any"), ("icons/app-512.png", "512x512", "any"),
         ("icons/app-maskable-512.png", "512x512", "maskable"))
COLOUR = "#0f766e"


def keep_on_phone() -> None:
    """The page that is answered may be kept on the phone of the person who opened it: no clinical one is."""
    g.keeps_on_phone = True


@functools.cache
def version(folder: str) -> str:
    """Changes with any file of the shell."""
    every = b"".join((Path(folder) / name).read_bytes() for name in (*SHELL, "sw.js"))
    return hashlib.sha256(every).hexdigest()[:12]


def worker_address() -> str:
    """Where the worker of this version, in the reader's language, comes from."""
    from portal.web import locale

    return f"/sw.js?language={locale.choose()}&v={version(str(current_app.static_folder))}"


@bp.get("/sw.js")
def worker() -> Any:
    answer = current_app.send_static_file("sw.js")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@bp.get("/phone-shell")
def shell() -> Any:
    """What the worker keeps from the beginning."""
    return jsonify([f"/static/{name}" for name in SHELL])


@bp.get("/offline/<any(id, en):code>")
def offline(code: str) -> Any:
    """What stands where a page cannot be shown without a line: nobody's, and the same for all."""
    with force_locale(code):
        return render_template("site/offline.html", language=code, theme="", alone=True)


@bp.get("/manifest.webmanifest")
def manifest() -> Any:
    """The app's card, with the hospital's name."""
    hospital = setting("hospital.name")
    answer = jsonify({
        "id": "/admin/", "start_url": "/admin/", "scope": "/", "display": "standalone",
        "name": f"Rawat · {hospital}" if hospital != "Rawat" else hospital, "short_name": "Rawat",
        "lang": request.accept_languages.best_match(("id", "en")) or "id",
        "theme_color": COLOUR, "background_color": COLOUR,
        "icons": [{"src": f"/static/{name}", "sizes": sizes, "type": "image/png", "purpose": purpose}
                  for name, sizes, purpose in ICONS],
        "shortcuts": [{"name": gettext("Cleaning work list"), "url": "/admin/housekeeping/"},
                      {"name": gettext("Stocktakes"), "url": "/admin/stocktake/"},
                      {"name": gettext("Scan a barcode"), "url": "/admin/scan/"}]})
    answer.mimetype = "application/manifest+json"
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer


def _mark(answer: Any) -> Any:
    if g.get("keeps_on_phone") and answer.status_code == 200 and request.method == "GET" \
            and current_user.is_authenticated:
        answer.headers[MARK] = person_mark()
    return answer


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.after_request(_mark)
    app.context_processor(lambda: {"phone_worker": worker_address,
                                   "is_phone_page": lambda: bool(g.get("keeps_on_phone"))})
