CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = '23514', TABLE = TG_TABLE_NAME;
END $$

CREATE FUNCTION refuse_line_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  image jsonb;
  stand text;
  late text[] := TG_ARGV[5]::text[];
BEGIN
  FOREACH image IN ARRAY (CASE TG_OP WHEN 'INSERT' THEN ARRAY[to_jsonb(NEW)] WHEN 'DELETE' THEN ARRAY[to_jsonb(OLD)]
                          ELSE ARRAY[to_jsonb(OLD), to_jsonb(NEW)] END)
  LOOP
    EXECUTE 'SELECT state FROM ' || quote_ident(TG_ARGV[1]) || ' WHERE id = $1 FOR SHARE'
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

CREATE TRIGGER activity_log_keeps_update BEFORE UPDATE OR DELETE ON "activity_log" FOR EACH ROW
EXECUTE FUNCTION refuse_change('append-only: activity_log')

CREATE TRIGGER activity_log_keeps_truncate BEFORE TRUNCATE ON "activity_log" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('append-only: activity_log')

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

CREATE TRIGGER stock_move_keeps_update BEFORE UPDATE OR DELETE ON "stock_move" FOR EACH ROW
EXECUTE FUNCTION refuse_change('append-only: stock_move')

CREATE TRIGGER stock_move_keeps_truncate BEFORE TRUNCATE ON "stock_move" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('append-only: stock_move')

