-- Lists applied before previews were kept: there is no preview to hold them against.
UPDATE list_import SET digest = '-' WHERE applied_at IS NOT NULL

-- Stocktakes: until now the variance was dated the day on which counting began.
UPDATE stocktake SET posted_on = counted_on WHERE state = 'posted'

-- A line was held against the ledger of the start, whenever it was counted. Where its batch moved between the start and
-- the handing in, nobody can know which of the moves the count had seen: such lines are marked, to be counted again.
UPDATE stocktake_line SET count_again = 1 WHERE counted_quantity IS NOT NULL AND EXISTS (
  SELECT 1 FROM stocktake JOIN stock_move ON stock_move.store_id = stocktake.store_id
  WHERE stocktake.id = stocktake_line.stocktake_id AND stock_move.item_id = stocktake_line.item_id
  AND stock_move.batch_id = stocktake_line.batch_id AND stock_move.id > coalesce(stocktake_line.last_move_id, 0)
  AND (stocktake.state = 'counting' OR stocktake.state = 'submitted' AND stock_move.occurred_at <= (
    SELECT max(occurred_at) FROM document_event WHERE document_type = 'stocktake' AND document_id = stocktake.id
    AND transition = 'submit')))

-- A stocktake that was handed in with such a line goes back to counting: handed in it could only be cancelled.
INSERT INTO document_event (document_type, document_id, transition, from_state, to_state, user_id, note, occurred_at)
SELECT 'stocktake', id, 'recount', 'submitted', 'counting', created_by_id,
  'Pembaruan sistem: barang yang bergerak selama penghitungan dihitung ulang', CURRENT_TIMESTAMP
FROM stocktake WHERE state = 'submitted' AND EXISTS (
  SELECT 1 FROM stocktake_line WHERE stocktake_line.stocktake_id = stocktake.id AND count_again) ORDER BY id

UPDATE stocktake SET state = 'counting', version = version + 1 WHERE state = 'submitted' AND EXISTS (
  SELECT 1 FROM stocktake_line WHERE stocktake_line.stocktake_id = stocktake.id AND count_again)

-- Such lines are empty again; the figure stays in the note.
UPDATE stocktake_line SET counted_quantity = NULL, counted_by_id = NULL,
  note = CASE WHEN coalesce(note, '') = '' THEN '' ELSE note || ' · ' END || 'Hitungan sebelumnya: ' || rtrim(rtrim(printf('%.3f', counted_quantity / 1000.0), '0'), '.')
WHERE count_again

-- Nothing is expected of a line before it is counted, and a draft was not counted yet.
UPDATE stocktake_line SET counted_quantity = NULL, system_quantity = NULL, last_move_id = NULL, counted_by_id = NULL
WHERE counted_quantity IS NULL OR system_quantity IS NULL
OR stocktake_id IN (SELECT id FROM stocktake WHERE state = 'draft')

-- What stays was held against the ledger of the start.
UPDATE stocktake_line SET counted_at = coalesce(
  (SELECT max(occurred_at) FROM document_event WHERE document_type = 'stocktake'
   AND document_id = stocktake_line.stocktake_id AND transition = 'start'),
  (SELECT created_at FROM stocktake WHERE stocktake.id = stocktake_line.stocktake_id))
WHERE counted_quantity IS NOT NULL

-- A task keeps what the class of its room asks for; what was inspected had asked for it.
UPDATE cleaning SET needs_inspection = (state = 'inspected' OR EXISTS (
  SELECT 1 FROM inpatient_room AS r JOIN room_class AS c ON c.id = r.room_class_id
  WHERE r.id = cleaning.inpatient_room_id AND c.needs_inspection))

-- A cleaning that began while somebody was there, or that does less than what is due, does not count: cancelled.
INSERT INTO document_event (document_type, document_id, transition, from_state, to_state, user_id, note, occurred_at)
SELECT 'cleaning', cleaning.id, 'cancel', cleaning.state, 'cancelled', coalesce((
  SELECT e.user_id FROM document_event AS e WHERE e.document_type = 'cleaning' AND e.document_id = cleaning.id
  ORDER BY e.id DESC LIMIT 1), (SELECT min(id) FROM "user")),
  'Pembaruan sistem', CURRENT_TIMESTAMP
