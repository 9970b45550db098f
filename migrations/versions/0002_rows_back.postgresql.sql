-- Lengths in steps of five minutes again, and the five minutes that each consultation holds.
UPDATE consultation SET slot_minutes = least(240, greatest(5, (slot_minutes + 4) / 5 * 5))

UPDATE doctor_schedule SET slot_minutes = least(240, greatest(5, (slot_minutes + 4) / 5 * 5))

UPDATE schedule_exception SET slot_minutes = least(240, greatest(5, (slot_minutes + 4) / 5 * 5))

INSERT INTO slot_tick (consultation_id, doctor_id, patient_id, tick)
SELECT held.id, held.doctor_id, held.patient_id, tick
FROM consultation AS held, generate_series(extract(epoch FROM held.starts_at)::bigint / 300,
  extract(epoch FROM held.starts_at)::bigint / 300 + held.slot_minutes / 5 - 1) AS tick
WHERE held.state IN ('requested', 'approved', 'in_progress', 'completed') ORDER BY held.id, tick ON CONFLICT DO NOTHING
