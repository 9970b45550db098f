-- Lengths in steps of five minutes again, and the five minutes that each consultation holds.
UPDATE consultation SET slot_minutes = min(240, max(5, (slot_minutes + 4) / 5 * 5))

UPDATE doctor_schedule SET slot_minutes = min(240, max(5, (slot_minutes + 4) / 5 * 5))

UPDATE schedule_exception SET slot_minutes = min(240, max(5, (slot_minutes + 4) / 5 * 5))

INSERT OR IGNORE INTO slot_tick (consultation_id, doctor_id, patient_id, tick)
WITH RECURSIVE held (id, doctor_id, patient_id, tick, last) AS (
  SELECT id, doctor_id, patient_id, CAST(strftime('%s', starts_at) AS INTEGER) / 300,
    CAST(strftime('%s', starts_at) AS INTEGER) / 300 + slot_minutes / 5 - 1
  FROM consultation WHERE state IN ('requested', 'approved', 'in_progress', 'completed')
  UNION ALL SELECT id, doctor_id, patient_id, tick + 1, last FROM held WHERE tick < last)
SELECT id, doctor_id, patient_id, tick FROM held ORDER BY id, tick
