"""Second walls on PostgreSQL: what the application's role may do there, and what it sees for a patient.

Three roles. The owner migrates. The application's role serves: it changes no table that only grows, lifts no
trigger, truncates nothing. While a patient is signed in it acts as a third role, which sees the rows of that
person alone, even where a query forgets its filter. `statements` writes all this as SQL, `lacking` looks what
of it stands. SQLite knows no roles: there the rest of the rules stands by itself.

Staff are not kept apart by rows here: what they see follows from roles, units, stores and states of papers,
which `models.rights` knows and the database does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from functools import cache
from typing import Any

import sqlalchemy as sa

from models import connections
from models.base import db
from models.documents import Area, document_types
from models.errors import N_, Refused
from models.finality import APPEND_ONLY
from models.people import User, UserRole
from models.roles import Role
from models.scopes import model_of

#: The role as which this process acts for a patient; "": as for everybody.
_patients_role: list[str] = [""]

# ---------------------------------------------------------------- what is declared

#: The setting that says, within one transaction, whose account a patient's role acts for.
PERSON = "rawat.person"
_ME = f"NULLIF(current_setting('{PERSON}', true), '')::bigint"
#: The records that the account may act for: the own one, those it keeps as guardian, and what was merged into
#: these. Asked once for a statement.
_OWN = "ANY ((SELECT own_patients())::bigint[])"
_OWN_TEXT = "ANY ((SELECT own_patients())::text[])"

#: Tables by whom a row belongs to: an account, in this column.
OF_ACCOUNT = {
    "account_identity": "user_id", "account_ticket": "user_id", "api_answer": "user_id",
    "api_token": "user_id", "authenticator": "user_id", "form_draft": "user_id", "panel_choice": "user_id",
    "passkey": "user_id", "push_subscription": "user_id", "recovery_code": "user_id",
    "saved_filter": "user_id", "user_session": "user_id"}
#: Read by whose row it is, written by the house alone: what somebody does for another person.
READ_BY = {"delegation": "taker_id"}
#: Tables that hang on any record by its table's name and id: the column of the name, the column of the id.
OF_RECORDS = {"attachment": ("document_type", "document_id"), "comment": ("document_type", "document_id"),
              "document_event": ("document_type", "document_id")}
#: Tables with patients' keys whose rows everybody's pages count: how many beds are kept (free beds).
COUNTED = frozenset({"bed_reservation"})
#: What a patient's request needs of others' rows: these columns alone, through a view of the owner's. Times
#: that are taken, stars, places in the line; whether a NIK (its keyed hash) or a sign-in elsewhere is held.
OF_EVERYBODY = {
    "account_identity": ("id", "user_id", "issuer", "subject"),
    "consultation": ("id", "doctor_id", "patient_id", "starts_at", "slot_minutes", "state", "kind", "rating"),
    "patient": ("id", "nik_index"),
    "walk_in": ("id", "state", "triage", "arrived_at")}
#: What no patient's request reads: the money and the goods, and what doctors and office keep for themselves.
CLOSED_AREAS = (Area.INVENTORY, Area.PURCHASING, Area.ASSETS, Area.ACCOUNTING)
CLOSED = frozenset({
    "asset_book", "asset_book_change", "batch_correction", "employee", "journal_entry", "journal_line",
    "list_import", "note_draft", "patient_merge", "patient_merge_move", "prescription_template", "quotation",
    "quotation_price", "stock_move", "supplier", "supplier_price", "vendor"})
#: What a patient may report as anybody may: a fault of a thing.
OPEN_PAPERS = frozenset({"fault_report"})
#: What else a patient's request writes: INSERT, UPDATE, DELETE by their first letters. UPDATE of a doctor and
#: of the settings is the lock on the row, of the key alone.
WRITES = {"activity_log": "I", "document_number": "I", "fault_report": "IU", "notice": "IUD",
          "number_counter": "IU", "outbox": "IUD", "secret_try": "IUD", "user": "U"}
#: Read and added to for others too (whose name stands there), changed only where one's own. Notices and
#: messages are written to others and taken back from them: these two have no rows of their own here, and hold
#: nothing clinical.
OWN_CHANGES = {"user": "id"}
LOCKS = ("doctor", "doctor_duty", "bed", "room", "inpatient_room", "asset")


@cache
def own_rows() -> dict[str, str]:
    """For each table that a patient sees by rows: the criterion in SQL of the rows that are the person's."""
    rules = {"patient": f"user_id = {_ME} OR guardian_id = {_OWN} OR id = {_OWN}"}
    rules |= dict(_of_patients())
    rules |= {name: f"{column} = {_ME}" for name, column in OF_ACCOUNT.items()}
    rules["account_ticket"] += f" OR patient_id = {_OWN}"
    records = sorted(set(rules) - set(OF_ACCOUNT) - {"patient"})
    for name, (table, key) in OF_RECORDS.items():
        known = ", ".join(f"'{record}'" for record in ("patient", *records))
        others = "".join(f" OR ({table} = '{record}' AND {key} IN (SELECT id FROM {record}))"
                         for record in records if record in _KEPT_BY_RECORD)
        rules[name] = f"{table} NOT IN ({known}) OR ({table} = 'patient' AND {key} = {_OWN}){others}"
    others = "".join(f" OR (table_name = '{record}' AND changed_id IN (SELECT id::text FROM {record}))"
                     for record in records if "id" in db.metadata.tables[record].c)
    rules["activity_log"] = (f"user_id = {_ME} OR (table_name = 'patient' AND changed_id = {_OWN_TEXT})"
                             f"{others} OR (table_name = 'attachment' AND changed_id IN (SELECT id::text "
                             "FROM attachment WHERE document_type = 'consultation'))")
    return rules | {name: f"{column} = {_ME}" for name, column in READ_BY.items()}


