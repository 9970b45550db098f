-- Lists of a chosen sheet that were not applied: the code before reads the first sheet, so its page must not offer to apply them.
UPDATE list_import SET new_rows = 0, changed_rows = 0, same_rows = 0 WHERE applied_at IS NULL AND sheet IS NOT NULL

-- Stocktakes: what was under way expected something of every line from its start; it does so of today's ledger.
UPDATE stocktake_line SET system_quantity = coalesce(
  (SELECT stock_balance.quantity FROM stock_balance JOIN stocktake ON stocktake.store_id = stock_balance.store_id
   WHERE stocktake.id = stocktake_line.stocktake_id AND stock_balance.item_id = stocktake_line.item_id
   AND stock_balance.batch_id = stocktake_line.batch_id), 0),
  last_move_id = (SELECT max(stock_move.id) FROM stock_move JOIN stocktake ON stocktake.store_id = stock_move.store_id
   WHERE stocktake.id = stocktake_line.stocktake_id AND stock_move.item_id = stocktake_line.item_id)
WHERE counted_quantity IS NULL AND stocktake_id IN (SELECT id FROM stocktake WHERE state = 'counting')

-- The step was called so.
UPDATE document_event SET transition = 'reject' WHERE document_type = 'stocktake' AND transition = 'recount'

-- What waits for its inspection was finished, as it was called before; its bed waits on.
UPDATE cleaning SET state = 'finished', version = version + 1 WHERE state = 'to_inspect'

-- A NIK stood with its index or not at all; the index cannot be made here, so what holds no number says none.
UPDATE patient SET nik = NULL WHERE nik_index IS NULL

-- Two consultations at one time were kept by two records: the second goes back to the record that it came from.
UPDATE consultation SET patient_id = (
  SELECT merge.gone_id FROM patient_merge_move AS move JOIN patient_merge AS merge ON merge.id = move.merge_id
  WHERE move.table_name = 'consultation' AND move.column_name = 'patient_id' AND move.row_id = consultation.id
  AND merge.taken_back_at IS NULL ORDER BY merge.id DESC LIMIT 1)
WHERE held_beside_id IS NOT NULL
