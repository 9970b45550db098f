-- Lists in: what the former version has no word for, other tables and lists of the command line, goes.
DELETE FROM list_import WHERE uploaded_by_id IS NULL OR kind NOT IN (
  'item', 'item_category', 'unit_conversion', 'supplier', 'work_unit', 'store', 'shelf', 'opening_stock')

-- Lists in: only first stock was taken back then; master data that was stands as applied.
UPDATE list_import SET reversed_at = NULL, reversed_by_id = NULL, reversal_reason = NULL
  WHERE reversed_at IS NOT NULL AND kind <> 'opening_stock'