#: Records of a patient on which files, remarks and steps hang.
_KEPT_BY_RECORD = frozenset({"consultation", "prescription", "letter", "walk_in", "stay"})


def _of_patients() -> Iterator[tuple[str, str]]:
    """Tables that lead to a patient by their keys, each with its criterion."""
    for name, (column, parent) in towards_patients().items():
        yield name, (f"{column} = {_OWN}" if parent == "patient"
                     else f"{column} IN (SELECT id FROM {parent})")


@cache
def towards_patients() -> dict[str, tuple[str, str]]:
    """Tables that lead to a patient by their keys, the nearest first: the column, and the table one step
    nearer."""
    left_out = CLOSED | COUNTED | set(OF_ACCOUNT) | {"patient", *OF_RECORDS}
    result: dict[str, tuple[str, str]] = {}
    while True:
        near = {}
        for table in db.metadata.sorted_tables:
            keys = sorted((key.parent.name, key.column.table.name) for key in table.foreign_keys
                          if key.column.table.name in {"patient", *result})
            if keys and table.name not in {*left_out, *result}:
                near[table.name] = next((key for key in keys if key[1] == "patient"), keys[0])
        if not near:
            return result
        result |= near


@cache
def closed() -> frozenset[str]:
    """Tables that a patient's role does not read."""
    papers = {name: model for name, model in document_types().items()
              if model.area in CLOSED_AREAS and name not in OPEN_PAPERS}
    lines = {relation.mapper.class_.__tablename__ for model in papers.values()
             if (relation := sa.inspect(model).relationships.get("lines")) is not None}
    return frozenset({*papers, *lines, *CLOSED})


# ---------------------------------------------------------------- as SQL

_FUNCTION = f"""
CREATE OR REPLACE FUNCTION own_patients() RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  WITH kept AS (SELECT id FROM patient WHERE user_id = {_ME}
    UNION SELECT id FROM patient WHERE guardian_id IN (SELECT id FROM patient WHERE user_id = {_ME}))
  SELECT coalesce(array_agg(id), '{{}}') FROM (
    SELECT id FROM kept UNION SELECT id FROM patient WHERE merged_into_id IN (SELECT id FROM kept)) AS all_of
$$
""".strip()


_LATER = "ALTER DEFAULT PRIVILEGES"


