-- movements: the last one that another unit has not acknowledged is awaited, all others are settled
UPDATE asset_movement SET state = CASE
  WHEN acknowledged_at IS NULL AND to_work_unit_id IS NOT NULL
    AND (from_work_unit_id IS NULL OR from_work_unit_id <> to_work_unit_id)
    AND id = (SELECT max(later.id) FROM asset_movement later WHERE later.asset_id = asset_movement.asset_id)
    AND EXISTS (SELECT 1 FROM asset WHERE asset.id = asset_movement.asset_id
      AND asset.state IN ('registered', 'in_use', 'under_maintenance')) THEN 'awaited'
  ELSE 'acknowledged' END
