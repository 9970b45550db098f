"""A hospital of any size in minutes: written by the database itself with `generate_series`.

The rules that the database keeps (triggers, foreign keys) are off while it fills, so the numbers are made to
agree: every balance is the sum of its moves, no state is illegal, every number is given once.
"""

from __future__ import annotations

import psycopg

ITEMS = 5_000
STORES = 5
UNITS = 50
SUPPLIERS = 200
#: The benchmark's people by role; their ids are their places here, from 1.
PEOPLE = ("facilities_staff", "store_head", "facilities_head", "unit_user", "store_staff", "director")

_MASTERS = f"""
INSERT INTO work_unit (id, code, name, status)
SELECT g, 'UK-' || g, 'Unit kerja ' || g, 'active' FROM generate_series(1, {UNITS}) g;

INSERT INTO "user" (id, name, email, language, status, is_demo, wants_mail, wants_whatsapp, wants_sms,
  created_at,
                    work_unit_id)
SELECT place, initcap(replace(role, '_', ' ')), role || '@bench.example', 'id', 'active', false, true, false,
  false,
       now(), CASE WHEN role = 'unit_user' THEN 1 END
FROM unnest(%(people)s::text[]) WITH ORDINALITY people(role, place);
INSERT INTO user_role (user_id, role) SELECT place, role FROM unnest(%(people)s::text[]) WITH ORDINALITY
  p(role, place);

INSERT INTO store (id, code, name, status)
SELECT g, 'GD-' || g, 'Gudang ' || g, 'active' FROM generate_series(1, {STORES}) g;
INSERT INTO supplier (id, code, name, charges_vat, language, status)
SELECT g, 'SUP-' || g, 'PT Pemasok ' || g, true, 'id', 'active' FROM generate_series(1, {SUPPLIERS}) g;

INSERT INTO item_category (id, code, name, is_medicine) VALUES (1, 'BHP', 'Bahan habis pakai', false);
INSERT INTO item (id, code, name, category_id, base_unit, precision, batch_tracked, controlled, stock_on_hand,
                  minimum_stock, status)
SELECT g, 'BRG-' || lpad(g::text, 5, '0'),
       (ARRAY['Infus set', 'Kateter', 'Sarung tangan', 'Spuit', 'Kasa steril', 'Masker', 'Obat', 'Reagen',
         'Kertas',
              'Cairan pembersih'])[1 + g %% 10] || ' jenis ' || lpad(g::text, 5, '0'),
       1, 'pcs', 0, true, false, 0, 10, 'active'
FROM generate_series(1, {ITEMS}) g;
INSERT INTO unit_conversion (id, item_id, unit_name, factor)
SELECT 2 * g - 1, g, 'pcs', 1 FROM generate_series(1, {ITEMS}) g
UNION ALL SELECT 2 * g, g, 'box', 10 FROM generate_series(1, {ITEMS}) g;
INSERT INTO stock_batch (id, item_id, number, expires_on)
SELECT g, g, 'LOT-' || g, date '2028-01-01' + (g %% 300) FROM generate_series(1, {ITEMS}) g;
"""

# Two moves of a pair are one item in one store: ten in, five out; so every balance is above zero.
_MOVES = f"""
INSERT INTO stock_move (store_id, item_id, batch_id, quantity, unit_cost, value, document_type, document_id,
  line_id,
                        kind, user_id, occurred_at, moved_on)
SELECT 1 + pair %% {STORES}, item, item, quantity, 1000 + item, quantity * (1000 + item), kind_of, g, 1,
  kind, 5,
       moved_on + time '09:00', moved_on
FROM (SELECT g, g / 2 AS pair, 1 + (g / 2 * 7919) %% {ITEMS} AS item,
             CASE WHEN g %% 2 = 0 THEN 10 ELSE -5 END AS quantity,
             CASE WHEN g %% 2 = 0 THEN 'receipt' ELSE 'delivery' END AS kind,
             CASE WHEN g %% 2 = 0 THEN 'goods_receipt' ELSE 'delivery_request' END AS kind_of,
             date '2025-01-01' + (g * 690 / %(moves)s)::int AS moved_on
      FROM generate_series(2::bigint, %(moves)s + 1) g) made
ORDER BY g;
INSERT INTO stock_balance (store_id, item_id, batch_id, quantity)
SELECT store_id, item_id, batch_id, sum(quantity) FROM stock_move GROUP BY 1, 2, 3;
INSERT INTO store_item (store_id, item_id, quantity, value)
SELECT store_id, item_id, sum(quantity), sum(value) FROM stock_move GROUP BY 1, 2;
UPDATE item SET stock_on_hand = held FROM (SELECT item_id, sum(quantity) held FROM stock_balance GROUP BY 1) b
WHERE b.item_id = item.id;
"""