FROM cleaning WHERE cleaning.state = 'in_progress' AND (
  EXISTS (SELECT 1 FROM room AS o WHERE o.id = cleaning.room_id AND o.state = 'needs_cleaning')
  OR EXISTS (SELECT 1 FROM bed AS b WHERE b.id = cleaning.bed_id AND (b.state = 'needs_cleaning'
    OR (b.state IN ('cleaning', 'needs_inspection') AND
    (cleaning.kind = 'routine' OR (cleaning.kind = 'terminal' AND EXISTS (SELECT 1 FROM inpatient_room AS r JOIN ward AS w ON w.id = r.ward_id
  WHERE r.id = b.inpatient_room_id AND (r.is_isolation OR w.kind = 'isolation'))))))))

-- … the rows themselves.
UPDATE cleaning SET state = 'cancelled', version = version + 1 WHERE cleaning.state = 'in_progress' AND (
  EXISTS (SELECT 1 FROM room AS o WHERE o.id = cleaning.room_id AND o.state = 'needs_cleaning')
  OR EXISTS (SELECT 1 FROM bed AS b WHERE b.id = cleaning.bed_id AND (b.state = 'needs_cleaning'
    OR (b.state IN ('cleaning', 'needs_inspection') AND
    (cleaning.kind = 'routine' OR (cleaning.kind = 'terminal' AND EXISTS (SELECT 1 FROM inpatient_room AS r JOIN ward AS w ON w.id = r.ward_id
  WHERE r.id = b.inpatient_room_id AND (r.is_isolation OR w.kind = 'isolation'))))))))

-- A finished cleaning whose bed waits for its inspection waits for it itself.
UPDATE cleaning SET state = 'to_inspect', needs_inspection = true, version = version + 1 WHERE cleaning.state = 'finished' AND EXISTS (
  SELECT 1 FROM bed AS b WHERE b.id = cleaning.bed_id AND b.state = 'needs_inspection' AND NOT
  (cleaning.kind = 'routine' OR (cleaning.kind = 'terminal' AND EXISTS (SELECT 1 FROM inpatient_room AS r JOIN ward AS w ON w.id = r.ward_id
  WHERE r.id = b.inpatient_room_id AND (r.is_isolation OR w.kind = 'isolation')))))
  AND NOT EXISTS (SELECT 1 FROM cleaning AS o WHERE o.bed_id = cleaning.bed_id AND (o.state IN ('waiting', 'in_progress')
    OR (o.state IN ('finished', 'inspected') AND o.id > cleaning.id)))

-- … and their histories say so.
INSERT INTO document_event (document_type, document_id, transition, from_state, to_state, user_id, note, occurred_at)
SELECT 'cleaning', cleaning.id, 'hand_over', 'finished', 'to_inspect', coalesce((
  SELECT e.user_id FROM document_event AS e WHERE e.document_type = 'cleaning' AND e.document_id = cleaning.id
  ORDER BY e.id DESC LIMIT 1), (SELECT min(id) FROM "user")),
  'Pembaruan sistem', CURRENT_TIMESTAMP
FROM cleaning WHERE cleaning.state = 'to_inspect'

-- A bed without the task that its state means needs cleaning.
INSERT INTO document_event (document_type, document_id, transition, from_state, to_state, user_id, note, occurred_at)
SELECT 'bed', bed.id, 'clean_again', bed.state, 'needs_cleaning', coalesce((
  SELECT e.user_id FROM document_event AS e WHERE e.document_type = 'bed' AND e.document_id = bed.id
  ORDER BY e.id DESC LIMIT 1), (SELECT min(id) FROM "user")),
  'Pembaruan sistem', CURRENT_TIMESTAMP
FROM bed WHERE ((bed.state = 'cleaning' AND NOT EXISTS (
  SELECT 1 FROM cleaning AS c WHERE c.bed_id = bed.id AND c.state = 'in_progress')) OR (bed.state = 'needs_inspection' AND NOT EXISTS (
  SELECT 1 FROM cleaning AS c WHERE c.bed_id = bed.id AND c.state = 'to_inspect')))

-- … the rows themselves.
UPDATE bed SET state = 'needs_cleaning', version = version + 1 WHERE ((bed.state = 'cleaning' AND NOT EXISTS (
  SELECT 1 FROM cleaning AS c WHERE c.bed_id = bed.id AND c.state = 'in_progress')) OR (bed.state = 'needs_inspection' AND NOT EXISTS (
  SELECT 1 FROM cleaning AS c WHERE c.bed_id = bed.id AND c.state = 'to_inspect')))

