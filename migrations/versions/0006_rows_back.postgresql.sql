-- A check-in that was taken back never was.
DELETE FROM stay WHERE voided_at IS NOT NULL
