-- batches: two rows of one number, of which one was joined with another
UPDATE stock_batch SET number = substr(number, 1, 24) || '~' || id
WHERE same_as_id IS NOT NULL AND EXISTS (
    SELECT 1 FROM stock_batch other WHERE other.item_id = stock_batch.item_id AND other.id <> stock_batch.id
    AND other.number = stock_batch.number)

-- Invoices by amount: what was reversed counts as cancelled, under a number that is free.
UPDATE supplier_invoice SET state = 'cancelled', supplier_number = substr(supplier_number, 1, 40) || ' #' || id
WHERE state = 'reversed'

-- … a cancelled one whose number another uses now, too.
UPDATE supplier_invoice SET supplier_number = substr(supplier_number, 1, 40) || ' #' || id
WHERE state = 'cancelled' AND EXISTS (SELECT 1 FROM supplier_invoice AS o WHERE o.supplier_id = supplier_invoice.supplier_id
  AND o.supplier_number = supplier_invoice.supplier_number AND o.id > supplier_invoice.id)

-- … lines charge a net unit price again.
UPDATE supplier_invoice_line SET unit_price = round(unit_price * (100 - discount) / 100, 2) WHERE discount > 0

-- … freight and rounding stay on their accounts.
UPDATE journal_line SET purpose = CASE purpose WHEN 'freight' THEN 'expense' ELSE 'price_variance' END
WHERE purpose IN ('freight', 'rounding')

-- Lists in: what the former version has no word for, other tables and lists of the command line, goes.
DELETE FROM list_import WHERE uploaded_by_id IS NULL OR kind NOT IN (
  'item', 'item_category', 'unit_conversion', 'supplier', 'work_unit', 'store', 'shelf', 'opening_stock')

-- Lists in: only first stock was taken back then; master data that was stands as applied.
UPDATE list_import SET reversed_at = NULL, reversed_by_id = NULL, reversal_reason = NULL
  WHERE reversed_at IS NOT NULL AND kind <> 'opening_stock'
