-- A NIK stood with its index or not at all; the index cannot be made here, so what holds no number says none.
UPDATE patient SET nik = NULL WHERE nik_index IS NULL

-- Two consultations at one time were kept by two records: the second goes back to the record that it came from.
UPDATE consultation SET patient_id = (
  SELECT merge.gone_id FROM patient_merge_move AS move JOIN patient_merge AS merge ON merge.id = move.merge_id
  WHERE move.table_name = 'consultation' AND move.column_name = 'patient_id' AND move.row_id = consultation.id
  AND merge.taken_back_at IS NULL ORDER BY merge.id DESC LIMIT 1)
WHERE held_beside_id IS NOT NULL