# Every fiftieth document is a draft, the rest is spread over the states.
_DOCUMENTS = """
INSERT INTO {table} (id, created_by_id, {columns} state, number, created_at, note)
SELECT g, {author}, {values} state,
       CASE WHEN state <> 'draft' THEN '{prefix}/2025/' || lpad(g::text, 6, '0') END, on_day + time '08:00',
         NULL
FROM (SELECT g, date '2025-01-01' + (g * 690 / %(documents)s)::int AS on_day,
             CASE WHEN g %% 50 = 0 THEN 'draft' ELSE (%({table}_states)s::text[])[1 + g %% {states}] END AS
               state
      FROM generate_series(1, %(documents)s) g) made;
INSERT INTO {table}_line ({table}_id, item_id, unit_id, quantity, factor {more})
SELECT id, item, 2 * item, 1 + id %% 9, 10 {more_values}
FROM (SELECT d.id, 1 + (d.id * 31 + n * 977) %% {items} AS item FROM {table} d, generate_series(1, 3) n)
  lines;
INSERT INTO document_event (document_type, document_id, transition, from_state, to_state, user_id,
  occurred_at)
SELECT '{table}', id, 'create', NULL, 'draft', created_by_id, created_at FROM {table}
UNION ALL SELECT '{table}', id, 'submit', 'draft', 'submitted', created_by_id, created_at FROM {table}
WHERE state <> 'draft';
INSERT INTO document_number (prefix, year, sequence, number, document_type, document_id, verify_code)
SELECT '{prefix}', 2025, id, number, '{table}', id, md5('{prefix}' || id) FROM {table} WHERE number IS NOT
  NULL;
"""

STATES = {
    "purchase_order_states": ["submitted", "approved", "payment_approved", "sent", "sent", "done", "done",
                              "cancelled"],
    "store_request_states": ["submitted", "approved", "done", "done", "done", "rejected"],
}


def fill(connection: psycopg.Connection, moves: int) -> None:
    """Write `moves` stock moves and a tenth as many orders and store requests into an empty, migrated
    database."""
    given = {"moves": moves, "documents": moves // 10, "people": list(PEOPLE), **STATES}
    orders = _DOCUMENTS.format(
        table="purchase_order", prefix="PO", author=1, items=ITEMS,
        states=len(STATES["purchase_order_states"]),
        columns="supplier_id, store_id, ordered_on, vat_percent,",
        values=f"1 + g %% {SUPPLIERS}, 1 + g %% {STORES}, on_day, 11,",
        more=", unit_price, discount", more_values=", 10000 + item, 0")
    requests = _DOCUMENTS.format(
        table="store_request", prefix="SR", author=4, items=ITEMS, states=len(STATES["store_request_states"]),
        columns="work_unit_id, store_id, requested_on, urgency,",
        values=f"1 + (g / 50) %% {UNITS}, 1 + g %% {STORES}, on_day, 'normal',", more="", more_values="")
    with connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute("SET LOCAL synchronous_commit = off")
        for script in (_MASTERS, _MOVES, orders, requests):
            for statement in script.split(";\n"):
                if statement.strip():
                    connection.execute(statement.encode(), given)
        for (table,) in connection.execute(
                "SELECT c.relname FROM pg_class s JOIN pg_depend d ON d.objid = s.oid AND d.deptype IN "
                "('a', 'i') "
                "JOIN pg_class c ON c.oid = d.refobjid WHERE s.relkind = 'S'").fetchall():
            connection.execute(
                f"SELECT setval(pg_get_serial_sequence('\"{table}\"', 'id'), max(id)) FROM \"{table}\" "
                "HAVING max(id) IS NOT NULL".encode())
