-- Log: rows that were written with a salt before this revision was taken back once.
UPDATE activity_log SET salt = substr(previous_hash, 6) WHERE previous_hash LIKE 'salt:%'
