-- Invoices by amount: what each approved line took off goods received not invoiced, in the order of the lines.
UPDATE supplier_invoice_line AS l
SET cleared_amount = round(t.worth * t.upto / t.whole, 2) - round(t.worth * (t.upto - t.quantity) / t.whole, 2)
FROM (SELECT c.id, c.quantity, r.received_quantity AS whole,
    round(r.received_quantity * r.unit_price * (100 - r.discount) / 100, 2) AS worth,
    sum(c.quantity) OVER (PARTITION BY c.goods_receipt_line_id ORDER BY c.id) AS upto
  FROM supplier_invoice_line AS c
  JOIN supplier_invoice AS i ON i.id = c.supplier_invoice_id AND i.state IN ('approved', 'paid')
  JOIN goods_receipt_line AS r ON r.id = c.goods_receipt_line_id) AS t
WHERE t.id = l.id