-- Where it was being cleaned again before its inspection, it is being cleaned.
INSERT INTO document_event (document_type, document_id, transition, from_state, to_state, user_id, note, occurred_at)
SELECT 'bed', bed.id, 'start_cleaning', bed.state, 'cleaning', coalesce((
  SELECT e.user_id FROM document_event AS e WHERE e.document_type = 'bed' AND e.document_id = bed.id
  ORDER BY e.id DESC LIMIT 1), (SELECT min(id) FROM "user")),
  'Pembaruan sistem', CURRENT_TIMESTAMP
FROM bed WHERE bed.state = 'needs_cleaning' AND EXISTS (
  SELECT 1 FROM cleaning AS c WHERE c.bed_id = bed.id AND c.state = 'in_progress')

-- … the rows themselves.
UPDATE bed SET state = 'cleaning', version = version + 1 WHERE bed.state = 'needs_cleaning' AND EXISTS (
  SELECT 1 FROM cleaning AS c WHERE c.bed_id = bed.id AND c.state = 'in_progress')

-- A room without the task that its state means needs cleaning.
INSERT INTO document_event (document_type, document_id, transition, from_state, to_state, user_id, note, occurred_at)
SELECT 'room', room.id, 'clean_again', room.state, 'needs_cleaning', coalesce((
  SELECT e.user_id FROM document_event AS e WHERE e.document_type = 'room' AND e.document_id = room.id
  ORDER BY e.id DESC LIMIT 1), (SELECT min(id) FROM "user")),
  'Pembaruan sistem', CURRENT_TIMESTAMP
FROM room WHERE ((room.state = 'cleaning' AND NOT EXISTS (
  SELECT 1 FROM cleaning AS c WHERE c.room_id = room.id AND c.state = 'in_progress')))

-- … the rows themselves.
UPDATE room SET state = 'needs_cleaning', version = version + 1 WHERE ((room.state = 'cleaning' AND NOT EXISTS (
  SELECT 1 FROM cleaning AS c WHERE c.room_id = room.id AND c.state = 'in_progress')))

-- Nothing is cleaned where nothing is dirty, or where it is out of service.
INSERT INTO document_event (document_type, document_id, transition, from_state, to_state, user_id, note, occurred_at)
SELECT 'cleaning', cleaning.id, 'cancel', cleaning.state, 'cancelled', coalesce((
  SELECT e.user_id FROM document_event AS e WHERE e.document_type = 'cleaning' AND e.document_id = cleaning.id
  ORDER BY e.id DESC LIMIT 1), (SELECT min(id) FROM "user")),
  'Pembaruan sistem', CURRENT_TIMESTAMP
FROM cleaning WHERE cleaning.state IN ('waiting', 'in_progress', 'to_inspect') AND (
EXISTS (SELECT 1 FROM bed AS p WHERE p.id = cleaning.bed_id AND p.state IN ('ready', 'out_of_service'))
  OR EXISTS (SELECT 1 FROM room AS p WHERE p.id = cleaning.room_id AND p.state IN ('ready', 'out_of_service')))

-- … the rows themselves.
UPDATE cleaning SET state = 'cancelled', version = version + 1 WHERE cleaning.state IN ('waiting', 'in_progress', 'to_inspect') AND (
EXISTS (SELECT 1 FROM bed AS p WHERE p.id = cleaning.bed_id AND p.state IN ('ready', 'out_of_service'))
  OR EXISTS (SELECT 1 FROM room AS p WHERE p.id = cleaning.room_id AND p.state IN ('ready', 'out_of_service')))

-- A waiting cleaning becomes one of the kind that is due; its points are filled in when it starts.
UPDATE cleaning SET kind = (SELECT CASE WHEN EXISTS (SELECT 1 FROM inpatient_room AS r JOIN ward AS w ON w.id = r.ward_id
  WHERE r.id = b.inpatient_room_id AND (r.is_isolation OR w.kind = 'isolation')) THEN 'isolation' ELSE 'terminal' END
  FROM bed AS b WHERE b.id = cleaning.bed_id), checklist = NULL, version = version + 1
WHERE cleaning.state = 'waiting' AND EXISTS (SELECT 1 FROM bed AS b WHERE b.id = cleaning.bed_id AND b.state = 'needs_cleaning'
  AND (cleaning.kind = 'routine' OR (cleaning.kind = 'terminal' AND EXISTS (SELECT 1 FROM inpatient_room AS r JOIN ward AS w ON w.id = r.ward_id
  WHERE r.id = b.inpatient_room_id AND (r.is_isolation OR w.kind = 'isolation')))))

