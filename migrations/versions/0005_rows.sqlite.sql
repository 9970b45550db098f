-- Who must approve: an order that the director approved, or that is under way above the limit, keeps that.
UPDATE purchase_order SET needs_director = 1
WHERE EXISTS (SELECT 1 FROM document_event e WHERE e.document_type = 'purchase_order'
    AND e.document_id = purchase_order.id AND e.transition = 'approve_limit')
  OR state IN ('submitted', 'approved', 'payment_approved') AND (
    SELECT t.net + (t.net * purchase_order.vat_percent + 5000) / 10000 FROM (
      SELECT coalesce(sum((l.quantity * l.unit_price * (10000 - l.discount) + 5000000) / 10000000), 0) AS net
      FROM purchase_order_line l WHERE l.purchase_order_id = purchase_order.id) t)
    > 100 * coalesce((SELECT CAST(value AS REAL) FROM setting WHERE "key" = 'purchase_order.limit'), 50000000)

UPDATE asset_procurement SET needs_director = 1
WHERE EXISTS (SELECT 1 FROM document_event e WHERE e.document_type = 'asset_procurement'
    AND e.document_id = asset_procurement.id AND e.transition = 'approve_limit')
  OR state IN ('submitted', 'approved', 'payment_approved') AND (
    SELECT t.net + (t.net * asset_procurement.tax_percent + 5000) / 10000 FROM (
      SELECT coalesce(sum(l.quantity * l.unit_price), 0) AS net
      FROM asset_procurement_line l WHERE l.asset_procurement_id = asset_procurement.id) t)
    > 100 * coalesce((SELECT CAST(value AS REAL) FROM setting WHERE "key" = 'asset_procurement.limit'), 100000000)
