-- A registration that was rejected holds no NIK: whoever it belongs to may register.
UPDATE patient SET nik_index = NULL WHERE state = 'rejected'
