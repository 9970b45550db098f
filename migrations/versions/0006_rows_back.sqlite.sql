-- A part was given out, and what nobody fetched has ended: before, there was no word for either.
UPDATE prescription SET state = CASE state WHEN 'partly_dispensed' THEN 'dispensed' ELSE 'cancelled' END
WHERE state IN ('partly_dispensed', 'expired')
