-- Lists of a chosen sheet that were not applied: the code before reads the first sheet, so its page must not offer to apply them.
UPDATE list_import SET new_rows = 0, changed_rows = 0, same_rows = 0 WHERE applied_at IS NULL AND sheet IS NOT NULL
