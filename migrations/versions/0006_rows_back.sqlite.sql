-- A check-in that was taken back never was.
DELETE FROM stay WHERE voided_at IS NOT NULL

-- Depreciation: a run that was reversed counts as cancelled.
UPDATE depreciation_run SET state = 'cancelled' WHERE state = 'reversed'
