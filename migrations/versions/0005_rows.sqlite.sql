-- batches: numbers that differ only by case or blanks are one batch; the later rows name the first, keep their
-- stock, and are joined with it by the head of store
UPDATE stock_batch SET same_as_id = (
    SELECT min(first.id) FROM stock_batch first WHERE first.item_id = stock_batch.item_id
    AND lower(replace(first.number, ' ', '')) = lower(replace(stock_batch.number, ' ', '')))
WHERE EXISTS (
    SELECT 1 FROM stock_batch first WHERE first.item_id = stock_batch.item_id AND first.id < stock_batch.id
    AND lower(replace(first.number, ' ', '')) = lower(replace(stock_batch.number, ' ', '')));
