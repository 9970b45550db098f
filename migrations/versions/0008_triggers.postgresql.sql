CREATE EXTENSION IF NOT EXISTS pg_trgm

CREATE EXTENSION IF NOT EXISTS btree_gist

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = '23514', TABLE = TG_TABLE_NAME;
END $$

CREATE FUNCTION refuse_line_insert() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  wrong boolean;
  keys text := format('SELECT %I FROM fresh', TG_ARGV[2]);
BEGIN
  IF TG_NARGS > 4 THEN
    keys := format('SELECT %I FROM %I WHERE id IN (%s)', TG_ARGV[5], TG_ARGV[4], keys);
  END IF;
  EXECUTE format('SELECT bool_or(state <> ALL ($1)) FROM (SELECT state FROM %I WHERE id IN (%s) FOR SHARE) AS stand',
                 TG_ARGV[1], keys) INTO wrong USING TG_ARGV[3]::text[];
  IF wrong THEN
    RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = '23514', TABLE = TG_TABLE_NAME;
  END IF;
  RETURN NULL;
END $$

CREATE FUNCTION refuse_line_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  image jsonb;
  stand text;
  parent text := '$1';
  late text[] := TG_ARGV[5]::text[];
  images jsonb[] := ARRAY[to_jsonb(OLD)];
BEGIN
  IF TG_NARGS > 6 THEN
    parent := format('(SELECT %I FROM %I WHERE id = $1)', TG_ARGV[7], TG_ARGV[6]);
  END IF;
  IF TG_OP = 'UPDATE' AND to_jsonb(NEW) -> TG_ARGV[2] IS DISTINCT FROM images[1] -> TG_ARGV[2] THEN
    images := images || to_jsonb(NEW);
  END IF;
  FOREACH image IN ARRAY images
  LOOP
    EXECUTE format('SELECT state FROM %I WHERE id = %s FOR SHARE', TG_ARGV[1], parent)
      INTO stand USING (image ->> TG_ARGV[2])::bigint;
    CONTINUE WHEN stand IS NULL OR stand = ANY (TG_ARGV[3]::text[]);
    CONTINUE WHEN TG_OP = 'UPDATE' AND to_jsonb(OLD) - late = to_jsonb(NEW) - late
      AND (to_jsonb(OLD) = to_jsonb(NEW) OR stand <> ALL (TG_ARGV[4]::text[]));
    RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = '23514', TABLE = TG_TABLE_NAME;
  END LOOP;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  RETURN NEW;
END $$

CREATE FUNCTION end_access() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE user_session SET ended_at = CURRENT_TIMESTAMP WHERE user_id = NEW.id AND ended_at IS NULL;
  UPDATE api_token SET revoked_at = CURRENT_TIMESTAMP WHERE user_id = NEW.id AND revoked_at IS NULL;
  RETURN NULL;
END $$

CREATE FUNCTION refuse_untaken() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM delegation WHERE id = NEW.delegation_id AND taker_id = NEW.user_id
                 AND state = 'granted') THEN
    RAISE EXCEPTION USING MESSAGE = 'nobody acts in another''s name without a delegation', ERRCODE = '23514', TABLE = TG_TABLE_NAME;
  END IF;
  RETURN NEW;
END $$

CREATE TRIGGER activity_log_keeps_update BEFORE UPDATE OR DELETE ON "activity_log" FOR EACH ROW
EXECUTE FUNCTION refuse_change('append-only: activity_log')

CREATE TRIGGER activity_log_keeps_truncate BEFORE TRUNCATE ON "activity_log" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('append-only: activity_log')

CREATE TRIGGER asset_book_change_keeps_update BEFORE UPDATE OR DELETE ON "asset_book_change" FOR EACH ROW
EXECUTE FUNCTION refuse_change('append-only: asset_book_change')

CREATE TRIGGER asset_book_change_keeps_truncate BEFORE TRUNCATE ON "asset_book_change" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('append-only: asset_book_change')

CREATE TRIGGER batch_correction_keeps_update BEFORE UPDATE OR DELETE ON "batch_correction" FOR EACH ROW
EXECUTE FUNCTION refuse_change('append-only: batch_correction')

CREATE TRIGGER batch_correction_keeps_truncate BEFORE TRUNCATE ON "batch_correction" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('append-only: batch_correction')

CREATE TRIGGER comment_keeps_update BEFORE UPDATE OR DELETE ON "comment" FOR EACH ROW
EXECUTE FUNCTION refuse_change('append-only: comment')

CREATE TRIGGER comment_keeps_truncate BEFORE TRUNCATE ON "comment" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('append-only: comment')

CREATE TRIGGER document_event_keeps_update BEFORE UPDATE OR DELETE ON "document_event" FOR EACH ROW
EXECUTE FUNCTION refuse_change('append-only: document_event')

CREATE TRIGGER document_event_keeps_truncate BEFORE TRUNCATE ON "document_event" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('append-only: document_event')

CREATE TRIGGER document_number_keeps_update BEFORE UPDATE OR DELETE ON "document_number" FOR EACH ROW
EXECUTE FUNCTION refuse_change('append-only: document_number')

CREATE TRIGGER document_number_keeps_truncate BEFORE TRUNCATE ON "document_number" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('append-only: document_number')

CREATE TRIGGER journal_entry_keeps_update BEFORE UPDATE OR DELETE ON "journal_entry" FOR EACH ROW
EXECUTE FUNCTION refuse_change('append-only: journal_entry')

CREATE TRIGGER journal_entry_keeps_truncate BEFORE TRUNCATE ON "journal_entry" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('append-only: journal_entry')

CREATE TRIGGER journal_line_keeps_update BEFORE UPDATE OR DELETE ON "journal_line" FOR EACH ROW
EXECUTE FUNCTION refuse_change('append-only: journal_line')

CREATE TRIGGER journal_line_keeps_truncate BEFORE TRUNCATE ON "journal_line" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('append-only: journal_line')

CREATE TRIGGER log_seal_keeps_update BEFORE UPDATE OR DELETE ON "log_seal" FOR EACH ROW
EXECUTE FUNCTION refuse_change('append-only: log_seal')

CREATE TRIGGER log_seal_keeps_truncate BEFORE TRUNCATE ON "log_seal" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('append-only: log_seal')

CREATE TRIGGER stock_move_keeps_update BEFORE UPDATE OR DELETE ON "stock_move" FOR EACH ROW
EXECUTE FUNCTION refuse_change('append-only: stock_move')

CREATE TRIGGER stock_move_keeps_truncate BEFORE TRUNCATE ON "stock_move" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('append-only: stock_move')

