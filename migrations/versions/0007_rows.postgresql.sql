-- Log: rows get their id from a sequence; nobody waits for the row before any more.
CREATE SEQUENCE activity_log_id_seq AS bigint OWNED BY activity_log.id

ALTER TABLE activity_log ALTER COLUMN id SET DEFAULT nextval('activity_log_id_seq'::regclass)

SELECT setval('activity_log_id_seq', COALESCE((SELECT max(id) FROM activity_log), 0) + 1, false)

-- … rows that were written with a salt before this revision was taken back once.
UPDATE activity_log SET salt = substr(previous_hash, 6) WHERE previous_hash LIKE 'salt:%'
