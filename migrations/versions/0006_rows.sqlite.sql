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
