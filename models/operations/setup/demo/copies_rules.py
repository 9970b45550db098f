"""What the copies of a larger demo are made of, as data: which tables grow, which of their rows may be
copied, and what of a copy must not be what it was."""

from __future__ import annotations

#: Tables that grow, each after those that it names.
TABLES = (
    "patient", "consent", "patient_allergy", "asset", "asset_book", "asset_book_change", "asset_movement",
    "meter_reading", "maintenance_schedule", "maintenance", "maintenance_line", "maintenance_part",
    "calibration", "fault_report", "inventory_round", "inventory_round_line", "asset_plan", "asset_plan_line",
    "stock_batch", "stock_balance", "purchase_request", "purchase_request_line", "quotation_request",
    "quotation_request_line", "purchase_order", "purchase_order_line", "quotation", "quotation_price",
    "supplier_return", "goods_receipt", "goods_receipt_line", "supplier_return_line", "supplier_refund",
    "supplier_invoice", "supplier_invoice_line", "store_request", "store_request_line", "delivery_request",
    "delivery_request_line", "unit_return", "unit_return_line", "spoilage", "spoilage_line", "stock_transfer",
    "stock_transfer_line", "stocktake", "stocktake_line", "consultation", "walk_in", "triage_answer",
    "consultation_message", "clinical_note", "diagnosis", "follow_up", "vital_sign", "letter",
    "letter_answer", "prescription", "prescription_line", "dispensing", "stay", "stay_bed", "bed_reservation",
    "cleaning", "stock_move", "journal_entry", "journal_line", "document_event", "document_number", "comment",
    "notice", "outbox",
)
#: Columns that name a record of any table: of these tables, the pair.
ABOUT = {**dict.fromkeys(("stock_move", "journal_entry", "document_event", "document_number", "comment",
                          "outbox"), ("document_type", "document_id")),
         "notice": ("table_name", "record_id")}
#: What a move's `line_id` names, where it is not the line of its document.
LINES = {"prescription": "dispensing", "maintenance": "maintenance_part"}
#: What many share is copied, but does not bind those who name it into one piece.
SHARED = {"patient", "stock_batch", "asset", "maintenance_schedule", "maintenance_line"}
#: … but for what is a part of it.
PARTS = {("consent", "patient"), ("patient_allergy", "patient"), ("asset_book", "asset"),
         ("calibration", "asset"), ("maintenance_schedule", "asset"), ("meter_reading", "asset"),
         ("stock_balance", "stock_batch"), ("maintenance_part", "maintenance_line")}
#: Of these many stand open, so that each piece with one that has ended is copied more than once.
LEADING = ("purchase_order", "purchase_request", "stocktake", "asset_plan", "bed_reservation",
           "inventory_round", "supplier_return", "unit_return")
#: What a copy can do without.
LOOSE = {("asset", "parent_id"), ("calibration", "maintenance_line_id"), ("patient", "guardian_id")}
#: What is named as it is where no copy of it is made.
FIXED = {"stock_batch"}
#: Rows that are left out alone when what they name has no copy.
LEAVES = {"inventory_round_line", "meter_reading", "asset_movement", "notice", "outbox", "journal_line"}
#: What stands today, and is no history: its copies are of the same day.
OF_TODAY = {"asset", "stock_batch"}

#: States in which nothing more happens to a record.
_ENDED = ("done", "posted", "paid", "reversed", "rejected", "cancelled", "accepted", "dismissed", "closed")
ENDED = {
    **dict.fromkeys(("maintenance", "fault_report", "inventory_round", "asset_plan", "purchase_request",
                     "quotation_request", "purchase_order", "supplier_return", "goods_receipt",
                     "supplier_refund", "supplier_invoice", "store_request", "delivery_request",
                     "unit_return", "spoilage", "stock_transfer", "stocktake"), _ENDED),
    "patient": ("active", "suspended", "rejected"), "asset": ("registered", "in_use"),
    "asset_movement": ("acknowledged", "refused", "recalled"),
    "maintenance_line": ("done", "failed", "dropped", "planned"),
    "consultation": ("completed", "rejected", "cancelled", "no_show", "expired"),
    "walk_in": ("taken", "left", "expired"), "letter": ("issued", "withdrawn", "replaced"),
    "prescription": ("dispensed", "cancelled", "expired"), "bed_reservation": ("used", "lapsed", "cancelled"),
    "cleaning": ("finished", "inspected", "cancelled"),
}
#: What else a row must be, in SQL of both databases; `t` is the table.
ONLY = {
    "patient": "t.merged_into_id IS NULL",
    "asset": "t.asset_receipt_line_id IS NULL AND t.split_from_id IS NULL AND NOT EXISTS (SELECT 1 FROM "
             "asset_book b JOIN asset_book_change c ON c.asset_book_id = b.id WHERE b.asset_id = t.id "
             "AND c.kind <> 'opening')",
    "stock_batch": "t.number <> '' AND t.same_as_id IS NULL",
    "consultation": "t.held_beside_id IS NULL AND t.rescheduled_from_id IS NULL",
    "maintenance_line": "t.asset_disposal_id IS NULL",
    "stay": "t.ended_at IS NOT NULL", "stay_bed": "t.ended_at IS NOT NULL",
    "outbox": "t.status <> 'waiting' AND t.status <> 'sending'",
    "stock_move": "t.document_type <> 'stocktake'", "journal_entry": "t.document_type <> 'stocktake'",
}
#: Rows of these are left out without what they belong to when they are not what `ONLY` says.
ASIDE = {"outbox", "stock_move", "journal_entry", "journal_line"}

RANDOM = "{random}"
#: What a copy has instead. {c} is the column, {id} the copy's key, {k} its turn, {random} 16 hex digits.
INSTEAD = {
    ("stock_batch", "number"): "{c} || '-' || {k}", ("stock_balance", "quantity"): "0",
    ("goods_receipt_line", "batch_number"): "{c} || '-' || {k}",
    ("patient", "user_id"): "NULL", ("patient", "nik"): "NULL", ("patient", "nik_index"): "NULL",
    ("patient", "registered_by_id"): "coalesce({c}, {clerk})",
    ("consultation_message", "client_id"): "'k' || {id}",
    ("notice", "key"): "'k' || {id}", ("outbox", "key"): "'k' || {id}", ("notice", "waits"): "{false}",
    ("letter", "verify_code"): RANDOM, ("document_number", "verify_code"): RANDOM,
    ("fault_report", "code"): RANDOM, ("asset", "qr_code"): RANDOM,
    ("asset", "tag"): "'AST-K' || {id}",
    ("asset", "capitalised_building_id"): "NULL",
    ("asset_book", "accumulated"): "q.opening_accumulated",
    ("calibration", "certificate_number"): "'KAL.K.' || {id}",
    ("supplier_invoice", "supplier_number"): "{c} || '-K' || {id}",
    ("document_event", "delegation_id"): "NULL", ("maintenance_schedule", "ordered_for"): "NULL",
    ("stocktake_line", "system_quantity"): "{c} * 0", ("stocktake_line", "counted_quantity"): "{c} * 0",
    ("stocktake_line", "last_move_id"): "NULL",
}
#: Days that belong to a person or a thing, not to what happened.
STILL = {("patient", "birth_date"), ("stock_batch", "expires_on"), ("goods_receipt_line", "expires_on")}
#: Numbers that a copy gets of a series of its own.
GIVEN = {("patient", "medical_record_number"): "g.number", ("asset", "nup"): "g.sequence"}
