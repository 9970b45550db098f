-- Depreciation: what is not posted yet is dated the last day of its period.
UPDATE depreciation_run SET run_on = period_end WHERE state IN ('draft', 'submitted', 'rejected')
