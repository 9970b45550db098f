-- Consultations that overlap although nobody may be booked twice: the earlier one ends when the later one begins.
UPDATE consultation SET slot_minutes = (
  SELECT extract(epoch FROM min(other.starts_at) - consultation.starts_at)::integer / 60
  FROM consultation AS other WHERE other.state IN ('requested', 'approved', 'in_progress', 'completed') AND other.starts_at > consultation.starts_at
  AND (other.doctor_id = consultation.doctor_id OR other.patient_id = consultation.patient_id))
WHERE state IN ('requested', 'approved', 'in_progress', 'completed') AND EXISTS (
  SELECT 1 FROM consultation AS other WHERE other.state IN ('requested', 'approved', 'in_progress', 'completed') AND other.starts_at > consultation.starts_at
  AND (other.doctor_id = consultation.doctor_id OR other.patient_id = consultation.patient_id)
  AND other.starts_at < consultation.starts_at + make_interval(mins => consultation.slot_minutes))

-- Records that were merged before: what the one that went says of allergies joins the one that stayed.
UPDATE patient SET allergies = (
  SELECT CASE WHEN trim(coalesce(patient.allergies, '')) = '' THEN '' ELSE patient.allergies || ', ' END
    || string_agg(DISTINCT trim(gone.allergies), ', ')
  FROM patient AS gone WHERE gone.merged_into_id = patient.id AND trim(coalesce(gone.allergies, '')) <> ''
  AND position(lower(trim(gone.allergies)) IN lower(coalesce(patient.allergies, ''))) = 0)
WHERE EXISTS (SELECT 1 FROM patient AS gone WHERE gone.merged_into_id = patient.id AND trim(coalesce(gone.allergies, '')) <> ''
  AND position(lower(trim(gone.allergies)) IN lower(coalesce(patient.allergies, ''))) = 0)

-- Whoever's account is closed is out: sessions and tokens that outlived it end.
UPDATE user_session SET ended_at = CURRENT_TIMESTAMP WHERE ended_at IS NULL
AND user_id IN (SELECT id FROM "user" WHERE status <> 'active')

UPDATE api_token SET revoked_at = CURRENT_TIMESTAMP WHERE revoked_at IS NULL
AND user_id IN (SELECT id FROM "user" WHERE status <> 'active')
