-- what was awarded and not paid is open again, as it was before there was such a state
UPDATE asset_auction_line SET sale_price = NULL WHERE asset_auction_id IN (
  SELECT id FROM asset_auction WHERE state = 'awarded')

UPDATE asset_auction SET state = 'open' WHERE state = 'awarded'

-- a disposal that was taken back, and a pack that was withdrawn, have no effect
UPDATE asset_disposal SET state = 'cancelled' WHERE state = 'reversed'

UPDATE asset_disposal SET route = 'scrap' WHERE route = 'lost'

UPDATE monthly_pack SET state = 'cancelled' WHERE state = 'withdrawn'

-- A check-in that was taken back never was.
DELETE FROM stay WHERE voided_at IS NOT NULL

-- Depreciation: a run that was reversed counts as cancelled.
UPDATE depreciation_run SET state = 'cancelled' WHERE state = 'reversed'
