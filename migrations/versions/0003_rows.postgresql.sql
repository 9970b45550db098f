-- Stocktakes: until now the variance was dated the day on which counting began.
UPDATE stocktake SET posted_on = counted_on WHERE state = 'posted'

-- A line was held against the ledger of the start, whenever it was counted. Where its batch moved between the start and
-- the handing in, nobody can know which of the moves the count had seen: such lines are marked, to be counted again.
UPDATE stocktake_line SET count_again = true WHERE counted_quantity IS NOT NULL AND EXISTS (
  SELECT 1 FROM stocktake JOIN stock_move ON stock_move.store_id = stocktake.store_id
  WHERE stocktake.id = stocktake_line.stocktake_id AND stock_move.item_id = stocktake_line.item_id
  AND stock_move.batch_id = stocktake_line.batch_id AND stock_move.id > coalesce(stocktake_line.last_move_id, 0)
  AND (stocktake.state = 'counting' OR stocktake.state = 'submitted' AND stock_move.occurred_at <= (
    SELECT max(occurred_at) FROM document_event WHERE document_type = 'stocktake' AND document_id = stocktake.id
    AND transition = 'submit')))

-- A stocktake that was handed in with such a line goes back to counting: handed in it could only be cancelled.
INSERT INTO document_event (document_type, document_id, transition, from_state, to_state, user_id, note, occurred_at)
SELECT 'stocktake', id, 'recount', 'submitted', 'counting', created_by_id,
  'Pembaruan sistem: barang yang bergerak selama penghitungan dihitung ulang', CURRENT_TIMESTAMP
FROM stocktake WHERE state = 'submitted' AND EXISTS (
  SELECT 1 FROM stocktake_line WHERE stocktake_line.stocktake_id = stocktake.id AND count_again) ORDER BY id

UPDATE stocktake SET state = 'counting', version = version + 1 WHERE state = 'submitted' AND EXISTS (
  SELECT 1 FROM stocktake_line WHERE stocktake_line.stocktake_id = stocktake.id AND count_again)

-- Such lines are empty again; the figure stays in the note.
UPDATE stocktake_line SET counted_quantity = NULL, counted_by_id = NULL,
  note = CASE WHEN coalesce(note, '') = '' THEN '' ELSE note || ' · ' END || 'Hitungan sebelumnya: ' || trim_scale(counted_quantity)::text
WHERE count_again

-- Nothing is expected of a line before it is counted, and a draft was not counted yet.
UPDATE stocktake_line SET counted_quantity = NULL, system_quantity = NULL, last_move_id = NULL, counted_by_id = NULL
WHERE counted_quantity IS NULL OR system_quantity IS NULL
OR stocktake_id IN (SELECT id FROM stocktake WHERE state = 'draft')

-- What stays was held against the ledger of the start.
UPDATE stocktake_line SET counted_at = coalesce(
  (SELECT max(occurred_at) FROM document_event WHERE document_type = 'stocktake'
   AND document_id = stocktake_line.stocktake_id AND transition = 'start'),
  (SELECT created_at FROM stocktake WHERE stocktake.id = stocktake_line.stocktake_id))
WHERE counted_quantity IS NOT NULL