CREATE TRIGGER asset_auction_final_update BEFORE UPDATE ON "asset_auction" FOR EACH ROW
WHEN ((OLD.state IN ('sold', 'cancelled') AND (OLD."id" IS DISTINCT FROM NEW."id" OR OLD."created_by_id" IS DISTINCT FROM NEW."created_by_id" OR OLD."account_id" IS DISTINCT FROM NEW."account_id" OR OLD."auctioned_on" IS DISTINCT FROM NEW."auctioned_on" OR OLD."round" IS DISTINCT FROM NEW."round" OR OLD."appraiser" IS DISTINCT FROM NEW."appraiser" OR OLD."appraised_on" IS DISTINCT FROM NEW."appraised_on" OR OLD."buyer_name" IS DISTINCT FROM NEW."buyer_name" OR OLD."buyer_identity" IS DISTINCT FROM NEW."buyer_identity" OR OLD."minutes_number" IS DISTINCT FROM NEW."minutes_number" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."created_at" IS DISTINCT FROM NEW."created_at" OR OLD."note" IS DISTINCT FROM NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS DISTINCT FROM NEW.number))
EXECUTE FUNCTION refuse_change('posted is final: asset_auction')

CREATE TRIGGER asset_auction_final_delete BEFORE DELETE ON "asset_auction" FOR EACH ROW
WHEN (OLD.state IN ('sold', 'cancelled') OR OLD.number IS NOT NULL)
EXECUTE FUNCTION refuse_change('posted is final: asset_auction')

CREATE TRIGGER asset_auction_final_truncate BEFORE TRUNCATE ON "asset_auction" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: asset_auction')

CREATE TRIGGER asset_disposal_final_update BEFORE UPDATE ON "asset_disposal" FOR EACH ROW
WHEN ((OLD.state IN ('posted', 'cancelled') AND (OLD."id" IS DISTINCT FROM NEW."id" OR OLD."created_by_id" IS DISTINCT FROM NEW."created_by_id" OR OLD."account_id" IS DISTINCT FROM NEW."account_id" OR OLD."disposed_on" IS DISTINCT FROM NEW."disposed_on" OR OLD."route" IS DISTINCT FROM NEW."route" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."created_at" IS DISTINCT FROM NEW."created_at" OR OLD."note" IS DISTINCT FROM NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS DISTINCT FROM NEW.number))
EXECUTE FUNCTION refuse_change('posted is final: asset_disposal')

CREATE TRIGGER asset_disposal_final_delete BEFORE DELETE ON "asset_disposal" FOR EACH ROW
WHEN (OLD.state IN ('posted', 'cancelled') OR OLD.number IS NOT NULL)
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
WHEN ((OLD.state IN ('sent', 'done', 'cancelled') AND (OLD."id" IS DISTINCT FROM NEW."id" OR OLD."created_by_id" IS DISTINCT FROM NEW."created_by_id" OR OLD."procured_on" IS DISTINCT FROM NEW."procured_on" OR OLD."vendor_id" IS DISTINCT FROM NEW."vendor_id" OR OLD."expected_on" IS DISTINCT FROM NEW."expected_on" OR OLD."tax_percent" IS DISTINCT FROM NEW."tax_percent" OR OLD."funding_source" IS DISTINCT FROM NEW."funding_source" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."created_at" IS DISTINCT FROM NEW."created_at" OR OLD."note" IS DISTINCT FROM NEW."note"))
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

CREATE TRIGGER consultation_final_update BEFORE UPDATE ON "consultation" FOR EACH ROW
WHEN ((OLD.state IN ('completed', 'cancelled', 'no_show', 'rescheduled') AND (OLD."id" IS DISTINCT FROM NEW."id" OR OLD."created_by_id" IS DISTINCT FROM NEW."created_by_id" OR OLD."requested_on" IS DISTINCT FROM NEW."requested_on" OR OLD."patient_id" IS DISTINCT FROM NEW."patient_id" OR OLD."specialization_id" IS DISTINCT FROM NEW."specialization_id" OR OLD."doctor_id" IS DISTINCT FROM NEW."doctor_id" OR OLD."complaint" IS DISTINCT FROM NEW."complaint" OR OLD."starts_at" IS DISTINCT FROM NEW."starts_at" OR OLD."slot_minutes" IS DISTINCT FROM NEW."slot_minutes" OR OLD."payer" IS DISTINCT FROM NEW."payer" OR OLD."triage" IS DISTINCT FROM NEW."triage" OR OLD."video_url" IS DISTINCT FROM NEW."video_url" OR OLD."decided_reason" IS DISTINCT FROM NEW."decided_reason" OR OLD."moved_to" IS DISTINCT FROM NEW."moved_to" OR OLD."rescheduled_from_id" IS DISTINCT FROM NEW."rescheduled_from_id" OR OLD."approved_at" IS DISTINCT FROM NEW."approved_at" OR OLD."started_at" IS DISTINCT FROM NEW."started_at" OR OLD."completed_at" IS DISTINCT FROM NEW."completed_at" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."created_at" IS DISTINCT FROM NEW."created_at" OR OLD."note" IS DISTINCT FROM NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS DISTINCT FROM NEW.number))
EXECUTE FUNCTION refuse_change('posted is final: consultation')

CREATE TRIGGER consultation_final_delete BEFORE DELETE ON "consultation" FOR EACH ROW
WHEN (OLD.state IN ('completed', 'cancelled', 'no_show', 'rescheduled') OR OLD.number IS NOT NULL)
EXECUTE FUNCTION refuse_change('posted is final: consultation')

CREATE TRIGGER consultation_final_truncate BEFORE TRUNCATE ON "consultation" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: consultation')

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
WHEN ((OLD.state IN ('posted', 'cancelled') AND (OLD."id" IS DISTINCT FROM NEW."id" OR OLD."created_by_id" IS DISTINCT FROM NEW."created_by_id" OR OLD."run_on" IS DISTINCT FROM NEW."run_on" OR OLD."book" IS DISTINCT FROM NEW."book" OR OLD."period_start" IS DISTINCT FROM NEW."period_start" OR OLD."period_end" IS DISTINCT FROM NEW."period_end" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."created_at" IS DISTINCT FROM NEW."created_at" OR OLD."note" IS DISTINCT FROM NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS DISTINCT FROM NEW.number))
EXECUTE FUNCTION refuse_change('posted is final: depreciation_run')

CREATE TRIGGER depreciation_run_final_delete BEFORE DELETE ON "depreciation_run" FOR EACH ROW
WHEN (OLD.state IN ('posted', 'cancelled') OR OLD.number IS NOT NULL)
EXECUTE FUNCTION refuse_change('posted is final: depreciation_run')

CREATE TRIGGER depreciation_run_final_truncate BEFORE TRUNCATE ON "depreciation_run" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: depreciation_run')

CREATE TRIGGER goods_receipt_final_update BEFORE UPDATE ON "goods_receipt" FOR EACH ROW
WHEN ((OLD.state IN ('posted', 'reversed', 'cancelled') AND (OLD."id" IS DISTINCT FROM NEW."id" OR OLD."created_by_id" IS DISTINCT FROM NEW."created_by_id" OR OLD."account_id" IS DISTINCT FROM NEW."account_id" OR OLD."purchase_order_id" IS DISTINCT FROM NEW."purchase_order_id" OR OLD."supplier_id" IS DISTINCT FROM NEW."supplier_id" OR OLD."store_id" IS DISTINCT FROM NEW."store_id" OR OLD."ordered_on" IS DISTINCT FROM NEW."ordered_on" OR OLD."received_on" IS DISTINCT FROM NEW."received_on" OR OLD."delivery_order_number" IS DISTINCT FROM NEW."delivery_order_number" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."created_at" IS DISTINCT FROM NEW."created_at" OR OLD."note" IS DISTINCT FROM NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS DISTINCT FROM NEW.number))
EXECUTE FUNCTION refuse_change('posted is final: goods_receipt')

CREATE TRIGGER goods_receipt_final_delete BEFORE DELETE ON "goods_receipt" FOR EACH ROW
WHEN (OLD.state IN ('posted', 'reversed', 'cancelled') OR OLD.number IS NOT NULL)
EXECUTE FUNCTION refuse_change('posted is final: goods_receipt')

CREATE TRIGGER goods_receipt_final_truncate BEFORE TRUNCATE ON "goods_receipt" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: goods_receipt')

CREATE TRIGGER maintenance_final_update BEFORE UPDATE ON "maintenance" FOR EACH ROW
WHEN ((OLD.state IN ('done', 'cancelled') AND (OLD."id" IS DISTINCT FROM NEW."id" OR OLD."created_by_id" IS DISTINCT FROM NEW."created_by_id" OR OLD."account_id" IS DISTINCT FROM NEW."account_id" OR OLD."requested_on" IS DISTINCT FROM NEW."requested_on" OR OLD."kind" IS DISTINCT FROM NEW."kind" OR OLD."work_unit_id" IS DISTINCT FROM NEW."work_unit_id" OR OLD."vendor_id" IS DISTINCT FROM NEW."vendor_id" OR OLD."maintenance_schedule_id" IS DISTINCT FROM NEW."maintenance_schedule_id" OR OLD."estimated_cost" IS DISTINCT FROM NEW."estimated_cost" OR OLD."started_at" IS DISTINCT FROM NEW."started_at" OR OLD."finished_at" IS DISTINCT FROM NEW."finished_at" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."created_at" IS DISTINCT FROM NEW."created_at" OR OLD."note" IS DISTINCT FROM NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS DISTINCT FROM NEW.number))
EXECUTE FUNCTION refuse_change('posted is final: maintenance')

CREATE TRIGGER maintenance_final_delete BEFORE DELETE ON "maintenance" FOR EACH ROW
WHEN (OLD.state IN ('done', 'cancelled') OR OLD.number IS NOT NULL)
EXECUTE FUNCTION refuse_change('posted is final: maintenance')

CREATE TRIGGER maintenance_final_truncate BEFORE TRUNCATE ON "maintenance" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: maintenance')

CREATE TRIGGER prescription_final_update BEFORE UPDATE ON "prescription" FOR EACH ROW
WHEN ((OLD.state IN ('dispensed', 'cancelled') AND (OLD."id" IS DISTINCT FROM NEW."id" OR OLD."created_by_id" IS DISTINCT FROM NEW."created_by_id" OR OLD."consultation_id" IS DISTINCT FROM NEW."consultation_id" OR OLD."prescribed_on" IS DISTINCT FROM NEW."prescribed_on" OR OLD."store_id" IS DISTINCT FROM NEW."store_id" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."created_at" IS DISTINCT FROM NEW."created_at" OR OLD."note" IS DISTINCT FROM NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS DISTINCT FROM NEW.number))
EXECUTE FUNCTION refuse_change('posted is final: prescription')

CREATE TRIGGER prescription_final_delete BEFORE DELETE ON "prescription" FOR EACH ROW
WHEN (OLD.state IN ('dispensed', 'cancelled') OR OLD.number IS NOT NULL)
EXECUTE FUNCTION refuse_change('posted is final: prescription')

CREATE TRIGGER prescription_final_truncate BEFORE TRUNCATE ON "prescription" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: prescription')

CREATE TRIGGER purchase_order_final_update BEFORE UPDATE ON "purchase_order" FOR EACH ROW
WHEN ((OLD.state IN ('sent', 'done', 'cancelled') AND (OLD."vat_percent" IS DISTINCT FROM NEW."vat_percent" OR OLD."id" IS DISTINCT FROM NEW."id" OR OLD."created_by_id" IS DISTINCT FROM NEW."created_by_id" OR OLD."supplier_id" IS DISTINCT FROM NEW."supplier_id" OR OLD."store_id" IS DISTINCT FROM NEW."store_id" OR OLD."ordered_on" IS DISTINCT FROM NEW."ordered_on" OR OLD."expected_on" IS DISTINCT FROM NEW."expected_on" OR OLD."payment_terms" IS DISTINCT FROM NEW."payment_terms" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."created_at" IS DISTINCT FROM NEW."created_at" OR OLD."note" IS DISTINCT FROM NEW."note"))
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

CREATE TRIGGER spoilage_final_update BEFORE UPDATE ON "spoilage" FOR EACH ROW
WHEN ((OLD.state IN ('posted', 'cancelled') AND (OLD."id" IS DISTINCT FROM NEW."id" OR OLD."created_by_id" IS DISTINCT FROM NEW."created_by_id" OR OLD."account_id" IS DISTINCT FROM NEW."account_id" OR OLD."store_id" IS DISTINCT FROM NEW."store_id" OR OLD."spoiled_on" IS DISTINCT FROM NEW."spoiled_on" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."created_at" IS DISTINCT FROM NEW."created_at" OR OLD."note" IS DISTINCT FROM NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS DISTINCT FROM NEW.number))
EXECUTE FUNCTION refuse_change('posted is final: spoilage')

CREATE TRIGGER spoilage_final_delete BEFORE DELETE ON "spoilage" FOR EACH ROW
WHEN (OLD.state IN ('posted', 'cancelled') OR OLD.number IS NOT NULL)
EXECUTE FUNCTION refuse_change('posted is final: spoilage')

CREATE TRIGGER spoilage_final_truncate BEFORE TRUNCATE ON "spoilage" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: spoilage')

CREATE TRIGGER stock_transfer_final_update BEFORE UPDATE ON "stock_transfer" FOR EACH ROW
WHEN ((OLD.state IN ('posted', 'cancelled') AND (OLD."id" IS DISTINCT FROM NEW."id" OR OLD."created_by_id" IS DISTINCT FROM NEW."created_by_id" OR OLD."store_id" IS DISTINCT FROM NEW."store_id" OR OLD."to_store_id" IS DISTINCT FROM NEW."to_store_id" OR OLD."transferred_on" IS DISTINCT FROM NEW."transferred_on" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."created_at" IS DISTINCT FROM NEW."created_at" OR OLD."note" IS DISTINCT FROM NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS DISTINCT FROM NEW.number))
EXECUTE FUNCTION refuse_change('posted is final: stock_transfer')

CREATE TRIGGER stock_transfer_final_delete BEFORE DELETE ON "stock_transfer" FOR EACH ROW
WHEN (OLD.state IN ('posted', 'cancelled') OR OLD.number IS NOT NULL)
EXECUTE FUNCTION refuse_change('posted is final: stock_transfer')

CREATE TRIGGER stock_transfer_final_truncate BEFORE TRUNCATE ON "stock_transfer" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: stock_transfer')

CREATE TRIGGER stocktake_final_update BEFORE UPDATE ON "stocktake" FOR EACH ROW
WHEN ((OLD.state IN ('posted', 'cancelled') AND (OLD."id" IS DISTINCT FROM NEW."id" OR OLD."created_by_id" IS DISTINCT FROM NEW."created_by_id" OR OLD."store_id" IS DISTINCT FROM NEW."store_id" OR OLD."counted_on" IS DISTINCT FROM NEW."counted_on" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."created_at" IS DISTINCT FROM NEW."created_at" OR OLD."note" IS DISTINCT FROM NEW."note"))
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
WHEN ((OLD.state IN ('approved', 'paid', 'cancelled') AND (OLD."id" IS DISTINCT FROM NEW."id" OR OLD."created_by_id" IS DISTINCT FROM NEW."created_by_id" OR OLD."supplier_id" IS DISTINCT FROM NEW."supplier_id" OR OLD."purchase_order_id" IS DISTINCT FROM NEW."purchase_order_id" OR OLD."supplier_number" IS DISTINCT FROM NEW."supplier_number" OR OLD."tax_invoice_number" IS DISTINCT FROM NEW."tax_invoice_number" OR OLD."invoiced_on" IS DISTINCT FROM NEW."invoiced_on" OR OLD."due_on" IS DISTINCT FROM NEW."due_on" OR OLD."vat_amount" IS DISTINCT FROM NEW."vat_amount" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."created_at" IS DISTINCT FROM NEW."created_at" OR OLD."note" IS DISTINCT FROM NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS DISTINCT FROM NEW.number))
EXECUTE FUNCTION refuse_change('posted is final: supplier_invoice')

CREATE TRIGGER supplier_invoice_final_delete BEFORE DELETE ON "supplier_invoice" FOR EACH ROW
WHEN (OLD.state IN ('approved', 'paid', 'cancelled') OR OLD.number IS NOT NULL)
EXECUTE FUNCTION refuse_change('posted is final: supplier_invoice')

CREATE TRIGGER supplier_invoice_final_truncate BEFORE TRUNCATE ON "supplier_invoice" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: supplier_invoice')

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
WHEN ((OLD.state IN ('accepted', 'cancelled') AND (OLD."id" IS DISTINCT FROM NEW."id" OR OLD."created_by_id" IS DISTINCT FROM NEW."created_by_id" OR OLD."work_unit_id" IS DISTINCT FROM NEW."work_unit_id" OR OLD."account_id" IS DISTINCT FROM NEW."account_id" OR OLD."store_id" IS DISTINCT FROM NEW."store_id" OR OLD."returned_on" IS DISTINCT FROM NEW."returned_on" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."created_at" IS DISTINCT FROM NEW."created_at" OR OLD."note" IS DISTINCT FROM NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS DISTINCT FROM NEW.number))
EXECUTE FUNCTION refuse_change('posted is final: unit_return')

CREATE TRIGGER unit_return_final_delete BEFORE DELETE ON "unit_return" FOR EACH ROW
WHEN (OLD.state IN ('accepted', 'cancelled') OR OLD.number IS NOT NULL)
EXECUTE FUNCTION refuse_change('posted is final: unit_return')

CREATE TRIGGER unit_return_final_truncate BEFORE TRUNCATE ON "unit_return" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: unit_return')

CREATE TRIGGER asset_auction_line_final_change BEFORE INSERT OR UPDATE OR DELETE ON "asset_auction_line" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: asset_auction_line', 'asset_auction', 'asset_auction_id', '{draft}', '{sold,cancelled}', '{appraised_value,reserve_price,sale_price}')

CREATE TRIGGER asset_auction_line_final_truncate BEFORE TRUNCATE ON "asset_auction_line" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: asset_auction_line')

CREATE TRIGGER asset_disposal_line_final_change BEFORE INSERT OR UPDATE OR DELETE ON "asset_disposal_line" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: asset_disposal_line', 'asset_disposal', 'asset_disposal_id', '{draft}', '{posted,cancelled}', '{book_value}')

CREATE TRIGGER asset_disposal_line_final_truncate BEFORE TRUNCATE ON "asset_disposal_line" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: asset_disposal_line')

CREATE TRIGGER asset_plan_line_final_change BEFORE INSERT OR UPDATE OR DELETE ON "asset_plan_line" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: asset_plan_line', 'asset_plan', 'asset_plan_id', '{draft}', '{done,cancelled}', '{}')

CREATE TRIGGER asset_plan_line_final_truncate BEFORE TRUNCATE ON "asset_plan_line" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: asset_plan_line')

CREATE TRIGGER asset_procurement_line_final_change BEFORE INSERT OR UPDATE OR DELETE ON "asset_procurement_line" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: asset_procurement_line', 'asset_procurement', 'asset_procurement_id', '{draft}', '{sent,done,cancelled}', '{}')

CREATE TRIGGER asset_procurement_line_final_truncate BEFORE TRUNCATE ON "asset_procurement_line" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: asset_procurement_line')

CREATE TRIGGER asset_receipt_line_final_change BEFORE INSERT OR UPDATE OR DELETE ON "asset_receipt_line" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: asset_receipt_line', 'asset_receipt', 'asset_receipt_id', '{draft}', '{posted,reversed,cancelled}', '{}')

CREATE TRIGGER asset_receipt_line_final_truncate BEFORE TRUNCATE ON "asset_receipt_line" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: asset_receipt_line')

CREATE TRIGGER delivery_request_line_final_change BEFORE INSERT OR UPDATE OR DELETE ON "delivery_request_line" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: delivery_request_line', 'delivery_request', 'delivery_request_id', '{draft}', '{delivered,done,reversed,cancelled}', '{}')

CREATE TRIGGER delivery_request_line_final_truncate BEFORE TRUNCATE ON "delivery_request_line" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: delivery_request_line')

CREATE TRIGGER depreciation_run_line_final_change BEFORE INSERT OR UPDATE OR DELETE ON "depreciation_run_line" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: depreciation_run_line', 'depreciation_run', 'depreciation_run_id', '{draft}', '{posted,cancelled}', '{}')

CREATE TRIGGER depreciation_run_line_final_truncate BEFORE TRUNCATE ON "depreciation_run_line" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: depreciation_run_line')

CREATE TRIGGER goods_receipt_line_final_change BEFORE INSERT OR UPDATE OR DELETE ON "goods_receipt_line" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: goods_receipt_line', 'goods_receipt', 'goods_receipt_id', '{draft}', '{posted,reversed,cancelled}', '{}')

CREATE TRIGGER goods_receipt_line_final_truncate BEFORE TRUNCATE ON "goods_receipt_line" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: goods_receipt_line')

CREATE TRIGGER maintenance_line_final_change BEFORE INSERT OR UPDATE OR DELETE ON "maintenance_line" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: maintenance_line', 'maintenance', 'maintenance_id', '{draft}', '{done,cancelled}', '{state,version,cost,result,condition_after,next_due_on,employee_id}')

CREATE TRIGGER maintenance_line_final_truncate BEFORE TRUNCATE ON "maintenance_line" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: maintenance_line')

CREATE TRIGGER prescription_line_final_change BEFORE INSERT OR UPDATE OR DELETE ON "prescription_line" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: prescription_line', 'prescription', 'prescription_id', '{draft}', '{dispensed,cancelled}', '{}')

CREATE TRIGGER prescription_line_final_truncate BEFORE TRUNCATE ON "prescription_line" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: prescription_line')

CREATE TRIGGER purchase_order_line_final_change BEFORE INSERT OR UPDATE OR DELETE ON "purchase_order_line" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: purchase_order_line', 'purchase_order', 'purchase_order_id', '{draft}', '{sent,done,cancelled}', '{}')

CREATE TRIGGER purchase_order_line_final_truncate BEFORE TRUNCATE ON "purchase_order_line" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: purchase_order_line')

CREATE TRIGGER purchase_request_line_final_change BEFORE INSERT OR UPDATE OR DELETE ON "purchase_request_line" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: purchase_request_line', 'purchase_request', 'purchase_request_id', '{draft}', '{done,cancelled}', '{}')

CREATE TRIGGER purchase_request_line_final_truncate BEFORE TRUNCATE ON "purchase_request_line" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: purchase_request_line')

CREATE TRIGGER spoilage_line_final_change BEFORE INSERT OR UPDATE OR DELETE ON "spoilage_line" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: spoilage_line', 'spoilage', 'spoilage_id', '{draft}', '{posted,cancelled}', '{unit_cost}')

CREATE TRIGGER spoilage_line_final_truncate BEFORE TRUNCATE ON "spoilage_line" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: spoilage_line')

CREATE TRIGGER stock_transfer_line_final_change BEFORE INSERT OR UPDATE OR DELETE ON "stock_transfer_line" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: stock_transfer_line', 'stock_transfer', 'stock_transfer_id', '{draft}', '{posted,cancelled}', '{}')

CREATE TRIGGER stock_transfer_line_final_truncate BEFORE TRUNCATE ON "stock_transfer_line" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: stock_transfer_line')

CREATE TRIGGER stocktake_line_final_change BEFORE INSERT OR UPDATE OR DELETE ON "stocktake_line" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: stocktake_line', 'stocktake', 'stocktake_id', '{draft,counting}', '{posted,cancelled}', '{}')

CREATE TRIGGER stocktake_line_final_truncate BEFORE TRUNCATE ON "stocktake_line" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: stocktake_line')

CREATE TRIGGER store_request_line_final_change BEFORE INSERT OR UPDATE OR DELETE ON "store_request_line" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: store_request_line', 'store_request', 'store_request_id', '{draft}', '{done,cancelled}', '{}')

CREATE TRIGGER store_request_line_final_truncate BEFORE TRUNCATE ON "store_request_line" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: store_request_line')

CREATE TRIGGER supplier_invoice_line_final_change BEFORE INSERT OR UPDATE OR DELETE ON "supplier_invoice_line" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: supplier_invoice_line', 'supplier_invoice', 'supplier_invoice_id', '{draft}', '{approved,paid,cancelled}', '{}')

CREATE TRIGGER supplier_invoice_line_final_truncate BEFORE TRUNCATE ON "supplier_invoice_line" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: supplier_invoice_line')

CREATE TRIGGER supplier_return_line_final_change BEFORE INSERT OR UPDATE OR DELETE ON "supplier_return_line" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: supplier_return_line', 'supplier_return', 'supplier_return_id', '{draft}', '{sent,done,cancelled}', '{}')

CREATE TRIGGER supplier_return_line_final_truncate BEFORE TRUNCATE ON "supplier_return_line" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: supplier_return_line')

CREATE TRIGGER unit_return_line_final_change BEFORE INSERT OR UPDATE OR DELETE ON "unit_return_line" FOR EACH ROW
EXECUTE FUNCTION refuse_line_change('posted is final: unit_return_line', 'unit_return', 'unit_return_id', '{draft}', '{accepted,cancelled}', '{}')

CREATE TRIGGER unit_return_line_final_truncate BEFORE TRUNCATE ON "unit_return_line" FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change('posted is final: unit_return_line')
