"""Django's own admin over the same tables, tuned as its documentation advises: what a hospital would get
there.

Rows are joined (`list_select_related`), choices are searched (`autocomplete_fields`), nothing is counted
twice (`show_full_result_count`), 20 rows a page, sessions in memory, templates cached. Needs `pip install
"django==5.2.*"`; without it the benchmark leaves this column out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

#: Ours and theirs, by the name that `tests.benchmarks` gives the page; {id} and the like are filled in there.
PATHS = {
    "moves, page 1": "stockmove/",
    "moves, page 40,000 by key": "stockmove/?p={page}",
    "moves, search by item name": "stockmove/?q=jenis+00123",
    "move, details": "stockmove/{move}/change/",
    "orders, page 1": "purchaseorder/",
    "orders by state and date": "purchaseorder/?state__exact=sent&ordered_on__gte=2026-06-01",
    "order, edit, 3 lines": "purchaseorder/{draft}/change/",
    "order, new": "purchaseorder/add/",
}


def make_django(url: sa.URL, moves: int) -> Callable[[str], tuple[int, bytes]] | None:
    """A function that asks for a page by our name of it: status and body. None without Django."""
    try:
        import django
        from django.apps import AppConfig
        from django.conf import settings
    except ImportError:
        return None
    global Bench, urlpatterns
    Bench = type("Bench", (AppConfig,), {"name": "tests.benchmarks", "label": "bench"})
    settings.configure(
        SECRET_KEY="benchmark", ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, USE_TZ=True, STATIC_URL="static/",
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField", LANGUAGE_CODE="id",
        SESSION_ENGINE="django.contrib.sessions.backends.cache",
        DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", "NAME": url.database,
                               "HOST": url.host, "PORT": url.port or 5432, "USER": url.username,
                               "PASSWORD": url.password or "",
                               "CONN_MAX_AGE": None}},
        INSTALLED_APPS=[f"{__name__}.Bench", "django.contrib.admin", "django.contrib.auth",
                        "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages"],
        MIDDLEWARE=["django.middleware.security.SecurityMiddleware",
                    "django.contrib.sessions.middleware.SessionMiddleware",
                    "django.middleware.common.CommonMiddleware", "django.middleware.csrf.CsrfViewMiddleware",
                    "django.contrib.auth.middleware.AuthenticationMiddleware",
                    "django.contrib.messages.middleware.MessageMiddleware",
                    "django.middleware.clickjacking.XFrameOptionsMiddleware"],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": False,
                    "OPTIONS": {
            "loaders": [("django.template.loaders.cached.Loader",
                         ["django.template.loaders.app_directories.Loader"])],
            "context_processors": ["django.template.context_processors.request",
                                   "django.contrib.auth.context_processors.auth",
                                   "django.contrib.messages.context_processors.messages"]}}])
    django.setup()
    urlpatterns = _site(_models())
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.test import Client
    call_command("migrate", verbosity=0)
    person, _ = User.objects.get_or_create(username="bench",
                                           defaults={"is_superuser": True, "is_staff": True})
    client = Client()
    client.force_login(person)
    known = {"page": moves // 25, "move": moves // 5, "draft": moves // 10}

    def ask(name: str) -> tuple[int, bytes]:
        answer = client.get("/admin/bench/" + PATHS[name].format(**known))
        return answer.status_code, answer.content

    return ask


Bench: Any = None  # Django finds both by their names in this module
urlpatterns: list[Any] = []


def _models() -> dict[str, Any]:
    from django.db import models as m

    def table(name: str, title: str = "", /, **fields: Any) -> Any:
        meta = type("Meta", (),
                    {"app_label": "bench", "managed": False, "db_table": name, "ordering": ["-id"]})
        names = {"__str__": lambda self: getattr(self, title) or "–"} if title else {}
        model = "".join(word.title() for word in name.split("_"))
        return type(model, (m.Model,), {"__module__": __name__, "Meta": meta, **names, **fields})

    def to(model: Any) -> Any:
        return m.ForeignKey(model, m.PROTECT)

    def amount(places: int = 3) -> Any:
        return m.DecimalField(max_digits=18, decimal_places=places)

    item = table("item", "name", name=m.CharField(max_length=200), base_unit=m.CharField(max_length=40))
    unit = table("unit_conversion", "unit_name", unit_name=m.CharField(max_length=40), item=to(item))
    store = table("store", "name", name=m.CharField(max_length=200))
    supplier = table("supplier", "name", name=m.CharField(max_length=200))
    user = table("user", "name", name=m.CharField(max_length=200))
    batch = table("stock_batch", "number", number=m.CharField(max_length=40), item=to(item))
    move = table("stock_move", store=to(store), item=to(item), batch=to(batch), user=to(user),
                 quantity=amount(),
                 value=amount(2), kind=m.CharField(max_length=20), moved_on=m.DateField(),
                 reason=m.CharField(max_length=500, null=True, blank=True))
    order = table("purchase_order", "number", number=m.CharField(max_length=20, null=True),
                  supplier=to(supplier),
                  store=to(store), created_by=to(user), ordered_on=m.DateField(), note=m.TextField(null=True),
                  expected_on=m.DateField(null=True),
                  state=m.CharField(max_length=20, choices=[(each, each) for each in (
                      "draft", "submitted", "approved", "payment_approved", "sent", "done", "cancelled")]))
    line = table("purchase_order_line", purchase_order=m.ForeignKey(order, m.CASCADE), item=to(item),
                 unit=to(unit),
                 quantity=amount(), factor=amount(6), unit_price=amount(2), discount=amount(2))
    return {"item": item, "unit": unit, "store": store, "supplier": supplier, "user": user, "batch": batch,
            "move": move, "order": order, "line": line}


def _site(known: dict[str, Any]) -> list[Any]:
    from django.contrib import admin
    from django.urls import path

    class Tuned(admin.ModelAdmin):
        list_per_page = 20
        show_full_result_count = False

    class Lines(admin.TabularInline):
        model = known["line"]
        autocomplete_fields = ("item", "unit")
        extra = 0

    def declared(**options: Any) -> Any:
        return type("Admin", (Tuned,), options)

    for name, field in (("item", "name"), ("unit", "unit_name"), ("store", "name"), ("supplier", "name"),
                        ("user", "name"), ("batch", "number")):
        admin.site.register(known[name], declared(search_fields=(field,)))
    joined = ("item", "store", "batch")
    admin.site.register(known["move"], declared(
        list_display=("id", "moved_on", *joined, "kind", "quantity", "value"), list_select_related=joined,
        search_fields=("item__name",), autocomplete_fields=(*joined, "user")))
    joined = ("supplier", "store", "created_by")
    admin.site.register(known["order"], declared(
        list_display=("number", "ordered_on", *joined, "state"), list_select_related=joined, inlines=(Lines,),
        list_filter=("state", "ordered_on"), search_fields=("number",), autocomplete_fields=joined))
    return [path("admin/", admin.site.urls)]