def _named(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _list(names: Iterable[str]) -> str:
    return ", ".join(_named(name) for name in sorted(names))


def statements(app: str, patients: str) -> list[str]:
    """All walls for the roles `app`, which serves, and `patients`, as which it acts for a patient. Run by the
    owner, after each migration; what stands already is built anew."""
    tables, own = set(db.metadata.tables), own_rows()
    role, guest = _named(app), _named(patients)
    made = [f"GRANT USAGE ON SCHEMA public TO {role}, {guest}",
            f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}, {guest}",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON {_list(tables)} TO {role}",
            f"REVOKE UPDATE, DELETE ON {_list(APPEND_ONLY)} FROM {role}",
            f"GRANT SELECT ON alembic_version TO {role}, {guest}",
            f"GRANT SELECT ON {_list(tables - closed())} TO {guest}",
            f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}, {guest}",
            f"GRANT INSERT, UPDATE, DELETE ON {_list(set(own) - set(APPEND_ONLY) - set(READ_BY))} TO {guest}",
            f"GRANT INSERT ON {_list(set(own) & set(APPEND_ONLY))} TO {guest}",
            # No rights in advance: a table that a migration makes, or a restore, would come without walls.
            f"{_LATER} REVOKE ALL ON TABLES FROM {role}, {guest}",
            f"{_LATER} REVOKE ALL ON SEQUENCES FROM {role}, {guest}"]
    words = {"I": "INSERT", "U": "UPDATE", "D": "DELETE"}
    made += [f"GRANT {', '.join(words[letter] for letter in letters)} ON {_named(name)} TO {guest}"
             for name, letters in WRITES.items()]
    made += [f"GRANT UPDATE (id) ON {_named(name)} TO {guest}" for name in LOCKS]
    made += [_FUNCTION, "REVOKE ALL ON FUNCTION own_patients() FROM PUBLIC",
             f"GRANT EXECUTE ON FUNCTION own_patients() TO {role}, {guest}"]
    for name, columns in OF_EVERYBODY.items():
        view = _named(f"everybodys_{name}")
        made += [f"CREATE OR REPLACE VIEW {view} AS SELECT {', '.join(columns)} FROM {_named(name)}",
                 f"GRANT SELECT ON {view} TO {guest}"]
    for name in (*own, *OWN_CHANGES):
        table = _named(name)
        made += [f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"]
        made += [f"DROP POLICY IF EXISTS {policy} ON {table}" for policy in ("house", "own", "read", "added")]
        # The house's role has no criterion to pay for: `true` is not asked row by row.
        mine = own[name] if name in own else f"{OWN_CHANGES[name]} = {_ME}"
        made += [f"CREATE POLICY house ON {table} TO {role} USING (true) WITH CHECK (true)",
                 f"CREATE POLICY own ON {table} TO {guest} USING ({mine})"]
        if name in OWN_CHANGES:
            made += [f"CREATE POLICY read ON {table} FOR SELECT TO {guest} USING (true)",
                     f"CREATE POLICY added ON {table} FOR INSERT TO {guest} WITH CHECK (true)"]
    return made


def build(connection: sa.Connection, app: str, patients: str) -> int:
    """Put the walls up, as the tables' owner; returns how many statements that took. Raises `Refused` where
    the roles are not such as walls hold."""
    _require(connection, app, patients)
    made = statements(app, patients)
    for sql in made:
        connection.exec_driver_sql(sql.replace("%", "%%"))
    return len(made)


def _require(connection: sa.Connection, app: str, patients: str) -> None:
    if connection.dialect.name != "postgresql":
        raise Refused(N_("Only PostgreSQL knows roles; this database is another."))
    known = {row.rolname: row for row in connection.execute(sa.text(
        "SELECT rolname, rolsuper OR rolbypassrls AS passes, rolname = current_user AS own FROM pg_roles"))}
    for name in (app, patients):
        if name not in known:
            raise Refused(N_("There is no role %(role)s in the database. docs/deploy.md says how to make "
                             "it."), role=name)
        if known[name].passes or known[name].own:
            raise Refused(N_("No wall holds %(role)s: it owns the tables, is a superuser or passes row-level "
                             "security. Name a role of its own for the application."), role=name)
    if not connection.scalar(sa.text("SELECT pg_has_role(:app, :patients, 'MEMBER')"),
                             {"app": app, "patients": patients}):
        raise Refused(N_("%(app)s may not act as %(patients)s yet: GRANT %(patients)s TO %(app)s."), app=app,
                      patients=patients)


def lacking(connection: sa.Connection, app: str, patients: str) -> list[str]:
    """What of the walls does not stand, one line each."""
    known = set(connection.scalars(sa.text("SELECT rolname FROM pg_roles")))
    if nobody := [f"there is no role {role}" for role in (app, patients) if role not in known]:
        return nobody
    wrong = []
    may = sa.text("SELECT has_table_privilege(:role, :table, :what)")
    for role in (app, patients):
        for table in APPEND_ONLY:
            wrong += [f"{role} may {what} {table}" for what in ("UPDATE", "DELETE", "TRUNCATE")
                      if connection.scalar(may, {"role": role, "table": _named(table), "what": what})]
    wrong += [f"{app} may not read {table}" for table in connection.scalars(sa.text(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' "
        "AND NOT has_table_privilege(:app, oid, 'SELECT') ORDER BY relname"), {"app": app})]
    wrong += [f"{patients} may read {table}" for table in sorted(closed())
              if connection.scalar(may, {"role": patients, "table": _named(table), "what": "SELECT"})]
    secured = set(connection.scalars(sa.text(
        "SELECT c.relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid AND p.polname = 'own' "
        "JOIN pg_roles r ON r.oid = ANY (p.polroles) AND r.rolname = :patients WHERE c.relrowsecurity"),
        {"patients": patients}))
    wrong += [f"{table} has no row-level security for {patients}"
              for table in sorted({*own_rows(), *OWN_CHANGES} - secured)]
    return wrong


def lacking_here() -> list[str]:
    """What lacks of the walls for the roles of this process; nothing where patients have no role."""
    if not _patients_role[0]:
        return []
    with db.engine.connect() as connection:
        return lacking(connection, db.engine.url.username or "", _patients_role[0])


# ---------------------------------------------------------------- who acts in a transaction

#: The account of the patient who is signed in; None for everybody else.
_patient: ContextVar[int | None] = ContextVar("patient_account", default=None)


def configure(patients: str) -> None:
    """Which role acts for patients; "" for none."""
    _patients_role[0] = patients


def act_for(user: User | None) -> None:
    """From here on, in this context, transactions are those of this person: of a patient with nobody else's
    rows, of staff and nobody as the house. Who is patient and staff as well is staff."""
    is_patient = user is not None and user.roles <= {Role.PATIENT}
    _patient.set(user.id if user is not None and is_patient else None)


def acts_for_patient() -> bool:
    """Whether transactions begun from here on see one patient's rows only."""
    return bool(_patients_role[0]) and _patient.get() is not None


def transaction_words() -> bytes:
    """What a transaction begins with beside BEGIN: the patient's role and account; empty for everybody
    else."""
    person = _patient.get()
    if person is None or not _patients_role[0]:
        return b""
    return f"; SET LOCAL ROLE {_named(_patients_role[0])}; SET LOCAL {PERSON} = '{int(person)}'".encode()


class WalledConnection(connections.Connection):
    """A connection that says who acts in the same message that begins a transaction: no round trip more."""

    def words(self) -> bytes:
        return transaction_words()


def wall(engine: sa.Engine) -> None:
    """Let connections of the engine say who acts, and keep their plans. Call once for each engine."""
    connections.prepare(engine, WalledConnection)


def opening(looks_up: sa.Select[Any], user_id: Any) -> Callable[[], sa.Select[Any]]:
    """The statement that looks up whose session it is, `user_id` its column of the account: where patients
    have a role it also makes what is left of the transaction theirs. No statement more."""
    others = sa.select(sa.literal(1)).where(UserRole.user_id == user_id, UserRole.role != Role.PATIENT) \
        .correlate_except(UserRole).exists()
    role = sa.bindparam("patients_role", callable_=lambda: _patients_role[0], type_=sa.String)
    becomes = sa.case((sa.not_(others), sa.func.concat(
        sa.func.set_config("role", role, True),
        sa.func.set_config(PERSON, sa.cast(user_id, sa.String), True))))
    walled = looks_up.add_columns(becomes)
    return lambda: walled if _patients_role[0] else looks_up


def everybodys(table: str) -> Any:
    """The columns that `OF_EVERYBODY` names, of everybody's rows: for a patient those of the view that gives
    them, else the model."""
    model = model_of(table)
    if not acts_for_patient():
        return model
    if db.session.autoflush:  # as a statement about the model does
        db.session.flush()
    return sa.table(f"everybodys_{table}", *(
        sa.column(name, model.__table__.c[name].type) for name in OF_EVERYBODY[table])).c
