-- batches: numbers that differ only by case or blanks are one batch; the later rows name the first, keep their
-- stock, and are joined with it by the head of store
UPDATE stock_batch SET same_as_id = (
    SELECT min(first.id) FROM stock_batch first WHERE first.item_id = stock_batch.item_id
    AND lower(replace(first.number, ' ', '')) = lower(replace(stock_batch.number, ' ', '')))
WHERE EXISTS (
    SELECT 1 FROM stock_batch first WHERE first.item_id = stock_batch.item_id AND first.id < stock_batch.id
    AND lower(replace(first.number, ' ', '')) = lower(replace(stock_batch.number, ' ', '')))

-- Invoices by amount: what each approved line took off goods received not invoiced, in the order of the lines.
-- Whole numbers: quantities in thousandths, rupiah in sen, percent in hundredths; halves are rounded up.
UPDATE supplier_invoice_line
SET cleared_amount = t.upto * (t.worth / t.whole) + (2 * t.upto * (t.worth % t.whole) + t.whole) / (2 * t.whole)
  - (t.upto - t.quantity) * (t.worth / t.whole)
  - (2 * (t.upto - t.quantity) * (t.worth % t.whole) + t.whole) / (2 * t.whole)
FROM (SELECT c.id, c.quantity, r.received_quantity AS whole,
    r.received_quantity * (r.unit_price * (10000 - r.discount) / 10000000)
      + (2 * r.received_quantity * (r.unit_price * (10000 - r.discount) % 10000000) + 10000000) / 20000000 AS worth,
    sum(c.quantity) OVER (PARTITION BY c.goods_receipt_line_id ORDER BY c.id) AS upto
  FROM supplier_invoice_line AS c
  JOIN supplier_invoice AS i ON i.id = c.supplier_invoice_id AND i.state IN ('approved', 'paid')
  JOIN goods_receipt_line AS r ON r.id = c.goods_receipt_line_id) AS t
WHERE t.id = supplier_invoice_line.id

-- Deliveries that never left the store and hang on a request that has ended: they are cancelled with it.
INSERT INTO document_event (document_type, document_id, transition, from_state, to_state, user_id, note, occurred_at)
  SELECT 'delivery_request', d.id, 'cancel', d.state, 'cancelled', d.created_by_id, 'Permintaannya sudah selesai.',
    COALESCE((SELECT MAX(e.occurred_at) FROM document_event AS e WHERE e.document_type = 'store_request'
      AND e.document_id = d.store_request_id), d.created_at)
  FROM delivery_request AS d JOIN store_request AS s ON s.id = d.store_request_id
  WHERE d.state IN ('draft', 'submitted', 'approved') AND s.state IN ('done', 'cancelled') ORDER BY d.id

-- … their state.
UPDATE delivery_request SET state = 'cancelled', version = version + 1
  WHERE state IN ('draft', 'submitted', 'approved')
  AND store_request_id IN (SELECT id FROM store_request WHERE state IN ('done', 'cancelled'))

-- Requests that were closed without a reason, because all was delivered, and whose delivery was reversed: they can
-- be delivered again.
INSERT INTO document_event (document_type, document_id, transition, from_state, to_state, user_id, note, occurred_at)
  SELECT 'store_request', s.id, 'open_again', 'done', 'approved', s.created_by_id, 'Pengirimannya dibatalkan.',
    COALESCE((SELECT MAX(e.occurred_at) FROM document_event AS e WHERE e.document_type = 'store_request'
      AND e.document_id = s.id), s.created_at)
  FROM store_request AS s WHERE s.state = 'done'
  AND (SELECT COALESCE(e.note, '') FROM document_event AS e WHERE e.document_type = 'store_request'
    AND e.document_id = s.id ORDER BY e.id DESC LIMIT 1) = ''
  AND EXISTS (SELECT 1 FROM store_request_line AS l WHERE l.store_request_id = s.id
    AND (SELECT SUM(a.quantity * a.factor) FROM store_request_line AS a
      WHERE a.store_request_id = s.id AND a.item_id = l.item_id)
    > COALESCE((SELECT SUM(g.quantity * g.factor) FROM delivery_request_line AS g
      JOIN delivery_request AS d ON d.id = g.delivery_request_id
      WHERE d.store_request_id = s.id AND d.state IN ('delivered', 'done') AND g.item_id = l.item_id), 0))
  ORDER BY s.id

-- … their state.
UPDATE store_request SET state = 'approved', version = version + 1 WHERE state = 'done'
  AND (SELECT e.transition FROM document_event AS e WHERE e.document_type = 'store_request'
    AND e.document_id = store_request.id ORDER BY e.id DESC LIMIT 1) = 'open_again'

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
