-- A check-in that was taken back never was.
DELETE FROM stay WHERE voided_at IS NOT NULL

-- Depreciation: a run that was reversed counts as cancelled.
UPDATE depreciation_run SET state = 'cancelled' WHERE state = 'reversed'

-- Consultations: what ended by time counts as cancelled; what was held at once takes one minute of its doctor.
UPDATE consultation SET state = 'cancelled' WHERE state = 'expired'

UPDATE consultation SET slot_minutes = 1 WHERE kind = 'now'

UPDATE setting SET value = 'no' WHERE key = 'consultation.auto_approve' AND value = 'not_urgent'

-- Hours that pass midnight end with their day; a leave of several days is a row for each.
UPDATE doctor_schedule SET ends_at = '23:59' WHERE ends_at <= starts_at

UPDATE schedule_exception SET ends_at = '23:59' WHERE ends_at <= starts_at

INSERT INTO schedule_exception (doctor_id, "on", kind, slot_minutes, reason, version)
  SELECT e.doctor_id, CAST(day AS date), e.kind, e.slot_minutes, e.reason, 1
    FROM schedule_exception AS e, generate_series(e."on" + 1, e.until, interval '1 day') AS day
    WHERE e.until > e."on" ORDER BY e.id, day
