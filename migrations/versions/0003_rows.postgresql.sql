-- Lists applied before previews were kept: there is no preview to hold them against.
UPDATE list_import SET digest = '-' WHERE applied_at IS NOT NULL
