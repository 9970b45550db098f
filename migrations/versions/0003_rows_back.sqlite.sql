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