-- A bed that needs cleaning has a task.
INSERT INTO cleaning (kind, bed_id, inpatient_room_id, room_id, requested_at, cost, state, checklist_done, needs_inspection, version)
SELECT CASE WHEN EXISTS (SELECT 1 FROM inpatient_room AS r JOIN ward AS w ON w.id = r.ward_id
  WHERE r.id = b.inpatient_room_id AND (r.is_isolation OR w.kind = 'isolation')) THEN 'isolation' ELSE 'terminal' END,
  b.id, b.inpatient_room_id, NULL, b.state_since, 0, 'waiting', false, c.needs_inspection, 1
FROM bed AS b JOIN inpatient_room AS r ON r.id = b.inpatient_room_id JOIN room_class AS c ON c.id = r.room_class_id
WHERE b.state = 'needs_cleaning' AND NOT EXISTS (SELECT 1 FROM cleaning AS o WHERE o.bed_id = b.id AND o.state IN ('waiting', 'in_progress', 'to_inspect'))
ORDER BY b.id

-- So has a room.
INSERT INTO cleaning (kind, bed_id, inpatient_room_id, room_id, requested_at, cost, state, checklist_done, needs_inspection, version)
SELECT 'routine', NULL, NULL, o.id, coalesce((SELECT max(e.occurred_at) FROM document_event AS e
    WHERE e.document_type = 'room' AND e.document_id = o.id), CURRENT_TIMESTAMP), 0, 'waiting', false, false, 1
FROM room AS o WHERE o.state = 'needs_cleaning' AND NOT EXISTS (SELECT 1 FROM cleaning AS c WHERE c.room_id = o.id AND c.state IN ('waiting', 'in_progress', 'to_inspect'))
ORDER BY o.id

-- Their histories begin.
INSERT INTO document_event (document_type, document_id, transition, from_state, to_state, user_id, note, occurred_at)
SELECT 'cleaning', c.id, 'create', NULL, 'waiting', coalesce((SELECT e.user_id FROM document_event AS e
  WHERE (e.document_type = 'bed' AND e.document_id = c.bed_id) OR (e.document_type = 'room' AND e.document_id = c.room_id)
  ORDER BY e.id DESC LIMIT 1), (SELECT min(id) FROM "user")), NULL, CURRENT_TIMESTAMP
FROM cleaning AS c WHERE c.state = 'waiting' AND NOT EXISTS (
  SELECT 1 FROM document_event AS e WHERE e.document_type = 'cleaning' AND e.document_id = c.id)
AND EXISTS (SELECT 1 FROM "user")

-- What is due stands on the bed.
UPDATE bed SET cleaning_due = CASE WHEN EXISTS (SELECT 1 FROM inpatient_room AS r JOIN ward AS w ON w.id = r.ward_id
  WHERE r.id = bed.inpatient_room_id AND (r.is_isolation OR w.kind = 'isolation')) THEN 'isolation' ELSE 'terminal' END
WHERE bed.state IN ('needs_cleaning', 'cleaning', 'needs_inspection')

-- Rooms sum up their beds.
UPDATE inpatient_room SET state = CASE
  WHEN EXISTS (SELECT 1 FROM bed AS b WHERE b.inpatient_room_id = inpatient_room.id AND b.state IN ('ready')) THEN 'ready'
  WHEN EXISTS (SELECT 1 FROM bed AS b WHERE b.inpatient_room_id = inpatient_room.id AND b.state IN ('occupied')) THEN 'occupied'
  WHEN EXISTS (SELECT 1 FROM bed AS b WHERE b.inpatient_room_id = inpatient_room.id AND b.state IN ('cleaning', 'needs_inspection')) THEN 'cleaning'
  WHEN EXISTS (SELECT 1 FROM bed AS b WHERE b.inpatient_room_id = inpatient_room.id AND b.state IN ('needs_cleaning')) THEN 'needs_cleaning'
  ELSE 'out_of_service' END
WHERE EXISTS (SELECT 1 FROM bed AS b WHERE b.inpatient_room_id = inpatient_room.id)

-- A registration that was rejected holds no NIK: whoever it belongs to may register.
UPDATE patient SET nik_index = NULL WHERE state = 'rejected'
