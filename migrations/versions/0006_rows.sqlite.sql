-- Maintenance: what nobody works on any more on an order that was given up is dropped.
UPDATE maintenance_line SET state = 'dropped', version = version + 1
WHERE state IN ('planned', 'in_progress')
  AND maintenance_id IN (SELECT id FROM maintenance WHERE state = 'cancelled')

-- … orders in progress took their assets out of use.
UPDATE maintenance_line SET took_out = 1
WHERE maintenance_id IN (SELECT id FROM maintenance WHERE state = 'in_progress')
  AND asset_id IN (SELECT id FROM asset WHERE state = 'under_maintenance')

-- Schedules: a due day whose order was rejected or cancelled is free.
UPDATE maintenance_schedule SET ordered_for = NULL
WHERE ordered_for = next_due_on
  AND EXISTS (SELECT 1 FROM maintenance AS m WHERE m.maintenance_schedule_id = maintenance_schedule.id)
  AND NOT EXISTS (SELECT 1 FROM maintenance AS m WHERE m.maintenance_schedule_id = maintenance_schedule.id
    AND m.state NOT IN ('rejected', 'cancelled'))

-- … intervals longer than twenty years were slips of the hand.
UPDATE maintenance_schedule SET every_months = 240 WHERE every_months > 240

-- … as was more than a year of lead.
UPDATE maintenance_schedule SET lead_days = 365 WHERE lead_days > 365

-- Labels: each room has a code for its QR label.
UPDATE room SET qr_code = lower(hex(randomblob(12))) WHERE qr_code IS NULL

-- Labels: each inpatient room has a code for its QR label.
UPDATE inpatient_room SET qr_code = lower(hex(randomblob(12))) WHERE qr_code IS NULL

-- Labels: each bed has a code for its QR label.
UPDATE bed SET qr_code = lower(hex(randomblob(12))) WHERE qr_code IS NULL

-- movements: the last one that another unit has not acknowledged is awaited, all others are settled
UPDATE asset_movement SET state = CASE
  WHEN acknowledged_at IS NULL AND to_work_unit_id IS NOT NULL
    AND (from_work_unit_id IS NULL OR from_work_unit_id <> to_work_unit_id)
    AND id = (SELECT max(later.id) FROM asset_movement later WHERE later.asset_id = asset_movement.asset_id)
    AND EXISTS (SELECT 1 FROM asset WHERE asset.id = asset_movement.asset_id
      AND asset.state IN ('registered', 'in_use', 'under_maintenance')) THEN 'awaited'
  ELSE 'acknowledged' END

-- Prescriptions that wait to be fetched get an end: thirty days, and nobody's ends before a week has passed.
UPDATE prescription SET valid_until = max(date(prescribed_on, '+30 days'), date('now', '+7 days'))
WHERE state = 'issued'

-- What was given out so far went in one piece: one row for each line that left a store.
INSERT INTO dispensing (prescription_line_id, store_id, quantity, received_by, given_at, given_by_id)
SELECT l.id, min(m.store_id), -sum(m.quantity), p.received_by, coalesce(p.dispensed_at, min(m.occurred_at)), min(m.user_id)
FROM prescription_line AS l JOIN prescription AS p ON p.id = l.prescription_id AND p.state = 'dispensed'
JOIN stock_move AS m ON m.document_type = 'prescription' AND m.document_id = p.id AND m.line_id = l.id
GROUP BY l.id, p.received_by, p.dispensed_at HAVING sum(m.quantity) < 0

-- Stays: a patient, and a reference, is in one bed at a time; what was entered twice keeps its stay and is told apart.
UPDATE stay SET outside_reference = (SELECT COALESCE(p.medical_record_number, p.name) FROM patient AS p
    WHERE p.id = stay.patient_id) || ' (' || id || ')', patient_id = NULL
  WHERE ended_at IS NULL AND EXISTS (SELECT 1 FROM stay AS first WHERE first.ended_at IS NULL
    AND first.patient_id = stay.patient_id AND first.id < stay.id)

-- … references.
UPDATE stay SET outside_reference = outside_reference || ' (' || id || ')'
  WHERE ended_at IS NULL AND EXISTS (SELECT 1 FROM stay AS first WHERE first.ended_at IS NULL
    AND first.outside_reference = stay.outside_reference AND first.id < stay.id)

-- … and what their beds say.
UPDATE bed SET guest = (SELECT s.outside_reference FROM stay AS s WHERE s.bed_id = bed.id AND s.ended_at IS NULL)
  WHERE EXISTS (SELECT 1 FROM stay AS s WHERE s.bed_id = bed.id AND s.ended_at IS NULL
    AND s.outside_reference LIKE '% (' || s.id || ')')

-- Each stay was in one bed so far.
INSERT INTO stay_bed (stay_id, bed_id, started_at, ended_at)
  SELECT id, bed_id, started_at, ended_at FROM stay ORDER BY id

-- Depreciation: what is not posted yet is dated the last day of its period.
UPDATE depreciation_run SET run_on = period_end WHERE state IN ('draft', 'submitted', 'rejected')
