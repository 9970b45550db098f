-- Prescriptions that wait to be fetched get an end: thirty days, and nobody's ends before a week has passed.
UPDATE prescription SET valid_until = greatest(prescribed_on + 30, current_date + 7)
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
