-- Who must approve: an order that the director approved, or that is under way above the limit, keeps that.
UPDATE purchase_order SET needs_director = true
WHERE EXISTS (SELECT 1 FROM document_event e WHERE e.document_type = 'purchase_order'
    AND e.document_id = purchase_order.id AND e.transition = 'approve_limit')
  OR state IN ('submitted', 'approved', 'payment_approved') AND (
    SELECT t.net + round(t.net * purchase_order.vat_percent / 100, 2) FROM (
      SELECT coalesce(sum(round(l.quantity * l.unit_price * (100 - l.discount) / 100, 2)), 0) AS net
      FROM purchase_order_line l WHERE l.purchase_order_id = purchase_order.id) t)
    > coalesce((SELECT CAST(value AS NUMERIC) FROM setting WHERE "key" = 'purchase_order.limit'), 50000000)

UPDATE asset_procurement SET needs_director = true
WHERE EXISTS (SELECT 1 FROM document_event e WHERE e.document_type = 'asset_procurement'
    AND e.document_id = asset_procurement.id AND e.transition = 'approve_limit')
  OR state IN ('submitted', 'approved', 'payment_approved') AND (
    SELECT t.net + round(t.net * asset_procurement.tax_percent / 100, 2) FROM (
      SELECT coalesce(sum(l.quantity * l.unit_price), 0) AS net
      FROM asset_procurement_line l WHERE l.asset_procurement_id = asset_procurement.id) t)
    > coalesce((SELECT CAST(value AS NUMERIC) FROM setting WHERE "key" = 'asset_procurement.limit'), 100000000)
