-- What waits for its inspection was finished, as it was called before; its bed waits on.
UPDATE cleaning SET state = 'finished', version = version + 1 WHERE state = 'to_inspect'
