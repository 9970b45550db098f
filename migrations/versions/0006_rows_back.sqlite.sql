-- A part was given out, and what nobody fetched has ended: before, there was no word for either.
UPDATE prescription SET state = CASE state WHEN 'partly_dispensed' THEN 'dispensed' ELSE 'cancelled' END
WHERE state IN ('partly_dispensed', 'expired')

-- A check-in that was taken back never was.
DELETE FROM stay WHERE voided_at IS NOT NULL

-- Depreciation: a run that was reversed counts as cancelled.
UPDATE depreciation_run SET state = 'cancelled' WHERE state = 'reversed'
