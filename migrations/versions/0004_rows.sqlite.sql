-- Drafts of packs of a month that no calendar has: nothing was ever reported of it.
DELETE FROM comment WHERE document_type = 'monthly_pack' AND document_id IN (SELECT p.id FROM monthly_pack AS p
  JOIN period AS m ON m.id = p.period_id WHERE m.year NOT BETWEEN 2000 AND 2100 AND p.number IS NULL)

-- … their history.
DELETE FROM document_event WHERE document_type = 'monthly_pack' AND document_id IN (SELECT p.id FROM monthly_pack AS p
  JOIN period AS m ON m.id = p.period_id WHERE m.year NOT BETWEEN 2000 AND 2100 AND p.number IS NULL)

-- … the drafts themselves.
DELETE FROM monthly_pack WHERE number IS NULL AND period_id IN (
  SELECT id FROM period WHERE year NOT BETWEEN 2000 AND 2100)

-- Months that the books do not know any more, and nothing was posted into. One with entries stops the upgrade.
DELETE FROM period WHERE year NOT BETWEEN 2000 AND 2100
  AND NOT EXISTS (SELECT 1 FROM journal_entry AS e WHERE e.period_id = period.id)
  AND NOT EXISTS (SELECT 1 FROM monthly_pack AS p WHERE p.period_id = period.id)
