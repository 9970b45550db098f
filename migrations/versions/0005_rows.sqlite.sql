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
