"""What the database itself keeps of delegations, on SQLite and PostgreSQL alike.

A delegation lasts 30 days at most, and a step in another's name is written by the taker of a delegation that
stands. `models.triggers` adds the SQL of both to its own; that the days of one role do not overlap is in
`models.intervals`.
"""

from __future__ import annotations

from collections.abc import Iterator

from models.delegations import MOST_DAYS, Delegation
from models.documents import DocumentEvent

TOO_LONG = f"a delegation lasts {MOST_DAYS} days at most"
NOT_TAKEN = "nobody acts in another's name without a delegation"
#: Quotes doubled, as SQL writes them.
_SAID = NOT_TAKEN.replace("'", "''")

FUNCTION = f"""
CREATE FUNCTION refuse_untaken() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM delegation WHERE id = NEW.delegation_id AND taker_id = NEW.user_id
                 AND state = 'granted') THEN
    RAISE EXCEPTION USING MESSAGE = '{_SAID}', ERRCODE = '23514', TABLE = TG_TABLE_NAME;
  END IF;
  RETURN NEW;
END $$
"""


def sqlite() -> Iterator[tuple[str, str]]:
    """Table and statement of each trigger."""
    own, event = Delegation.__tablename__, DocumentEvent.__tablename__
    for does in ("INSERT", "UPDATE"):
        yield own, (f'CREATE TRIGGER {own}_length_{does.lower()} BEFORE {does} ON "{own}"\n'
                    f"WHEN julianday(NEW.ends_on) - julianday(NEW.starts_on) > {MOST_DAYS - 1}\n"
                    f"BEGIN SELECT RAISE(ABORT, '{TOO_LONG}'); END")
    yield event, (f'CREATE TRIGGER {event}_taken BEFORE INSERT ON "{event}"\n'
                  f"WHEN NEW.delegation_id IS NOT NULL AND NOT EXISTS (\n"
                  f'  SELECT 1 FROM "{own}" WHERE id = NEW.delegation_id AND taker_id = NEW.user_id\n'
                  f"    AND state = 'granted')\n"
                  f"BEGIN SELECT RAISE(ABORT, '{_SAID}'); END")


def postgresql() -> Iterator[tuple[str, str]]:
    """The same; the function stands in `FUNCTION`."""
    own, event = Delegation.__tablename__, DocumentEvent.__tablename__
    yield own, (f'CREATE TRIGGER {own}_length BEFORE INSERT OR UPDATE ON "{own}" FOR EACH ROW\n'
                f"WHEN (NEW.ends_on - NEW.starts_on > {MOST_DAYS - 1})\n"
                f"EXECUTE FUNCTION refuse_change('{TOO_LONG}')")
    yield event, (f'CREATE TRIGGER {event}_taken BEFORE INSERT ON "{event}" FOR EACH ROW\n'
                  f"WHEN (NEW.delegation_id IS NOT NULL)\nEXECUTE FUNCTION refuse_untaken()")
