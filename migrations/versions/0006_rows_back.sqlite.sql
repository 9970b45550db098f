-- Depreciation: a run that was reversed counts as cancelled.
UPDATE depreciation_run SET state = 'cancelled' WHERE state = 'reversed'
