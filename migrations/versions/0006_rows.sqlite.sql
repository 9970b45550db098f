-- Prescriptions that wait to be fetched get an end: thirty days, and nobody's ends before a week has passed.
UPDATE prescription SET valid_until = max(date(prescribed_on, '+30 days'), date('now', '+7 days'))
WHERE state = 'issued'

-- What was given out so far went in one piece: one row for each line that left a store.
INSERT INTO dispensing (prescription_line_id, store_id, quantity, received_by, given_at, given_by_id)
SELECT l.id, min(m.store_id), -sum(m.quantity), p.received_by, coalesce(p.dispensed_at, min(m.occurred_at)), min(m.user_id)
FROM prescription_line AS l JOIN prescription AS p ON p.id = l.prescription_id AND p.state = 'dispensed'
JOIN stock_move AS m ON m.document_type = 'prescription' AND m.document_id = p.id AND m.line_id = l.id
GROUP BY l.id, p.received_by, p.dispensed_at HAVING sum(m.quantity) < 0
