-- Consultations that overlap although nobody may be booked twice: the earlier one ends when the later one begins.
UPDATE consultation SET slot_minutes = (
  SELECT extract(epoch FROM min(other.starts_at) - consultation.starts_at)::integer / 60
  FROM consultation AS other WHERE other.state IN ('requested', 'approved', 'in_progress', 'completed') AND other.starts_at > consultation.starts_at
  AND (other.doctor_id = consultation.doctor_id OR other.patient_id = consultation.patient_id))
WHERE state IN ('requested', 'approved', 'in_progress', 'completed') AND EXISTS (
  SELECT 1 FROM consultation AS other WHERE other.state IN ('requested', 'approved', 'in_progress', 'completed') AND other.starts_at > consultation.starts_at
  AND (other.doctor_id = consultation.doctor_id OR other.patient_id = consultation.patient_id)
  AND other.starts_at < consultation.starts_at + make_interval(mins => consultation.slot_minutes))