CREATE TRIGGER asset_auction_final_update BEFORE UPDATE ON "asset_auction" FOR EACH ROW
WHEN ((OLD.state IN ('sold', 'cancelled') AND (OLD."id" IS DISTINCT FROM NEW."id" OR OLD."created_by_id" IS DISTINCT FROM NEW."created_by_id" OR OLD."account_id" IS DISTINCT FROM NEW."account_id" OR OLD."auctioned_on" IS DISTINCT FROM NEW."auctioned_on" OR OLD."round" IS DISTINCT FROM NEW."round" OR OLD."appraiser" IS DISTINCT FROM NEW."appraiser" OR OLD."appraised_on" IS DISTINCT FROM NEW."appraised_on" OR OLD."buyer_name" IS DISTINCT FROM NEW."buyer_name" OR OLD."buyer_identity" IS DISTINCT FROM NEW."buyer_identity" OR OLD."minutes_number" IS DISTINCT FROM NEW."minutes_number" OR OLD."paid_on" IS DISTINCT FROM NEW."paid_on" OR OLD."payment_reference" IS DISTINCT FROM NEW."payment_reference" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."created_at" IS DISTINCT FROM NEW."created_at" OR OLD."note" IS DISTINCT FROM NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS DISTINCT FROM NEW.number))
EXECUTE FUNCTION refuse_change('posted is final: asset_auction')

CREATE TRIGGER asset_auction_final_delete BEFORE DELETE ON "asset_auction" FOR EACH ROW
WHEN (OLD.state IN ('sold', 'cancelled') OR OLD.number IS NOT NULL)
EXECUTE FUNCTION refuse_change('posted is final: asset_auction')

CREATE TRIGGER asset_auction_final_truncate BEFORE TRUNCATE ON "asset_auction" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: asset_auction')

CREATE TRIGGER asset_disposal_final_update BEFORE UPDATE ON "asset_disposal" FOR EACH ROW
WHEN ((OLD.state IN ('posted', 'cancelled', 'reversed') AND (OLD."id" IS DISTINCT FROM NEW."id" OR OLD."created_by_id" IS DISTINCT FROM NEW."created_by_id" OR OLD."account_id" IS DISTINCT FROM NEW."account_id" OR OLD."disposed_on" IS DISTINCT FROM NEW."disposed_on" OR OLD."route" IS DISTINCT FROM NEW."route" OR OLD."responsible_id" IS DISTINCT FROM NEW."responsible_id" OR OLD."responsible_name" IS DISTINCT FROM NEW."responsible_name" OR OLD."claim_amount" IS DISTINCT FROM NEW."claim_amount" OR OLD."claim_decision" IS DISTINCT FROM NEW."claim_decision" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."created_at" IS DISTINCT FROM NEW."created_at" OR OLD."note" IS DISTINCT FROM NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS DISTINCT FROM NEW.number))
EXECUTE FUNCTION refuse_change('posted is final: asset_disposal')

CREATE TRIGGER asset_disposal_final_delete BEFORE DELETE ON "asset_disposal" FOR EACH ROW
WHEN (OLD.state IN ('posted', 'cancelled', 'reversed') OR OLD.number IS NOT NULL)
EXECUTE FUNCTION refuse_change('posted is final: asset_disposal')

CREATE TRIGGER asset_disposal_final_truncate BEFORE TRUNCATE ON "asset_disposal" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: asset_disposal')

CREATE TRIGGER asset_plan_final_update BEFORE UPDATE ON "asset_plan" FOR EACH ROW
WHEN ((OLD.state IN ('done', 'cancelled') AND (OLD."id" IS DISTINCT FROM NEW."id" OR OLD."created_by_id" IS DISTINCT FROM NEW."created_by_id" OR OLD."planned_on" IS DISTINCT FROM NEW."planned_on" OR OLD."work_unit_id" IS DISTINCT FROM NEW."work_unit_id" OR OLD."budget_year" IS DISTINCT FROM NEW."budget_year" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."created_at" IS DISTINCT FROM NEW."created_at" OR OLD."note" IS DISTINCT FROM NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS DISTINCT FROM NEW.number))
EXECUTE FUNCTION refuse_change('posted is final: asset_plan')

CREATE TRIGGER asset_plan_final_delete BEFORE DELETE ON "asset_plan" FOR EACH ROW
WHEN (OLD.state IN ('done', 'cancelled') OR OLD.number IS NOT NULL)
EXECUTE FUNCTION refuse_change('posted is final: asset_plan')

CREATE TRIGGER asset_plan_final_truncate BEFORE TRUNCATE ON "asset_plan" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: asset_plan')

CREATE TRIGGER asset_procurement_final_update BEFORE UPDATE ON "asset_procurement" FOR EACH ROW
WHEN ((OLD.state IN ('sent', 'done', 'cancelled') AND (OLD."id" IS DISTINCT FROM NEW."id" OR OLD."created_by_id" IS DISTINCT FROM NEW."created_by_id" OR OLD."procured_on" IS DISTINCT FROM NEW."procured_on" OR OLD."vendor_id" IS DISTINCT FROM NEW."vendor_id" OR OLD."expected_on" IS DISTINCT FROM NEW."expected_on" OR OLD."tax_percent" IS DISTINCT FROM NEW."tax_percent" OR OLD."funding_source" IS DISTINCT FROM NEW."funding_source" OR OLD."needs_director" IS DISTINCT FROM NEW."needs_director" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."created_at" IS DISTINCT FROM NEW."created_at" OR OLD."note" IS DISTINCT FROM NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS DISTINCT FROM NEW.number))
EXECUTE FUNCTION refuse_change('posted is final: asset_procurement')

CREATE TRIGGER asset_procurement_final_delete BEFORE DELETE ON "asset_procurement" FOR EACH ROW
WHEN (OLD.state IN ('sent', 'done', 'cancelled') OR OLD.number IS NOT NULL)
EXECUTE FUNCTION refuse_change('posted is final: asset_procurement')

CREATE TRIGGER asset_procurement_final_truncate BEFORE TRUNCATE ON "asset_procurement" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: asset_procurement')

CREATE TRIGGER asset_receipt_final_update BEFORE UPDATE ON "asset_receipt" FOR EACH ROW
WHEN ((OLD.state IN ('posted', 'reversed', 'cancelled') AND (OLD."id" IS DISTINCT FROM NEW."id" OR OLD."created_by_id" IS DISTINCT FROM NEW."created_by_id" OR OLD."account_id" IS DISTINCT FROM NEW."account_id" OR OLD."received_on" IS DISTINCT FROM NEW."received_on" OR OLD."asset_procurement_id" IS DISTINCT FROM NEW."asset_procurement_id" OR OLD."delivery_order_number" IS DISTINCT FROM NEW."delivery_order_number" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."created_at" IS DISTINCT FROM NEW."created_at" OR OLD."note" IS DISTINCT FROM NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS DISTINCT FROM NEW.number))
EXECUTE FUNCTION refuse_change('posted is final: asset_receipt')

CREATE TRIGGER asset_receipt_final_delete BEFORE DELETE ON "asset_receipt" FOR EACH ROW
WHEN (OLD.state IN ('posted', 'reversed', 'cancelled') OR OLD.number IS NOT NULL)
EXECUTE FUNCTION refuse_change('posted is final: asset_receipt')

CREATE TRIGGER asset_receipt_final_truncate BEFORE TRUNCATE ON "asset_receipt" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: asset_receipt')

CREATE TRIGGER asset_value_change_final_update BEFORE UPDATE ON "asset_value_change" FOR EACH ROW
WHEN ((OLD.state IN ('posted', 'cancelled', 'reversed') AND (OLD."id" IS DISTINCT FROM NEW."id" OR OLD."created_by_id" IS DISTINCT FROM NEW."created_by_id" OR OLD."kind" IS DISTINCT FROM NEW."kind" OR OLD."changed_on" IS DISTINCT FROM NEW."changed_on" OR OLD."account_id" IS DISTINCT FROM NEW."account_id" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."created_at" IS DISTINCT FROM NEW."created_at" OR OLD."note" IS DISTINCT FROM NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS DISTINCT FROM NEW.number))
EXECUTE FUNCTION refuse_change('posted is final: asset_value_change')

CREATE TRIGGER asset_value_change_final_delete BEFORE DELETE ON "asset_value_change" FOR EACH ROW
WHEN (OLD.state IN ('posted', 'cancelled', 'reversed') OR OLD.number IS NOT NULL)
EXECUTE FUNCTION refuse_change('posted is final: asset_value_change')

CREATE TRIGGER asset_value_change_final_truncate BEFORE TRUNCATE ON "asset_value_change" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: asset_value_change')

CREATE TRIGGER consultation_final_update BEFORE UPDATE ON "consultation" FOR EACH ROW
WHEN ((OLD.state IN ('completed', 'cancelled', 'no_show', 'rescheduled', 'expired') AND (OLD."id" IS DISTINCT FROM NEW."id" OR OLD."created_by_id" IS DISTINCT FROM NEW."created_by_id" OR OLD."requested_on" IS DISTINCT FROM NEW."requested_on" OR OLD."specialization_id" IS DISTINCT FROM NEW."specialization_id" OR OLD."doctor_id" IS DISTINCT FROM NEW."doctor_id" OR OLD."complaint" IS DISTINCT FROM NEW."complaint" OR OLD."starts_at" IS DISTINCT FROM NEW."starts_at" OR OLD."slot_minutes" IS DISTINCT FROM NEW."slot_minutes" OR OLD."kind" IS DISTINCT FROM NEW."kind" OR OLD."payer" IS DISTINCT FROM NEW."payer" OR OLD."triage" IS DISTINCT FROM NEW."triage" OR OLD."video_url" IS DISTINCT FROM NEW."video_url" OR OLD."decided_reason" IS DISTINCT FROM NEW."decided_reason" OR OLD."moved_to_doctor_id" IS DISTINCT FROM NEW."moved_to_doctor_id" OR OLD."rescheduled_from_id" IS DISTINCT FROM NEW."rescheduled_from_id" OR OLD."approved_at" IS DISTINCT FROM NEW."approved_at" OR OLD."started_at" IS DISTINCT FROM NEW."started_at" OR OLD."completed_at" IS DISTINCT FROM NEW."completed_at" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."created_at" IS DISTINCT FROM NEW."created_at" OR OLD."note" IS DISTINCT FROM NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS DISTINCT FROM NEW.number))
EXECUTE FUNCTION refuse_change('posted is final: consultation')

CREATE TRIGGER consultation_final_delete BEFORE DELETE ON "consultation" FOR EACH ROW
WHEN (OLD.state IN ('completed', 'cancelled', 'no_show', 'rescheduled', 'expired') OR OLD.number IS NOT NULL)
EXECUTE FUNCTION refuse_change('posted is final: consultation')

CREATE TRIGGER consultation_final_truncate BEFORE TRUNCATE ON "consultation" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: consultation')

CREATE TRIGGER delegation_final_update BEFORE UPDATE ON "delegation" FOR EACH ROW
WHEN ((OLD.state IN ('granted', 'cancelled', 'revoked', 'expired') AND (OLD."id" IS DISTINCT FROM NEW."id" OR OLD."created_by_id" IS DISTINCT FROM NEW."created_by_id" OR OLD."giver_id" IS DISTINCT FROM NEW."giver_id" OR OLD."taker_id" IS DISTINCT FROM NEW."taker_id" OR OLD."role" IS DISTINCT FROM NEW."role" OR OLD."starts_on" IS DISTINCT FROM NEW."starts_on" OR OLD."ends_on" IS DISTINCT FROM NEW."ends_on" OR OLD."reason" IS DISTINCT FROM NEW."reason" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."created_at" IS DISTINCT FROM NEW."created_at" OR OLD."note" IS DISTINCT FROM NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS DISTINCT FROM NEW.number))
EXECUTE FUNCTION refuse_change('posted is final: delegation')

CREATE TRIGGER delegation_final_delete BEFORE DELETE ON "delegation" FOR EACH ROW
WHEN (OLD.state IN ('granted', 'cancelled', 'revoked', 'expired') OR OLD.number IS NOT NULL)
EXECUTE FUNCTION refuse_change('posted is final: delegation')

CREATE TRIGGER delegation_final_truncate BEFORE TRUNCATE ON "delegation" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: delegation')

CREATE TRIGGER delivery_request_final_update BEFORE UPDATE ON "delivery_request" FOR EACH ROW
WHEN ((OLD.state IN ('delivered', 'done', 'reversed', 'cancelled') AND (OLD."id" IS DISTINCT FROM NEW."id" OR OLD."created_by_id" IS DISTINCT FROM NEW."created_by_id" OR OLD."store_request_id" IS DISTINCT FROM NEW."store_request_id" OR OLD."account_id" IS DISTINCT FROM NEW."account_id" OR OLD."store_id" IS DISTINCT FROM NEW."store_id" OR OLD."delivered_on" IS DISTINCT FROM NEW."delivered_on" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."created_at" IS DISTINCT FROM NEW."created_at" OR OLD."note" IS DISTINCT FROM NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS DISTINCT FROM NEW.number))
EXECUTE FUNCTION refuse_change('posted is final: delivery_request')

CREATE TRIGGER delivery_request_final_delete BEFORE DELETE ON "delivery_request" FOR EACH ROW
WHEN (OLD.state IN ('delivered', 'done', 'reversed', 'cancelled') OR OLD.number IS NOT NULL)
EXECUTE FUNCTION refuse_change('posted is final: delivery_request')

CREATE TRIGGER delivery_request_final_truncate BEFORE TRUNCATE ON "delivery_request" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: delivery_request')

CREATE TRIGGER depreciation_run_final_update BEFORE UPDATE ON "depreciation_run" FOR EACH ROW
WHEN ((OLD.state IN ('posted', 'cancelled', 'reversed') AND (OLD."id" IS DISTINCT FROM NEW."id" OR OLD."created_by_id" IS DISTINCT FROM NEW."created_by_id" OR OLD."run_on" IS DISTINCT FROM NEW."run_on" OR OLD."book" IS DISTINCT FROM NEW."book" OR OLD."period_start" IS DISTINCT FROM NEW."period_start" OR OLD."period_end" IS DISTINCT FROM NEW."period_end" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."created_at" IS DISTINCT FROM NEW."created_at" OR OLD."note" IS DISTINCT FROM NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS DISTINCT FROM NEW.number))
EXECUTE FUNCTION refuse_change('posted is final: depreciation_run')

CREATE TRIGGER depreciation_run_final_delete BEFORE DELETE ON "depreciation_run" FOR EACH ROW
WHEN (OLD.state IN ('posted', 'cancelled', 'reversed') OR OLD.number IS NOT NULL)
EXECUTE FUNCTION refuse_change('posted is final: depreciation_run')

CREATE TRIGGER depreciation_run_final_truncate BEFORE TRUNCATE ON "depreciation_run" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: depreciation_run')

CREATE TRIGGER fault_report_final_update BEFORE UPDATE ON "fault_report" FOR EACH ROW
WHEN ((OLD.state IN ('closed', 'dismissed') AND (OLD."id" IS DISTINCT FROM NEW."id" OR OLD."created_by_id" IS DISTINCT FROM NEW."created_by_id" OR OLD."code" IS DISTINCT FROM NEW."code" OR OLD."reported_on" IS DISTINCT FROM NEW."reported_on" OR OLD."priority" IS DISTINCT FROM NEW."priority" OR OLD."asset_id" IS DISTINCT FROM NEW."asset_id" OR OLD."bed_id" IS DISTINCT FROM NEW."bed_id" OR OLD."inpatient_room_id" IS DISTINCT FROM NEW."inpatient_room_id" OR OLD."room_id" IS DISTINCT FROM NEW."room_id" OR OLD."building_id" IS DISTINCT FROM NEW."building_id" OR OLD."place_detail" IS DISTINCT FROM NEW."place_detail" OR OLD."fault" IS DISTINCT FROM NEW."fault" OR OLD."reporter_name" IS DISTINCT FROM NEW."reporter_name" OR OLD."reporter_phone" IS DISTINCT FROM NEW."reporter_phone" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."created_at" IS DISTINCT FROM NEW."created_at" OR OLD."note" IS DISTINCT FROM NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS DISTINCT FROM NEW.number))
EXECUTE FUNCTION refuse_change('posted is final: fault_report')

CREATE TRIGGER fault_report_final_delete BEFORE DELETE ON "fault_report" FOR EACH ROW
WHEN (OLD.state IN ('closed', 'dismissed') OR OLD.number IS NOT NULL)
EXECUTE FUNCTION refuse_change('posted is final: fault_report')

CREATE TRIGGER fault_report_final_truncate BEFORE TRUNCATE ON "fault_report" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: fault_report')

CREATE TRIGGER goods_receipt_final_update BEFORE UPDATE ON "goods_receipt" FOR EACH ROW
WHEN ((OLD.state IN ('posted', 'reversed', 'cancelled') AND (OLD."id" IS DISTINCT FROM NEW."id" OR OLD."created_by_id" IS DISTINCT FROM NEW."created_by_id" OR OLD."account_id" IS DISTINCT FROM NEW."account_id" OR OLD."purchase_order_id" IS DISTINCT FROM NEW."purchase_order_id" OR OLD."source" IS DISTINCT FROM NEW."source" OR OLD."source_name" IS DISTINCT FROM NEW."source_name" OR OLD."supplier_return_id" IS DISTINCT FROM NEW."supplier_return_id" OR OLD."supplier_id" IS DISTINCT FROM NEW."supplier_id" OR OLD."store_id" IS DISTINCT FROM NEW."store_id" OR OLD."ordered_on" IS DISTINCT FROM NEW."ordered_on" OR OLD."received_on" IS DISTINCT FROM NEW."received_on" OR OLD."delivery_order_number" IS DISTINCT FROM NEW."delivery_order_number" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."created_at" IS DISTINCT FROM NEW."created_at" OR OLD."note" IS DISTINCT FROM NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS DISTINCT FROM NEW.number))
EXECUTE FUNCTION refuse_change('posted is final: goods_receipt')

CREATE TRIGGER goods_receipt_final_delete BEFORE DELETE ON "goods_receipt" FOR EACH ROW
WHEN (OLD.state IN ('posted', 'reversed', 'cancelled') OR OLD.number IS NOT NULL)
EXECUTE FUNCTION refuse_change('posted is final: goods_receipt')

CREATE TRIGGER goods_receipt_final_truncate BEFORE TRUNCATE ON "goods_receipt" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: goods_receipt')

CREATE TRIGGER inventory_round_final_update BEFORE UPDATE ON "inventory_round" FOR EACH ROW
WHEN ((OLD.state IN ('posted', 'cancelled') AND (OLD."id" IS DISTINCT FROM NEW."id" OR OLD."created_by_id" IS DISTINCT FROM NEW."created_by_id" OR OLD."room_id" IS DISTINCT FROM NEW."room_id" OR OLD."inpatient_room_id" IS DISTINCT FROM NEW."inpatient_room_id" OR OLD."counted_on" IS DISTINCT FROM NEW."counted_on" OR OLD."found_empty" IS DISTINCT FROM NEW."found_empty" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."created_at" IS DISTINCT FROM NEW."created_at" OR OLD."note" IS DISTINCT FROM NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS DISTINCT FROM NEW.number))
EXECUTE FUNCTION refuse_change('posted is final: inventory_round')

CREATE TRIGGER inventory_round_final_delete BEFORE DELETE ON "inventory_round" FOR EACH ROW
WHEN (OLD.state IN ('posted', 'cancelled') OR OLD.number IS NOT NULL)
EXECUTE FUNCTION refuse_change('posted is final: inventory_round')

CREATE TRIGGER inventory_round_final_truncate BEFORE TRUNCATE ON "inventory_round" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: inventory_round')

CREATE TRIGGER maintenance_final_update BEFORE UPDATE ON "maintenance" FOR EACH ROW
WHEN ((OLD.state IN ('done', 'cancelled') AND (OLD."id" IS DISTINCT FROM NEW."id" OR OLD."created_by_id" IS DISTINCT FROM NEW."created_by_id" OR OLD."account_id" IS DISTINCT FROM NEW."account_id" OR OLD."requested_on" IS DISTINCT FROM NEW."requested_on" OR OLD."kind" IS DISTINCT FROM NEW."kind" OR OLD."work_unit_id" IS DISTINCT FROM NEW."work_unit_id" OR OLD."vendor_id" IS DISTINCT FROM NEW."vendor_id" OR OLD."maintenance_schedule_id" IS DISTINCT FROM NEW."maintenance_schedule_id" OR OLD."estimated_cost" IS DISTINCT FROM NEW."estimated_cost" OR OLD."approved_cost" IS DISTINCT FROM NEW."approved_cost" OR OLD."order_again_on" IS DISTINCT FROM NEW."order_again_on" OR OLD."down_since" IS DISTINCT FROM NEW."down_since" OR OLD."started_at" IS DISTINCT FROM NEW."started_at" OR OLD."finished_at" IS DISTINCT FROM NEW."finished_at" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."created_at" IS DISTINCT FROM NEW."created_at" OR OLD."note" IS DISTINCT FROM NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS DISTINCT FROM NEW.number))
EXECUTE FUNCTION refuse_change('posted is final: maintenance')

CREATE TRIGGER maintenance_final_delete BEFORE DELETE ON "maintenance" FOR EACH ROW
WHEN (OLD.state IN ('done', 'cancelled') OR OLD.number IS NOT NULL)
EXECUTE FUNCTION refuse_change('posted is final: maintenance')

CREATE TRIGGER maintenance_final_truncate BEFORE TRUNCATE ON "maintenance" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: maintenance')

CREATE TRIGGER monthly_pack_final_update BEFORE UPDATE ON "monthly_pack" FOR EACH ROW
WHEN ((OLD.state IN ('released', 'withdrawn', 'cancelled') AND (OLD."id" IS DISTINCT FROM NEW."id" OR OLD."created_by_id" IS DISTINCT FROM NEW."created_by_id" OR OLD."period_id" IS DISTINCT FROM NEW."period_id" OR OLD."prepared_on" IS DISTINCT FROM NEW."prepared_on" OR OLD."foreword" IS DISTINCT FROM NEW."foreword" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."created_at" IS DISTINCT FROM NEW."created_at" OR OLD."note" IS DISTINCT FROM NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS DISTINCT FROM NEW.number))
EXECUTE FUNCTION refuse_change('posted is final: monthly_pack')

CREATE TRIGGER monthly_pack_final_delete BEFORE DELETE ON "monthly_pack" FOR EACH ROW
WHEN (OLD.state IN ('released', 'withdrawn', 'cancelled') OR OLD.number IS NOT NULL)
EXECUTE FUNCTION refuse_change('posted is final: monthly_pack')

CREATE TRIGGER monthly_pack_final_truncate BEFORE TRUNCATE ON "monthly_pack" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: monthly_pack')

CREATE TRIGGER prescription_final_update BEFORE UPDATE ON "prescription" FOR EACH ROW
WHEN ((OLD.state IN ('dispensed', 'cancelled', 'expired') AND (OLD."id" IS DISTINCT FROM NEW."id" OR OLD."created_by_id" IS DISTINCT FROM NEW."created_by_id" OR OLD."consultation_id" IS DISTINCT FROM NEW."consultation_id" OR OLD."prescribed_on" IS DISTINCT FROM NEW."prescribed_on" OR OLD."valid_until" IS DISTINCT FROM NEW."valid_until" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."created_at" IS DISTINCT FROM NEW."created_at" OR OLD."note" IS DISTINCT FROM NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS DISTINCT FROM NEW.number))
EXECUTE FUNCTION refuse_change('posted is final: prescription')

CREATE TRIGGER prescription_final_delete BEFORE DELETE ON "prescription" FOR EACH ROW
WHEN (OLD.state IN ('dispensed', 'cancelled', 'expired') OR OLD.number IS NOT NULL)
EXECUTE FUNCTION refuse_change('posted is final: prescription')

CREATE TRIGGER prescription_final_truncate BEFORE TRUNCATE ON "prescription" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: prescription')

CREATE TRIGGER purchase_order_final_update BEFORE UPDATE ON "purchase_order" FOR EACH ROW
WHEN ((OLD.state IN ('sent', 'done', 'cancelled') AND (OLD."vat_percent" IS DISTINCT FROM NEW."vat_percent" OR OLD."id" IS DISTINCT FROM NEW."id" OR OLD."created_by_id" IS DISTINCT FROM NEW."created_by_id" OR OLD."supplier_id" IS DISTINCT FROM NEW."supplier_id" OR OLD."store_id" IS DISTINCT FROM NEW."store_id" OR OLD."ordered_on" IS DISTINCT FROM NEW."ordered_on" OR OLD."expected_on" IS DISTINCT FROM NEW."expected_on" OR OLD."payment_terms" IS DISTINCT FROM NEW."payment_terms" OR OLD."needs_director" IS DISTINCT FROM NEW."needs_director" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."created_at" IS DISTINCT FROM NEW."created_at" OR OLD."note" IS DISTINCT FROM NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS DISTINCT FROM NEW.number))
EXECUTE FUNCTION refuse_change('posted is final: purchase_order')

CREATE TRIGGER purchase_order_final_delete BEFORE DELETE ON "purchase_order" FOR EACH ROW
WHEN (OLD.state IN ('sent', 'done', 'cancelled') OR OLD.number IS NOT NULL)
EXECUTE FUNCTION refuse_change('posted is final: purchase_order')

CREATE TRIGGER purchase_order_final_truncate BEFORE TRUNCATE ON "purchase_order" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: purchase_order')

CREATE TRIGGER purchase_request_final_update BEFORE UPDATE ON "purchase_request" FOR EACH ROW
WHEN ((OLD.state IN ('done', 'cancelled') AND (OLD."id" IS DISTINCT FROM NEW."id" OR OLD."created_by_id" IS DISTINCT FROM NEW."created_by_id" OR OLD."store_id" IS DISTINCT FROM NEW."store_id" OR OLD."requested_on" IS DISTINCT FROM NEW."requested_on" OR OLD."needed_on" IS DISTINCT FROM NEW."needed_on" OR OLD."approved_by_id" IS DISTINCT FROM NEW."approved_by_id" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."created_at" IS DISTINCT FROM NEW."created_at" OR OLD."note" IS DISTINCT FROM NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS DISTINCT FROM NEW.number))
EXECUTE FUNCTION refuse_change('posted is final: purchase_request')

CREATE TRIGGER purchase_request_final_delete BEFORE DELETE ON "purchase_request" FOR EACH ROW
WHEN (OLD.state IN ('done', 'cancelled') OR OLD.number IS NOT NULL)
EXECUTE FUNCTION refuse_change('posted is final: purchase_request')

CREATE TRIGGER purchase_request_final_truncate BEFORE TRUNCATE ON "purchase_request" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: purchase_request')

CREATE TRIGGER quotation_request_final_update BEFORE UPDATE ON "quotation_request" FOR EACH ROW
WHEN ((OLD.state IN ('done', 'cancelled') AND (OLD."id" IS DISTINCT FROM NEW."id" OR OLD."created_by_id" IS DISTINCT FROM NEW."created_by_id" OR OLD."store_id" IS DISTINCT FROM NEW."store_id" OR OLD."asked_on" IS DISTINCT FROM NEW."asked_on" OR OLD."answer_by" IS DISTINCT FROM NEW."answer_by" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."created_at" IS DISTINCT FROM NEW."created_at" OR OLD."note" IS DISTINCT FROM NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS DISTINCT FROM NEW.number))
EXECUTE FUNCTION refuse_change('posted is final: quotation_request')

CREATE TRIGGER quotation_request_final_delete BEFORE DELETE ON "quotation_request" FOR EACH ROW
WHEN (OLD.state IN ('done', 'cancelled') OR OLD.number IS NOT NULL)
EXECUTE FUNCTION refuse_change('posted is final: quotation_request')

CREATE TRIGGER quotation_request_final_truncate BEFORE TRUNCATE ON "quotation_request" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: quotation_request')

CREATE TRIGGER spoilage_final_update BEFORE UPDATE ON "spoilage" FOR EACH ROW
WHEN ((OLD.state IN ('posted', 'reversed', 'cancelled') AND (OLD."id" IS DISTINCT FROM NEW."id" OR OLD."created_by_id" IS DISTINCT FROM NEW."created_by_id" OR OLD."account_id" IS DISTINCT FROM NEW."account_id" OR OLD."store_id" IS DISTINCT FROM NEW."store_id" OR OLD."spoiled_on" IS DISTINCT FROM NEW."spoiled_on" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."created_at" IS DISTINCT FROM NEW."created_at" OR OLD."note" IS DISTINCT FROM NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS DISTINCT FROM NEW.number))
EXECUTE FUNCTION refuse_change('posted is final: spoilage')

CREATE TRIGGER spoilage_final_delete BEFORE DELETE ON "spoilage" FOR EACH ROW
WHEN (OLD.state IN ('posted', 'reversed', 'cancelled') OR OLD.number IS NOT NULL)
EXECUTE FUNCTION refuse_change('posted is final: spoilage')

CREATE TRIGGER spoilage_final_truncate BEFORE TRUNCATE ON "spoilage" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: spoilage')

CREATE TRIGGER stock_transfer_final_update BEFORE UPDATE ON "stock_transfer" FOR EACH ROW
WHEN ((OLD.state IN ('sent', 'posted', 'reversed', 'cancelled') AND (OLD."id" IS DISTINCT FROM NEW."id" OR OLD."created_by_id" IS DISTINCT FROM NEW."created_by_id" OR OLD."store_id" IS DISTINCT FROM NEW."store_id" OR OLD."to_store_id" IS DISTINCT FROM NEW."to_store_id" OR OLD."transferred_on" IS DISTINCT FROM NEW."transferred_on" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."created_at" IS DISTINCT FROM NEW."created_at" OR OLD."note" IS DISTINCT FROM NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS DISTINCT FROM NEW.number))
EXECUTE FUNCTION refuse_change('posted is final: stock_transfer')

CREATE TRIGGER stock_transfer_final_delete BEFORE DELETE ON "stock_transfer" FOR EACH ROW
WHEN (OLD.state IN ('sent', 'posted', 'reversed', 'cancelled') OR OLD.number IS NOT NULL)
EXECUTE FUNCTION refuse_change('posted is final: stock_transfer')

CREATE TRIGGER stock_transfer_final_truncate BEFORE TRUNCATE ON "stock_transfer" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: stock_transfer')

CREATE TRIGGER stocktake_final_update BEFORE UPDATE ON "stocktake" FOR EACH ROW
WHEN ((OLD.state IN ('posted', 'cancelled') AND (OLD."id" IS DISTINCT FROM NEW."id" OR OLD."created_by_id" IS DISTINCT FROM NEW."created_by_id" OR OLD."store_id" IS DISTINCT FROM NEW."store_id" OR OLD."counted_on" IS DISTINCT FROM NEW."counted_on" OR OLD."posted_on" IS DISTINCT FROM NEW."posted_on" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."created_at" IS DISTINCT FROM NEW."created_at" OR OLD."note" IS DISTINCT FROM NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS DISTINCT FROM NEW.number))
EXECUTE FUNCTION refuse_change('posted is final: stocktake')

CREATE TRIGGER stocktake_final_delete BEFORE DELETE ON "stocktake" FOR EACH ROW
WHEN (OLD.state IN ('posted', 'cancelled') OR OLD.number IS NOT NULL)
EXECUTE FUNCTION refuse_change('posted is final: stocktake')

CREATE TRIGGER stocktake_final_truncate BEFORE TRUNCATE ON "stocktake" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: stocktake')

CREATE TRIGGER store_request_final_update BEFORE UPDATE ON "store_request" FOR EACH ROW
WHEN ((OLD.state IN ('done', 'cancelled') AND (OLD."id" IS DISTINCT FROM NEW."id" OR OLD."created_by_id" IS DISTINCT FROM NEW."created_by_id" OR OLD."work_unit_id" IS DISTINCT FROM NEW."work_unit_id" OR OLD."requested_on" IS DISTINCT FROM NEW."requested_on" OR OLD."store_id" IS DISTINCT FROM NEW."store_id" OR OLD."needed_on" IS DISTINCT FROM NEW."needed_on" OR OLD."purpose" IS DISTINCT FROM NEW."purpose" OR OLD."urgency" IS DISTINCT FROM NEW."urgency" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."created_at" IS DISTINCT FROM NEW."created_at" OR OLD."note" IS DISTINCT FROM NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS DISTINCT FROM NEW.number))
EXECUTE FUNCTION refuse_change('posted is final: store_request')

CREATE TRIGGER store_request_final_delete BEFORE DELETE ON "store_request" FOR EACH ROW
WHEN (OLD.state IN ('done', 'cancelled') OR OLD.number IS NOT NULL)
EXECUTE FUNCTION refuse_change('posted is final: store_request')

CREATE TRIGGER store_request_final_truncate BEFORE TRUNCATE ON "store_request" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: store_request')

CREATE TRIGGER supplier_invoice_final_update BEFORE UPDATE ON "supplier_invoice" FOR EACH ROW
WHEN ((OLD.state IN ('approved', 'paid', 'reversed', 'cancelled') AND (OLD."id" IS DISTINCT FROM NEW."id" OR OLD."created_by_id" IS DISTINCT FROM NEW."created_by_id" OR OLD."supplier_id" IS DISTINCT FROM NEW."supplier_id" OR OLD."purchase_order_id" IS DISTINCT FROM NEW."purchase_order_id" OR OLD."supplier_number" IS DISTINCT FROM NEW."supplier_number" OR OLD."tax_invoice_number" IS DISTINCT FROM NEW."tax_invoice_number" OR OLD."invoiced_on" IS DISTINCT FROM NEW."invoiced_on" OR OLD."due_on" IS DISTINCT FROM NEW."due_on" OR OLD."vat_amount" IS DISTINCT FROM NEW."vat_amount" OR OLD."freight_amount" IS DISTINCT FROM NEW."freight_amount" OR OLD."rounding_amount" IS DISTINCT FROM NEW."rounding_amount" OR OLD."paper_total" IS DISTINCT FROM NEW."paper_total" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."created_at" IS DISTINCT FROM NEW."created_at" OR OLD."note" IS DISTINCT FROM NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS DISTINCT FROM NEW.number))
EXECUTE FUNCTION refuse_change('posted is final: supplier_invoice')

CREATE TRIGGER supplier_invoice_final_delete BEFORE DELETE ON "supplier_invoice" FOR EACH ROW
WHEN (OLD.state IN ('approved', 'paid', 'reversed', 'cancelled') OR OLD.number IS NOT NULL)
EXECUTE FUNCTION refuse_change('posted is final: supplier_invoice')

CREATE TRIGGER supplier_invoice_final_truncate BEFORE TRUNCATE ON "supplier_invoice" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: supplier_invoice')

CREATE TRIGGER supplier_refund_final_update BEFORE UPDATE ON "supplier_refund" FOR EACH ROW
WHEN ((OLD.state IN ('posted', 'reversed', 'cancelled') AND (OLD."id" IS DISTINCT FROM NEW."id" OR OLD."created_by_id" IS DISTINCT FROM NEW."created_by_id" OR OLD."supplier_id" IS DISTINCT FROM NEW."supplier_id" OR OLD."refunded_on" IS DISTINCT FROM NEW."refunded_on" OR OLD."payment_reference" IS DISTINCT FROM NEW."payment_reference" OR OLD."amount" IS DISTINCT FROM NEW."amount" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."created_at" IS DISTINCT FROM NEW."created_at" OR OLD."note" IS DISTINCT FROM NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS DISTINCT FROM NEW.number))
EXECUTE FUNCTION refuse_change('posted is final: supplier_refund')

CREATE TRIGGER supplier_refund_final_delete BEFORE DELETE ON "supplier_refund" FOR EACH ROW
WHEN (OLD.state IN ('posted', 'reversed', 'cancelled') OR OLD.number IS NOT NULL)
EXECUTE FUNCTION refuse_change('posted is final: supplier_refund')

CREATE TRIGGER supplier_refund_final_truncate BEFORE TRUNCATE ON "supplier_refund" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: supplier_refund')

CREATE TRIGGER supplier_return_final_update BEFORE UPDATE ON "supplier_return" FOR EACH ROW
WHEN ((OLD.state IN ('sent', 'done', 'cancelled') AND (OLD."id" IS DISTINCT FROM NEW."id" OR OLD."created_by_id" IS DISTINCT FROM NEW."created_by_id" OR OLD."account_id" IS DISTINCT FROM NEW."account_id" OR OLD."supplier_id" IS DISTINCT FROM NEW."supplier_id" OR OLD."store_id" IS DISTINCT FROM NEW."store_id" OR OLD."returned_on" IS DISTINCT FROM NEW."returned_on" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."created_at" IS DISTINCT FROM NEW."created_at" OR OLD."note" IS DISTINCT FROM NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS DISTINCT FROM NEW.number))
EXECUTE FUNCTION refuse_change('posted is final: supplier_return')

CREATE TRIGGER supplier_return_final_delete BEFORE DELETE ON "supplier_return" FOR EACH ROW
WHEN (OLD.state IN ('sent', 'done', 'cancelled') OR OLD.number IS NOT NULL)
EXECUTE FUNCTION refuse_change('posted is final: supplier_return')

CREATE TRIGGER supplier_return_final_truncate BEFORE TRUNCATE ON "supplier_return" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: supplier_return')

CREATE TRIGGER unit_return_final_update BEFORE UPDATE ON "unit_return" FOR EACH ROW
WHEN ((OLD.state IN ('accepted', 'reversed', 'cancelled') AND (OLD."id" IS DISTINCT FROM NEW."id" OR OLD."created_by_id" IS DISTINCT FROM NEW."created_by_id" OR OLD."work_unit_id" IS DISTINCT FROM NEW."work_unit_id" OR OLD."account_id" IS DISTINCT FROM NEW."account_id" OR OLD."store_id" IS DISTINCT FROM NEW."store_id" OR OLD."returned_on" IS DISTINCT FROM NEW."returned_on" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."created_at" IS DISTINCT FROM NEW."created_at" OR OLD."note" IS DISTINCT FROM NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS DISTINCT FROM NEW.number))
EXECUTE FUNCTION refuse_change('posted is final: unit_return')

CREATE TRIGGER unit_return_final_delete BEFORE DELETE ON "unit_return" FOR EACH ROW
WHEN (OLD.state IN ('accepted', 'reversed', 'cancelled') OR OLD.number IS NOT NULL)
EXECUTE FUNCTION refuse_change('posted is final: unit_return')

CREATE TRIGGER unit_return_final_truncate BEFORE TRUNCATE ON "unit_return" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: unit_return')

CREATE INDEX ix_asset_auction_number_part ON "asset_auction" USING gin (number gin_trgm_ops)

CREATE INDEX ix_asset_disposal_number_part ON "asset_disposal" USING gin (number gin_trgm_ops)

CREATE INDEX ix_asset_plan_number_part ON "asset_plan" USING gin (number gin_trgm_ops)

CREATE INDEX ix_asset_procurement_number_part ON "asset_procurement" USING gin (number gin_trgm_ops)

CREATE INDEX ix_asset_receipt_number_part ON "asset_receipt" USING gin (number gin_trgm_ops)

CREATE INDEX ix_asset_value_change_number_part ON "asset_value_change" USING gin (number gin_trgm_ops)

CREATE INDEX ix_consultation_number_part ON "consultation" USING gin (number gin_trgm_ops)

CREATE INDEX ix_delegation_number_part ON "delegation" USING gin (number gin_trgm_ops)

CREATE INDEX ix_delivery_request_number_part ON "delivery_request" USING gin (number gin_trgm_ops)

CREATE INDEX ix_depreciation_run_number_part ON "depreciation_run" USING gin (number gin_trgm_ops)

CREATE INDEX ix_fault_report_number_part ON "fault_report" USING gin (number gin_trgm_ops)

CREATE INDEX ix_goods_receipt_number_part ON "goods_receipt" USING gin (number gin_trgm_ops)

CREATE INDEX ix_inventory_round_number_part ON "inventory_round" USING gin (number gin_trgm_ops)

CREATE INDEX ix_maintenance_number_part ON "maintenance" USING gin (number gin_trgm_ops)

CREATE INDEX ix_monthly_pack_number_part ON "monthly_pack" USING gin (number gin_trgm_ops)

CREATE INDEX ix_prescription_number_part ON "prescription" USING gin (number gin_trgm_ops)

CREATE INDEX ix_purchase_order_number_part ON "purchase_order" USING gin (number gin_trgm_ops)

CREATE INDEX ix_purchase_request_number_part ON "purchase_request" USING gin (number gin_trgm_ops)

CREATE INDEX ix_quotation_request_number_part ON "quotation_request" USING gin (number gin_trgm_ops)

CREATE INDEX ix_spoilage_number_part ON "spoilage" USING gin (number gin_trgm_ops)

CREATE INDEX ix_stock_transfer_number_part ON "stock_transfer" USING gin (number gin_trgm_ops)

CREATE INDEX ix_stocktake_number_part ON "stocktake" USING gin (number gin_trgm_ops)

CREATE INDEX ix_store_request_number_part ON "store_request" USING gin (number gin_trgm_ops)

CREATE INDEX ix_supplier_invoice_number_part ON "supplier_invoice" USING gin (number gin_trgm_ops)

CREATE INDEX ix_supplier_refund_number_part ON "supplier_refund" USING gin (number gin_trgm_ops)

CREATE INDEX ix_supplier_return_number_part ON "supplier_return" USING gin (number gin_trgm_ops)

CREATE INDEX ix_unit_return_number_part ON "unit_return" USING gin (number gin_trgm_ops)

CREATE INDEX ix_item_barcode_part ON "item" USING gin (barcode gin_trgm_ops)

CREATE INDEX ix_item_code_part ON "item" USING gin (code gin_trgm_ops)

CREATE INDEX ix_item_name_part ON "item" USING gin (name gin_trgm_ops)

CREATE INDEX ix_item_also_called_part ON "item" USING gin (also_called gin_trgm_ops)

CREATE INDEX ix_stock_batch_number_part ON "stock_batch" USING gin (number gin_trgm_ops)

CREATE INDEX ix_asset_tag_part ON "asset" USING gin (tag gin_trgm_ops)

CREATE INDEX ix_asset_name_part ON "asset" USING gin (name gin_trgm_ops)

CREATE INDEX ix_letter_number_part ON "letter" USING gin (number gin_trgm_ops)

CREATE INDEX ix_patient_medical_record_number_part ON "patient" USING gin (medical_record_number gin_trgm_ops)

CREATE INDEX ix_patient_name_part ON "patient" USING gin (name gin_trgm_ops)

CREATE INDEX ix_patient_phone_part ON "patient" USING gin (phone gin_trgm_ops)

CREATE INDEX ix_store_request_purpose_part ON "store_request" USING gin (purpose gin_trgm_ops)

CREATE INDEX ix_fault_report_code_part ON "fault_report" USING gin (code gin_trgm_ops)

CREATE INDEX ix_item_name_sound ON "item"
USING gin ((replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(lower(coalesce(name, '')), 'ph', 'f'), 'th', 't'), 'y', 'i'), 'cc', 'ks'), 'ce', 'se'), 'ci', 'si'), 'ch', 'k'), 'c', 'k'), 'x', 'ks'), 'z', 's'), 'll', 'l'), 'ff', 'f')) gin_trgm_ops)

CREATE INDEX ix_item_also_called_sound ON "item"
USING gin ((replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(lower(coalesce(also_called, '')), 'ph', 'f'), 'th', 't'), 'y', 'i'), 'cc', 'ks'), 'ce', 'se'), 'ci', 'si'), 'ch', 'k'), 'c', 'k'), 'x', 'ks'), 'z', 's'), 'll', 'l'), 'ff', 'f')) gin_trgm_ops)

CREATE TRIGGER asset_auction_bid_final_insert AFTER INSERT ON "asset_auction_bid"
REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
EXECUTE FUNCTION refuse_line_insert('posted is final: asset_auction_bid', 'asset_auction', 'asset_auction_line_id', '{open,awarded}', 'asset_auction_line', 'asset_auction_id')

CREATE TRIGGER asset_auction_bid_final_change BEFORE UPDATE OR DELETE ON "asset_auction_bid" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: asset_auction_bid', 'asset_auction', 'asset_auction_line_id', '{open,awarded}', '{sold,cancelled}', '{}', 'asset_auction_line', 'asset_auction_id')

CREATE TRIGGER asset_auction_bid_final_truncate BEFORE TRUNCATE ON "asset_auction_bid" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: asset_auction_bid')

CREATE TRIGGER asset_auction_line_final_insert AFTER INSERT ON "asset_auction_line"
REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
EXECUTE FUNCTION refuse_line_insert('posted is final: asset_auction_line', 'asset_auction', 'asset_auction_id', '{draft}')

CREATE TRIGGER asset_auction_line_final_change BEFORE UPDATE OR DELETE ON "asset_auction_line" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: asset_auction_line', 'asset_auction', 'asset_auction_id', '{draft}', '{sold,cancelled}', '{appraised_value,reserve_price,sale_price,is_dropped}')

CREATE TRIGGER asset_auction_line_final_truncate BEFORE TRUNCATE ON "asset_auction_line" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: asset_auction_line')

CREATE TRIGGER asset_disposal_line_final_insert AFTER INSERT ON "asset_disposal_line"
REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
EXECUTE FUNCTION refuse_line_insert('posted is final: asset_disposal_line', 'asset_disposal', 'asset_disposal_id', '{draft}')

CREATE TRIGGER asset_disposal_line_final_change BEFORE UPDATE OR DELETE ON "asset_disposal_line" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: asset_disposal_line', 'asset_disposal', 'asset_disposal_id', '{draft}', '{posted,cancelled,reversed}', '{book_value,held_asset_id}')

CREATE TRIGGER asset_disposal_line_final_truncate BEFORE TRUNCATE ON "asset_disposal_line" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: asset_disposal_line')

CREATE TRIGGER asset_plan_line_final_insert AFTER INSERT ON "asset_plan_line"
REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
EXECUTE FUNCTION refuse_line_insert('posted is final: asset_plan_line', 'asset_plan', 'asset_plan_id', '{draft}')

CREATE TRIGGER asset_plan_line_final_change BEFORE UPDATE OR DELETE ON "asset_plan_line" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: asset_plan_line', 'asset_plan', 'asset_plan_id', '{draft}', '{done,cancelled}', '{}')

CREATE TRIGGER asset_plan_line_final_truncate BEFORE TRUNCATE ON "asset_plan_line" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: asset_plan_line')

CREATE TRIGGER asset_procurement_line_final_insert AFTER INSERT ON "asset_procurement_line"
REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
EXECUTE FUNCTION refuse_line_insert('posted is final: asset_procurement_line', 'asset_procurement', 'asset_procurement_id', '{draft}')

CREATE TRIGGER asset_procurement_line_final_change BEFORE UPDATE OR DELETE ON "asset_procurement_line" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: asset_procurement_line', 'asset_procurement', 'asset_procurement_id', '{draft}', '{sent,done,cancelled}', '{}')

CREATE TRIGGER asset_procurement_line_final_truncate BEFORE TRUNCATE ON "asset_procurement_line" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: asset_procurement_line')

CREATE TRIGGER asset_receipt_line_final_insert AFTER INSERT ON "asset_receipt_line"
REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
EXECUTE FUNCTION refuse_line_insert('posted is final: asset_receipt_line', 'asset_receipt', 'asset_receipt_id', '{draft}')

CREATE TRIGGER asset_receipt_line_final_change BEFORE UPDATE OR DELETE ON "asset_receipt_line" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: asset_receipt_line', 'asset_receipt', 'asset_receipt_id', '{draft}', '{posted,reversed,cancelled}', '{}')

CREATE TRIGGER asset_receipt_line_final_truncate BEFORE TRUNCATE ON "asset_receipt_line" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: asset_receipt_line')

CREATE TRIGGER asset_value_change_line_final_insert AFTER INSERT ON "asset_value_change_line"
REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
EXECUTE FUNCTION refuse_line_insert('posted is final: asset_value_change_line', 'asset_value_change', 'asset_value_change_id', '{draft}')

CREATE TRIGGER asset_value_change_line_final_change BEFORE UPDATE OR DELETE ON "asset_value_change_line" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: asset_value_change_line', 'asset_value_change', 'asset_value_change_id', '{draft}', '{posted,cancelled,reversed}', '{surplus,loss,books_before,books_after}')

CREATE TRIGGER asset_value_change_line_final_truncate BEFORE TRUNCATE ON "asset_value_change_line" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: asset_value_change_line')

CREATE TRIGGER delivery_request_line_final_insert AFTER INSERT ON "delivery_request_line"
REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
EXECUTE FUNCTION refuse_line_insert('posted is final: delivery_request_line', 'delivery_request', 'delivery_request_id', '{draft}')

CREATE TRIGGER delivery_request_line_final_change BEFORE UPDATE OR DELETE ON "delivery_request_line" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: delivery_request_line', 'delivery_request', 'delivery_request_id', '{draft}', '{done,reversed,cancelled}', '{delivered_quantity,arrived_quantity,missing}')

CREATE TRIGGER delivery_request_line_final_truncate BEFORE TRUNCATE ON "delivery_request_line" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: delivery_request_line')

CREATE TRIGGER depreciation_run_line_final_insert AFTER INSERT ON "depreciation_run_line"
REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
EXECUTE FUNCTION refuse_line_insert('posted is final: depreciation_run_line', 'depreciation_run', 'depreciation_run_id', '{draft}')

CREATE TRIGGER depreciation_run_line_final_change BEFORE UPDATE OR DELETE ON "depreciation_run_line" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: depreciation_run_line', 'depreciation_run', 'depreciation_run_id', '{draft}', '{posted,cancelled,reversed}', '{}')

CREATE TRIGGER depreciation_run_line_final_truncate BEFORE TRUNCATE ON "depreciation_run_line" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: depreciation_run_line')

CREATE TRIGGER goods_receipt_line_final_insert AFTER INSERT ON "goods_receipt_line"
REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
EXECUTE FUNCTION refuse_line_insert('posted is final: goods_receipt_line', 'goods_receipt', 'goods_receipt_id', '{draft}')

CREATE TRIGGER goods_receipt_line_final_change BEFORE UPDATE OR DELETE ON "goods_receipt_line" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: goods_receipt_line', 'goods_receipt', 'goods_receipt_id', '{draft}', '{posted,reversed,cancelled}', '{batch_id}')

CREATE TRIGGER goods_receipt_line_final_truncate BEFORE TRUNCATE ON "goods_receipt_line" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: goods_receipt_line')

CREATE TRIGGER inventory_round_line_final_insert AFTER INSERT ON "inventory_round_line"
REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
EXECUTE FUNCTION refuse_line_insert('posted is final: inventory_round_line', 'inventory_round', 'inventory_round_id', '{draft,counting}')

CREATE TRIGGER inventory_round_line_final_change BEFORE UPDATE OR DELETE ON "inventory_round_line" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: inventory_round_line', 'inventory_round', 'inventory_round_id', '{draft,counting}', '{posted,cancelled}', '{result}')

CREATE TRIGGER inventory_round_line_final_truncate BEFORE TRUNCATE ON "inventory_round_line" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: inventory_round_line')

CREATE TRIGGER maintenance_line_final_insert AFTER INSERT ON "maintenance_line"
REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
EXECUTE FUNCTION refuse_line_insert('posted is final: maintenance_line', 'maintenance', 'maintenance_id', '{draft}')

CREATE TRIGGER maintenance_line_final_change BEFORE UPDATE OR DELETE ON "maintenance_line" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: maintenance_line', 'maintenance', 'maintenance_id', '{draft}', '{done,cancelled}', '{state,version,cost,result,condition_before,condition_after,next_due_on,employee_id,checklist_done,took_out,asset_disposal_id}')

CREATE TRIGGER maintenance_line_final_truncate BEFORE TRUNCATE ON "maintenance_line" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: maintenance_line')

CREATE TRIGGER maintenance_part_final_insert AFTER INSERT ON "maintenance_part"
REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
EXECUTE FUNCTION refuse_line_insert('posted is final: maintenance_part', 'maintenance', 'maintenance_line_id', '{in_progress}', 'maintenance_line', 'maintenance_id')

CREATE TRIGGER maintenance_part_final_change BEFORE UPDATE OR DELETE ON "maintenance_part" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: maintenance_part', 'maintenance', 'maintenance_line_id', '{in_progress}', '{done,cancelled}', '{}', 'maintenance_line', 'maintenance_id')

CREATE TRIGGER maintenance_part_final_truncate BEFORE TRUNCATE ON "maintenance_part" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: maintenance_part')

CREATE TRIGGER prescription_line_final_insert AFTER INSERT ON "prescription_line"
REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
EXECUTE FUNCTION refuse_line_insert('posted is final: prescription_line', 'prescription', 'prescription_id', '{draft}')

CREATE TRIGGER prescription_line_final_change BEFORE UPDATE OR DELETE ON "prescription_line" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: prescription_line', 'prescription', 'prescription_id', '{draft}', '{dispensed,cancelled,expired}', '{}')

CREATE TRIGGER prescription_line_final_truncate BEFORE TRUNCATE ON "prescription_line" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: prescription_line')

CREATE TRIGGER purchase_order_line_final_insert AFTER INSERT ON "purchase_order_line"
REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
EXECUTE FUNCTION refuse_line_insert('posted is final: purchase_order_line', 'purchase_order', 'purchase_order_id', '{draft}')

CREATE TRIGGER purchase_order_line_final_change BEFORE UPDATE OR DELETE ON "purchase_order_line" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: purchase_order_line', 'purchase_order', 'purchase_order_id', '{draft}', '{sent,done,cancelled}', '{}')

CREATE TRIGGER purchase_order_line_final_truncate BEFORE TRUNCATE ON "purchase_order_line" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: purchase_order_line')

CREATE TRIGGER purchase_request_line_final_insert AFTER INSERT ON "purchase_request_line"
REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
EXECUTE FUNCTION refuse_line_insert('posted is final: purchase_request_line', 'purchase_request', 'purchase_request_id', '{draft}')

CREATE TRIGGER purchase_request_line_final_change BEFORE UPDATE OR DELETE ON "purchase_request_line" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: purchase_request_line', 'purchase_request', 'purchase_request_id', '{draft}', '{done,cancelled}', '{}')

CREATE TRIGGER purchase_request_line_final_truncate BEFORE TRUNCATE ON "purchase_request_line" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: purchase_request_line')

CREATE TRIGGER quotation_price_final_insert AFTER INSERT ON "quotation_price"
REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
EXECUTE FUNCTION refuse_line_insert('posted is final: quotation_price', 'quotation_request', 'quotation_request_line_id', '{asked}', 'quotation_request_line', 'quotation_request_id')

CREATE TRIGGER quotation_price_final_change BEFORE UPDATE OR DELETE ON "quotation_price" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: quotation_price', 'quotation_request', 'quotation_request_line_id', '{asked}', '{done,cancelled}', '{}', 'quotation_request_line', 'quotation_request_id')

CREATE TRIGGER quotation_price_final_truncate BEFORE TRUNCATE ON "quotation_price" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: quotation_price')

CREATE TRIGGER quotation_request_line_final_insert AFTER INSERT ON "quotation_request_line"
REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
EXECUTE FUNCTION refuse_line_insert('posted is final: quotation_request_line', 'quotation_request', 'quotation_request_id', '{draft}')

CREATE TRIGGER quotation_request_line_final_change BEFORE UPDATE OR DELETE ON "quotation_request_line" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: quotation_request_line', 'quotation_request', 'quotation_request_id', '{draft}', '{done,cancelled}', '{}')

CREATE TRIGGER quotation_request_line_final_truncate BEFORE TRUNCATE ON "quotation_request_line" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: quotation_request_line')

CREATE TRIGGER spoilage_line_final_insert AFTER INSERT ON "spoilage_line"
REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
EXECUTE FUNCTION refuse_line_insert('posted is final: spoilage_line', 'spoilage', 'spoilage_id', '{draft}')

CREATE TRIGGER spoilage_line_final_change BEFORE UPDATE OR DELETE ON "spoilage_line" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: spoilage_line', 'spoilage', 'spoilage_id', '{draft}', '{posted,reversed,cancelled}', '{unit_cost,moved_quantity}')

CREATE TRIGGER spoilage_line_final_truncate BEFORE TRUNCATE ON "spoilage_line" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: spoilage_line')

CREATE TRIGGER stock_transfer_line_final_insert AFTER INSERT ON "stock_transfer_line"
REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
EXECUTE FUNCTION refuse_line_insert('posted is final: stock_transfer_line', 'stock_transfer', 'stock_transfer_id', '{draft}')

CREATE TRIGGER stock_transfer_line_final_change BEFORE UPDATE OR DELETE ON "stock_transfer_line" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: stock_transfer_line', 'stock_transfer', 'stock_transfer_id', '{draft}', '{posted,reversed,cancelled}', '{moved_quantity,arrived_quantity,is_lost}')

CREATE TRIGGER stock_transfer_line_final_truncate BEFORE TRUNCATE ON "stock_transfer_line" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: stock_transfer_line')

CREATE TRIGGER stocktake_line_final_insert AFTER INSERT ON "stocktake_line"
REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
EXECUTE FUNCTION refuse_line_insert('posted is final: stocktake_line', 'stocktake', 'stocktake_id', '{draft,counting}')

CREATE TRIGGER stocktake_line_final_change BEFORE UPDATE OR DELETE ON "stocktake_line" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: stocktake_line', 'stocktake', 'stocktake_id', '{draft,counting}', '{posted,cancelled}', '{count_again,variance}')

CREATE TRIGGER stocktake_line_final_truncate BEFORE TRUNCATE ON "stocktake_line" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: stocktake_line')

CREATE TRIGGER store_request_line_final_insert AFTER INSERT ON "store_request_line"
REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
EXECUTE FUNCTION refuse_line_insert('posted is final: store_request_line', 'store_request', 'store_request_id', '{draft}')

CREATE TRIGGER store_request_line_final_change BEFORE UPDATE OR DELETE ON "store_request_line" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: store_request_line', 'store_request', 'store_request_id', '{draft}', '{done,cancelled}', '{granted_quantity}')

CREATE TRIGGER store_request_line_final_truncate BEFORE TRUNCATE ON "store_request_line" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: store_request_line')

CREATE TRIGGER supplier_invoice_line_final_insert AFTER INSERT ON "supplier_invoice_line"
REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
EXECUTE FUNCTION refuse_line_insert('posted is final: supplier_invoice_line', 'supplier_invoice', 'supplier_invoice_id', '{draft}')

CREATE TRIGGER supplier_invoice_line_final_change BEFORE UPDATE OR DELETE ON "supplier_invoice_line" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: supplier_invoice_line', 'supplier_invoice', 'supplier_invoice_id', '{draft}', '{approved,paid,reversed,cancelled}', '{amount,cleared_amount}')

CREATE TRIGGER supplier_invoice_line_final_truncate BEFORE TRUNCATE ON "supplier_invoice_line" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: supplier_invoice_line')

CREATE TRIGGER supplier_return_line_final_insert AFTER INSERT ON "supplier_return_line"
REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
EXECUTE FUNCTION refuse_line_insert('posted is final: supplier_return_line', 'supplier_return', 'supplier_return_id', '{draft}')

CREATE TRIGGER supplier_return_line_final_change BEFORE UPDATE OR DELETE ON "supplier_return_line" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: supplier_return_line', 'supplier_return', 'supplier_return_id', '{draft}', '{done,cancelled}', '{moved_quantity,credited_quantity}')

CREATE TRIGGER supplier_return_line_final_truncate BEFORE TRUNCATE ON "supplier_return_line" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: supplier_return_line')

CREATE TRIGGER unit_return_line_final_insert AFTER INSERT ON "unit_return_line"
REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
EXECUTE FUNCTION refuse_line_insert('posted is final: unit_return_line', 'unit_return', 'unit_return_id', '{draft}')

CREATE TRIGGER unit_return_line_final_change BEFORE UPDATE OR DELETE ON "unit_return_line" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: unit_return_line', 'unit_return', 'unit_return_id', '{draft}', '{accepted,reversed,cancelled}', '{}')

CREATE TRIGGER unit_return_line_final_truncate BEFORE TRUNCATE ON "unit_return_line" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: unit_return_line')

CREATE TRIGGER user_ends_access AFTER UPDATE ON "user" FOR EACH ROW
WHEN (OLD."password_hash" IS DISTINCT FROM NEW."password_hash" OR OLD."status" IS DISTINCT FROM NEW."status")
EXECUTE FUNCTION end_access()

ALTER TABLE "consultation" ADD CONSTRAINT ex_consultation_doctor_time EXCLUDE USING gist ("doctor_id" WITH =,
  tsrange("starts_at" AT TIME ZONE 'UTC', ("starts_at" AT TIME ZONE 'UTC') + make_interval(mins => "slot_minutes")) WITH &&)
WHERE (state IN ('requested', 'approved', 'in_progress', 'completed') AND kind = 'appointment')

ALTER TABLE "consultation" ADD CONSTRAINT ex_consultation_patient_time EXCLUDE USING gist ("patient_id" WITH =,
  tsrange("starts_at" AT TIME ZONE 'UTC', ("starts_at" AT TIME ZONE 'UTC') + make_interval(mins => "slot_minutes")) WITH &&)
WHERE (state IN ('requested', 'approved', 'in_progress', 'completed') AND "held_beside_id" IS NULL AND kind = 'appointment')

ALTER TABLE "supplier_price" ADD CONSTRAINT ex_supplier_price_days EXCLUDE USING gist ("supplier_id" WITH =, "item_id" WITH =, "unit_id" WITH =, "minimum_quantity" WITH =, "kind" WITH =,
  daterange("valid_from", "valid_to", '[]') WITH &&)

ALTER TABLE "delegation" ADD CONSTRAINT ex_delegation_days EXCLUDE USING gist ("giver_id" WITH =, "role" WITH =,
  daterange("starts_on", "ends_on", '[]') WITH &&)
WHERE (state IN ('granted'))

CREATE TRIGGER delegation_length BEFORE INSERT OR UPDATE ON "delegation" FOR EACH ROW
WHEN (NEW.ends_on - NEW.starts_on > 29)
EXECUTE FUNCTION refuse_change('a delegation lasts 30 days at most')

CREATE TRIGGER document_event_taken BEFORE INSERT ON "document_event" FOR EACH ROW
WHEN (NEW.delegation_id IS NOT NULL)
EXECUTE FUNCTION refuse_untaken()
