-- batches: two rows of one number, of which one was joined with another
UPDATE stock_batch SET number = substr(number, 1, 24) || '~' || id
WHERE same_as_id IS NOT NULL AND EXISTS (
    SELECT 1 FROM stock_batch other WHERE other.item_id = stock_batch.item_id AND other.id <> stock_batch.id
    AND other.number = stock_batch.number);
