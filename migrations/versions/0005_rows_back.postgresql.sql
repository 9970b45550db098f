-- Levels and price lists: lists of kinds that the release before does not know.
DELETE FROM list_import WHERE kind IN ('stock_level', 'supplier_price')
