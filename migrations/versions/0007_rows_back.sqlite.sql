-- Log: the former chain does not go on over rows without it; their salt is kept, so that their own hash stays provable.
UPDATE activity_log SET previous_hash = 'salt:' || salt WHERE salt IS NOT NULL
