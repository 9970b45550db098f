-- Maintenance: the former version knows assets and buildings alone; a place counts as its building.
UPDATE maintenance_line SET building_id = (SELECT r.building_id FROM room AS r WHERE r.id = maintenance_line.room_id)
WHERE room_id IS NOT NULL

-- … so does a room with beds,
UPDATE maintenance_line SET building_id = (
  SELECT w.building_id FROM inpatient_room AS r JOIN ward AS w ON w.id = r.ward_id
  WHERE r.id = maintenance_line.inpatient_room_id)
WHERE inpatient_room_id IS NOT NULL

-- … and a bed.
UPDATE maintenance_line SET building_id = (
  SELECT w.building_id FROM bed AS b JOIN inpatient_room AS r ON r.id = b.inpatient_room_id
  JOIN ward AS w ON w.id = r.ward_id WHERE b.id = maintenance_line.bed_id)
WHERE bed_id IS NOT NULL

-- … what was dropped could not be mended, or was planned on an order that was given up.
UPDATE maintenance_line SET state = CASE WHEN maintenance_id IN (
  SELECT id FROM maintenance WHERE state = 'cancelled') THEN 'planned' ELSE 'failed' END
WHERE state = 'dropped'

-- Schedules: weeks and days become months, and what the meter alone says is due at once.
UPDATE maintenance_schedule SET every_months = CASE
  WHEN every_weeks IS NOT NULL THEN CASE WHEN every_weeks < 4 THEN 1 ELSE every_weeks / 4 END
  WHEN every_days IS NOT NULL THEN CASE WHEN every_days < 30 THEN 1 ELSE every_days / 30 END
  ELSE 12 END
WHERE every_months IS NULL

-- … on a day of theirs.
UPDATE maintenance_schedule SET next_due_on = date('now') WHERE next_due_on IS NULL

-- Fault reports: their numbers, history and files go with them.
DELETE FROM document_number WHERE document_type = 'fault_report'

-- … their steps,
DELETE FROM document_event WHERE document_type = 'fault_report'

-- … what was said,
DELETE FROM comment WHERE document_type = 'fault_report'

-- … photos,
DELETE FROM attachment WHERE document_type = 'fault_report'

-- … and notices.
DELETE FROM notice WHERE table_name = 'fault_report'

-- Settings that the former version does not know.
DELETE FROM setting WHERE key LIKE 'fault_report.%' OR key = 'service_contract.warn_days'

-- what was awarded and not paid is open again, as it was before there was such a state
UPDATE asset_auction_line SET sale_price = NULL WHERE asset_auction_id IN (
  SELECT id FROM asset_auction WHERE state = 'awarded')

UPDATE asset_auction SET state = 'open' WHERE state = 'awarded'

-- a disposal that was taken back, and a pack that was withdrawn, have no effect
UPDATE asset_disposal SET state = 'cancelled' WHERE state = 'reversed'

UPDATE asset_disposal SET route = 'scrap' WHERE route = 'lost'

UPDATE monthly_pack SET state = 'cancelled' WHERE state = 'withdrawn'

-- A part was given out, and what nobody fetched has ended: before, there was no word for either.
UPDATE prescription SET state = CASE state WHEN 'partly_dispensed' THEN 'dispensed' ELSE 'cancelled' END
WHERE state IN ('partly_dispensed', 'expired')

-- A check-in that was taken back never was.
DELETE FROM stay WHERE voided_at IS NOT NULL

-- Depreciation: a run that was reversed counts as cancelled.
UPDATE depreciation_run SET state = 'cancelled' WHERE state = 'reversed'

-- Consultations: what ended by time counts as cancelled; what was held at once takes one minute of its doctor.
UPDATE consultation SET state = 'cancelled' WHERE state = 'expired'

UPDATE consultation SET slot_minutes = 1 WHERE kind = 'now'

UPDATE setting SET value = 'no' WHERE key = 'consultation.auto_approve' AND value = 'not_urgent'

-- Hours that pass midnight end with their day; a leave of several days is a row for each.
UPDATE doctor_schedule SET ends_at = '23:59:00.000000' WHERE ends_at <= starts_at

UPDATE schedule_exception SET ends_at = '23:59:00.000000' WHERE ends_at <= starts_at

INSERT INTO schedule_exception (doctor_id, "on", kind, slot_minutes, reason, version)
  WITH RECURSIVE days (id, day, last) AS (
    SELECT id, date("on", '+1 day'), until FROM schedule_exception WHERE until > "on"
    UNION ALL SELECT id, date(day, '+1 day'), last FROM days WHERE day < last)
  SELECT e.doctor_id, d.day, e.kind, e.slot_minutes, e.reason, 1
    FROM days AS d JOIN schedule_exception AS e ON e.id = d.id ORDER BY d.id, d.day
