CREATE TRIGGER activity_log_keeps_update BEFORE UPDATE ON "activity_log"
BEGIN SELECT RAISE(ABORT, 'append-only: activity_log'); END

CREATE TRIGGER activity_log_keeps_delete BEFORE DELETE ON "activity_log"
BEGIN SELECT RAISE(ABORT, 'append-only: activity_log'); END

CREATE TRIGGER activity_log_keeps_replace BEFORE INSERT ON "activity_log"
WHEN EXISTS (SELECT 1 FROM "activity_log" WHERE ("id" = NEW."id"))
BEGIN SELECT RAISE(ABORT, 'append-only: activity_log'); END

CREATE TRIGGER asset_book_change_keeps_update BEFORE UPDATE ON "asset_book_change"
BEGIN SELECT RAISE(ABORT, 'append-only: asset_book_change'); END

CREATE TRIGGER asset_book_change_keeps_delete BEFORE DELETE ON "asset_book_change"
BEGIN SELECT RAISE(ABORT, 'append-only: asset_book_change'); END

CREATE TRIGGER asset_book_change_keeps_replace BEFORE INSERT ON "asset_book_change"
WHEN EXISTS (SELECT 1 FROM "asset_book_change" WHERE ("id" = NEW."id"))
BEGIN SELECT RAISE(ABORT, 'append-only: asset_book_change'); END

CREATE TRIGGER batch_correction_keeps_update BEFORE UPDATE ON "batch_correction"
BEGIN SELECT RAISE(ABORT, 'append-only: batch_correction'); END

CREATE TRIGGER batch_correction_keeps_delete BEFORE DELETE ON "batch_correction"
BEGIN SELECT RAISE(ABORT, 'append-only: batch_correction'); END

CREATE TRIGGER batch_correction_keeps_replace BEFORE INSERT ON "batch_correction"
WHEN EXISTS (SELECT 1 FROM "batch_correction" WHERE ("id" = NEW."id"))
BEGIN SELECT RAISE(ABORT, 'append-only: batch_correction'); END

CREATE TRIGGER comment_keeps_update BEFORE UPDATE ON "comment"
BEGIN SELECT RAISE(ABORT, 'append-only: comment'); END

CREATE TRIGGER comment_keeps_delete BEFORE DELETE ON "comment"
BEGIN SELECT RAISE(ABORT, 'append-only: comment'); END

CREATE TRIGGER comment_keeps_replace BEFORE INSERT ON "comment"
WHEN EXISTS (SELECT 1 FROM "comment" WHERE ("id" = NEW."id"))
BEGIN SELECT RAISE(ABORT, 'append-only: comment'); END

CREATE TRIGGER document_event_keeps_update BEFORE UPDATE ON "document_event"
BEGIN SELECT RAISE(ABORT, 'append-only: document_event'); END

CREATE TRIGGER document_event_keeps_delete BEFORE DELETE ON "document_event"
BEGIN SELECT RAISE(ABORT, 'append-only: document_event'); END

CREATE TRIGGER document_event_keeps_replace BEFORE INSERT ON "document_event"
WHEN EXISTS (SELECT 1 FROM "document_event" WHERE ("id" = NEW."id"))
BEGIN SELECT RAISE(ABORT, 'append-only: document_event'); END

CREATE TRIGGER document_number_keeps_update BEFORE UPDATE ON "document_number"
BEGIN SELECT RAISE(ABORT, 'append-only: document_number'); END

CREATE TRIGGER document_number_keeps_delete BEFORE DELETE ON "document_number"
BEGIN SELECT RAISE(ABORT, 'append-only: document_number'); END

CREATE TRIGGER document_number_keeps_replace BEFORE INSERT ON "document_number"
WHEN EXISTS (SELECT 1 FROM "document_number" WHERE ("document_type" = NEW."document_type" AND "document_id" = NEW."document_id") OR ("id" = NEW."id") OR ("number" = NEW."number") OR ("prefix" = NEW."prefix" AND "year" = NEW."year" AND "sequence" = NEW."sequence") OR ("verify_code" = NEW."verify_code"))
BEGIN SELECT RAISE(ABORT, 'append-only: document_number'); END

CREATE TRIGGER journal_entry_keeps_update BEFORE UPDATE ON "journal_entry"
BEGIN SELECT RAISE(ABORT, 'append-only: journal_entry'); END

CREATE TRIGGER journal_entry_keeps_delete BEFORE DELETE ON "journal_entry"
BEGIN SELECT RAISE(ABORT, 'append-only: journal_entry'); END

CREATE TRIGGER journal_entry_keeps_replace BEFORE INSERT ON "journal_entry"
WHEN EXISTS (SELECT 1 FROM "journal_entry" WHERE ("id" = NEW."id"))
BEGIN SELECT RAISE(ABORT, 'append-only: journal_entry'); END

CREATE TRIGGER journal_line_keeps_update BEFORE UPDATE ON "journal_line"
BEGIN SELECT RAISE(ABORT, 'append-only: journal_line'); END

CREATE TRIGGER journal_line_keeps_delete BEFORE DELETE ON "journal_line"
BEGIN SELECT RAISE(ABORT, 'append-only: journal_line'); END

CREATE TRIGGER journal_line_keeps_replace BEFORE INSERT ON "journal_line"
WHEN EXISTS (SELECT 1 FROM "journal_line" WHERE ("id" = NEW."id"))
BEGIN SELECT RAISE(ABORT, 'append-only: journal_line'); END

CREATE TRIGGER log_seal_keeps_update BEFORE UPDATE ON "log_seal"
BEGIN SELECT RAISE(ABORT, 'append-only: log_seal'); END

CREATE TRIGGER log_seal_keeps_delete BEFORE DELETE ON "log_seal"
BEGIN SELECT RAISE(ABORT, 'append-only: log_seal'); END

CREATE TRIGGER log_seal_keeps_replace BEFORE INSERT ON "log_seal"
WHEN EXISTS (SELECT 1 FROM "log_seal" WHERE ("hash" = NEW."hash") OR ("id" = NEW."id") OR ("previous_hash" = NEW."previous_hash"))
BEGIN SELECT RAISE(ABORT, 'append-only: log_seal'); END

CREATE TRIGGER stock_move_keeps_update BEFORE UPDATE ON "stock_move"
BEGIN SELECT RAISE(ABORT, 'append-only: stock_move'); END

CREATE TRIGGER stock_move_keeps_delete BEFORE DELETE ON "stock_move"
BEGIN SELECT RAISE(ABORT, 'append-only: stock_move'); END

CREATE TRIGGER stock_move_keeps_replace BEFORE INSERT ON "stock_move"
WHEN EXISTS (SELECT 1 FROM "stock_move" WHERE ("id" = NEW."id") OR ("reverses_id" = NEW."reverses_id"))
BEGIN SELECT RAISE(ABORT, 'append-only: stock_move'); END

CREATE TRIGGER asset_auction_final_update BEFORE UPDATE ON "asset_auction"
WHEN (OLD.state IN ('sold', 'cancelled') AND (OLD."id" IS NOT NEW."id" OR OLD."created_by_id" IS NOT NEW."created_by_id" OR OLD."account_id" IS NOT NEW."account_id" OR OLD."auctioned_on" IS NOT NEW."auctioned_on" OR OLD."round" IS NOT NEW."round" OR OLD."appraiser" IS NOT NEW."appraiser" OR OLD."appraised_on" IS NOT NEW."appraised_on" OR OLD."buyer_name" IS NOT NEW."buyer_name" OR OLD."buyer_identity" IS NOT NEW."buyer_identity" OR OLD."minutes_number" IS NOT NEW."minutes_number" OR OLD."paid_on" IS NOT NEW."paid_on" OR OLD."payment_reference" IS NOT NEW."payment_reference" OR OLD."number" IS NOT NEW."number" OR OLD."created_at" IS NOT NEW."created_at" OR OLD."note" IS NOT NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS NOT NEW.number)
BEGIN SELECT RAISE(ABORT, 'posted is final: asset_auction'); END

CREATE TRIGGER asset_auction_final_delete BEFORE DELETE ON "asset_auction"
WHEN OLD.state IN ('sold', 'cancelled') OR OLD.number IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'posted is final: asset_auction'); END

CREATE TRIGGER asset_disposal_final_update BEFORE UPDATE ON "asset_disposal"
WHEN (OLD.state IN ('posted', 'cancelled', 'reversed') AND (OLD."id" IS NOT NEW."id" OR OLD."created_by_id" IS NOT NEW."created_by_id" OR OLD."account_id" IS NOT NEW."account_id" OR OLD."disposed_on" IS NOT NEW."disposed_on" OR OLD."route" IS NOT NEW."route" OR OLD."responsible_id" IS NOT NEW."responsible_id" OR OLD."responsible_name" IS NOT NEW."responsible_name" OR OLD."claim_amount" IS NOT NEW."claim_amount" OR OLD."claim_decision" IS NOT NEW."claim_decision" OR OLD."number" IS NOT NEW."number" OR OLD."created_at" IS NOT NEW."created_at" OR OLD."note" IS NOT NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS NOT NEW.number)
BEGIN SELECT RAISE(ABORT, 'posted is final: asset_disposal'); END

CREATE TRIGGER asset_disposal_final_delete BEFORE DELETE ON "asset_disposal"
WHEN OLD.state IN ('posted', 'cancelled', 'reversed') OR OLD.number IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'posted is final: asset_disposal'); END

CREATE TRIGGER asset_plan_final_update BEFORE UPDATE ON "asset_plan"
WHEN (OLD.state IN ('done', 'cancelled') AND (OLD."id" IS NOT NEW."id" OR OLD."created_by_id" IS NOT NEW."created_by_id" OR OLD."planned_on" IS NOT NEW."planned_on" OR OLD."work_unit_id" IS NOT NEW."work_unit_id" OR OLD."budget_year" IS NOT NEW."budget_year" OR OLD."number" IS NOT NEW."number" OR OLD."created_at" IS NOT NEW."created_at" OR OLD."note" IS NOT NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS NOT NEW.number)
BEGIN SELECT RAISE(ABORT, 'posted is final: asset_plan'); END

CREATE TRIGGER asset_plan_final_delete BEFORE DELETE ON "asset_plan"
WHEN OLD.state IN ('done', 'cancelled') OR OLD.number IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'posted is final: asset_plan'); END

CREATE TRIGGER asset_procurement_final_update BEFORE UPDATE ON "asset_procurement"
WHEN (OLD.state IN ('sent', 'done', 'cancelled') AND (OLD."id" IS NOT NEW."id" OR OLD."created_by_id" IS NOT NEW."created_by_id" OR OLD."procured_on" IS NOT NEW."procured_on" OR OLD."vendor_id" IS NOT NEW."vendor_id" OR OLD."expected_on" IS NOT NEW."expected_on" OR OLD."tax_percent" IS NOT NEW."tax_percent" OR OLD."funding_source" IS NOT NEW."funding_source" OR OLD."needs_director" IS NOT NEW."needs_director" OR OLD."number" IS NOT NEW."number" OR OLD."created_at" IS NOT NEW."created_at" OR OLD."note" IS NOT NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS NOT NEW.number)
BEGIN SELECT RAISE(ABORT, 'posted is final: asset_procurement'); END

CREATE TRIGGER asset_procurement_final_delete BEFORE DELETE ON "asset_procurement"
WHEN OLD.state IN ('sent', 'done', 'cancelled') OR OLD.number IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'posted is final: asset_procurement'); END

CREATE TRIGGER asset_receipt_final_update BEFORE UPDATE ON "asset_receipt"
WHEN (OLD.state IN ('posted', 'reversed', 'cancelled') AND (OLD."id" IS NOT NEW."id" OR OLD."created_by_id" IS NOT NEW."created_by_id" OR OLD."account_id" IS NOT NEW."account_id" OR OLD."received_on" IS NOT NEW."received_on" OR OLD."asset_procurement_id" IS NOT NEW."asset_procurement_id" OR OLD."delivery_order_number" IS NOT NEW."delivery_order_number" OR OLD."number" IS NOT NEW."number" OR OLD."created_at" IS NOT NEW."created_at" OR OLD."note" IS NOT NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS NOT NEW.number)
BEGIN SELECT RAISE(ABORT, 'posted is final: asset_receipt'); END

CREATE TRIGGER asset_receipt_final_delete BEFORE DELETE ON "asset_receipt"
WHEN OLD.state IN ('posted', 'reversed', 'cancelled') OR OLD.number IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'posted is final: asset_receipt'); END

CREATE TRIGGER asset_value_change_final_update BEFORE UPDATE ON "asset_value_change"
WHEN (OLD.state IN ('posted', 'cancelled', 'reversed') AND (OLD."id" IS NOT NEW."id" OR OLD."created_by_id" IS NOT NEW."created_by_id" OR OLD."kind" IS NOT NEW."kind" OR OLD."changed_on" IS NOT NEW."changed_on" OR OLD."account_id" IS NOT NEW."account_id" OR OLD."number" IS NOT NEW."number" OR OLD."created_at" IS NOT NEW."created_at" OR OLD."note" IS NOT NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS NOT NEW.number)
BEGIN SELECT RAISE(ABORT, 'posted is final: asset_value_change'); END

CREATE TRIGGER asset_value_change_final_delete BEFORE DELETE ON "asset_value_change"
WHEN OLD.state IN ('posted', 'cancelled', 'reversed') OR OLD.number IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'posted is final: asset_value_change'); END

CREATE TRIGGER consultation_final_update BEFORE UPDATE ON "consultation"
WHEN (OLD.state IN ('completed', 'cancelled', 'no_show', 'rescheduled', 'expired') AND (OLD."id" IS NOT NEW."id" OR OLD."created_by_id" IS NOT NEW."created_by_id" OR OLD."requested_on" IS NOT NEW."requested_on" OR OLD."specialization_id" IS NOT NEW."specialization_id" OR OLD."doctor_id" IS NOT NEW."doctor_id" OR OLD."complaint" IS NOT NEW."complaint" OR OLD."starts_at" IS NOT NEW."starts_at" OR OLD."slot_minutes" IS NOT NEW."slot_minutes" OR OLD."kind" IS NOT NEW."kind" OR OLD."payer" IS NOT NEW."payer" OR OLD."triage" IS NOT NEW."triage" OR OLD."video_url" IS NOT NEW."video_url" OR OLD."decided_reason" IS NOT NEW."decided_reason" OR OLD."moved_to_doctor_id" IS NOT NEW."moved_to_doctor_id" OR OLD."rescheduled_from_id" IS NOT NEW."rescheduled_from_id" OR OLD."approved_at" IS NOT NEW."approved_at" OR OLD."started_at" IS NOT NEW."started_at" OR OLD."completed_at" IS NOT NEW."completed_at" OR OLD."number" IS NOT NEW."number" OR OLD."created_at" IS NOT NEW."created_at" OR OLD."note" IS NOT NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS NOT NEW.number)
BEGIN SELECT RAISE(ABORT, 'posted is final: consultation'); END

CREATE TRIGGER consultation_final_delete BEFORE DELETE ON "consultation"
WHEN OLD.state IN ('completed', 'cancelled', 'no_show', 'rescheduled', 'expired') OR OLD.number IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'posted is final: consultation'); END

CREATE TRIGGER delivery_request_final_update BEFORE UPDATE ON "delivery_request"
WHEN (OLD.state IN ('delivered', 'done', 'reversed', 'cancelled') AND (OLD."id" IS NOT NEW."id" OR OLD."created_by_id" IS NOT NEW."created_by_id" OR OLD."store_request_id" IS NOT NEW."store_request_id" OR OLD."account_id" IS NOT NEW."account_id" OR OLD."store_id" IS NOT NEW."store_id" OR OLD."delivered_on" IS NOT NEW."delivered_on" OR OLD."number" IS NOT NEW."number" OR OLD."created_at" IS NOT NEW."created_at" OR OLD."note" IS NOT NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS NOT NEW.number)
BEGIN SELECT RAISE(ABORT, 'posted is final: delivery_request'); END

CREATE TRIGGER delivery_request_final_delete BEFORE DELETE ON "delivery_request"
WHEN OLD.state IN ('delivered', 'done', 'reversed', 'cancelled') OR OLD.number IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'posted is final: delivery_request'); END

CREATE TRIGGER depreciation_run_final_update BEFORE UPDATE ON "depreciation_run"
WHEN (OLD.state IN ('posted', 'cancelled', 'reversed') AND (OLD."id" IS NOT NEW."id" OR OLD."created_by_id" IS NOT NEW."created_by_id" OR OLD."run_on" IS NOT NEW."run_on" OR OLD."book" IS NOT NEW."book" OR OLD."period_start" IS NOT NEW."period_start" OR OLD."period_end" IS NOT NEW."period_end" OR OLD."number" IS NOT NEW."number" OR OLD."created_at" IS NOT NEW."created_at" OR OLD."note" IS NOT NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS NOT NEW.number)
BEGIN SELECT RAISE(ABORT, 'posted is final: depreciation_run'); END

CREATE TRIGGER depreciation_run_final_delete BEFORE DELETE ON "depreciation_run"
WHEN OLD.state IN ('posted', 'cancelled', 'reversed') OR OLD.number IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'posted is final: depreciation_run'); END

CREATE TRIGGER fault_report_final_update BEFORE UPDATE ON "fault_report"
WHEN (OLD.state IN ('closed', 'dismissed') AND (OLD."id" IS NOT NEW."id" OR OLD."created_by_id" IS NOT NEW."created_by_id" OR OLD."code" IS NOT NEW."code" OR OLD."reported_on" IS NOT NEW."reported_on" OR OLD."priority" IS NOT NEW."priority" OR OLD."asset_id" IS NOT NEW."asset_id" OR OLD."bed_id" IS NOT NEW."bed_id" OR OLD."inpatient_room_id" IS NOT NEW."inpatient_room_id" OR OLD."room_id" IS NOT NEW."room_id" OR OLD."building_id" IS NOT NEW."building_id" OR OLD."place_detail" IS NOT NEW."place_detail" OR OLD."fault" IS NOT NEW."fault" OR OLD."reporter_name" IS NOT NEW."reporter_name" OR OLD."reporter_phone" IS NOT NEW."reporter_phone" OR OLD."number" IS NOT NEW."number" OR OLD."created_at" IS NOT NEW."created_at" OR OLD."note" IS NOT NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS NOT NEW.number)
BEGIN SELECT RAISE(ABORT, 'posted is final: fault_report'); END

CREATE TRIGGER fault_report_final_delete BEFORE DELETE ON "fault_report"
WHEN OLD.state IN ('closed', 'dismissed') OR OLD.number IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'posted is final: fault_report'); END

CREATE TRIGGER goods_receipt_final_update BEFORE UPDATE ON "goods_receipt"
WHEN (OLD.state IN ('posted', 'reversed', 'cancelled') AND (OLD."id" IS NOT NEW."id" OR OLD."created_by_id" IS NOT NEW."created_by_id" OR OLD."account_id" IS NOT NEW."account_id" OR OLD."purchase_order_id" IS NOT NEW."purchase_order_id" OR OLD."source" IS NOT NEW."source" OR OLD."source_name" IS NOT NEW."source_name" OR OLD."supplier_return_id" IS NOT NEW."supplier_return_id" OR OLD."supplier_id" IS NOT NEW."supplier_id" OR OLD."store_id" IS NOT NEW."store_id" OR OLD."ordered_on" IS NOT NEW."ordered_on" OR OLD."received_on" IS NOT NEW."received_on" OR OLD."delivery_order_number" IS NOT NEW."delivery_order_number" OR OLD."number" IS NOT NEW."number" OR OLD."created_at" IS NOT NEW."created_at" OR OLD."note" IS NOT NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS NOT NEW.number)
BEGIN SELECT RAISE(ABORT, 'posted is final: goods_receipt'); END

CREATE TRIGGER goods_receipt_final_delete BEFORE DELETE ON "goods_receipt"
WHEN OLD.state IN ('posted', 'reversed', 'cancelled') OR OLD.number IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'posted is final: goods_receipt'); END

CREATE TRIGGER inventory_round_final_update BEFORE UPDATE ON "inventory_round"
WHEN (OLD.state IN ('posted', 'cancelled') AND (OLD."id" IS NOT NEW."id" OR OLD."created_by_id" IS NOT NEW."created_by_id" OR OLD."room_id" IS NOT NEW."room_id" OR OLD."inpatient_room_id" IS NOT NEW."inpatient_room_id" OR OLD."counted_on" IS NOT NEW."counted_on" OR OLD."found_empty" IS NOT NEW."found_empty" OR OLD."number" IS NOT NEW."number" OR OLD."created_at" IS NOT NEW."created_at" OR OLD."note" IS NOT NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS NOT NEW.number)
BEGIN SELECT RAISE(ABORT, 'posted is final: inventory_round'); END

CREATE TRIGGER inventory_round_final_delete BEFORE DELETE ON "inventory_round"
WHEN OLD.state IN ('posted', 'cancelled') OR OLD.number IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'posted is final: inventory_round'); END

CREATE TRIGGER maintenance_final_update BEFORE UPDATE ON "maintenance"
WHEN (OLD.state IN ('done', 'cancelled') AND (OLD."id" IS NOT NEW."id" OR OLD."created_by_id" IS NOT NEW."created_by_id" OR OLD."account_id" IS NOT NEW."account_id" OR OLD."requested_on" IS NOT NEW."requested_on" OR OLD."kind" IS NOT NEW."kind" OR OLD."work_unit_id" IS NOT NEW."work_unit_id" OR OLD."vendor_id" IS NOT NEW."vendor_id" OR OLD."maintenance_schedule_id" IS NOT NEW."maintenance_schedule_id" OR OLD."estimated_cost" IS NOT NEW."estimated_cost" OR OLD."approved_cost" IS NOT NEW."approved_cost" OR OLD."order_again_on" IS NOT NEW."order_again_on" OR OLD."down_since" IS NOT NEW."down_since" OR OLD."started_at" IS NOT NEW."started_at" OR OLD."finished_at" IS NOT NEW."finished_at" OR OLD."number" IS NOT NEW."number" OR OLD."created_at" IS NOT NEW."created_at" OR OLD."note" IS NOT NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS NOT NEW.number)
BEGIN SELECT RAISE(ABORT, 'posted is final: maintenance'); END

CREATE TRIGGER maintenance_final_delete BEFORE DELETE ON "maintenance"
WHEN OLD.state IN ('done', 'cancelled') OR OLD.number IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'posted is final: maintenance'); END

CREATE TRIGGER monthly_pack_final_update BEFORE UPDATE ON "monthly_pack"
WHEN (OLD.state IN ('released', 'withdrawn', 'cancelled') AND (OLD."id" IS NOT NEW."id" OR OLD."created_by_id" IS NOT NEW."created_by_id" OR OLD."period_id" IS NOT NEW."period_id" OR OLD."prepared_on" IS NOT NEW."prepared_on" OR OLD."foreword" IS NOT NEW."foreword" OR OLD."number" IS NOT NEW."number" OR OLD."created_at" IS NOT NEW."created_at" OR OLD."note" IS NOT NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS NOT NEW.number)
BEGIN SELECT RAISE(ABORT, 'posted is final: monthly_pack'); END

CREATE TRIGGER monthly_pack_final_delete BEFORE DELETE ON "monthly_pack"
WHEN OLD.state IN ('released', 'withdrawn', 'cancelled') OR OLD.number IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'posted is final: monthly_pack'); END

CREATE TRIGGER prescription_final_update BEFORE UPDATE ON "prescription"
WHEN (OLD.state IN ('dispensed', 'cancelled', 'expired') AND (OLD."id" IS NOT NEW."id" OR OLD."created_by_id" IS NOT NEW."created_by_id" OR OLD."consultation_id" IS NOT NEW."consultation_id" OR OLD."prescribed_on" IS NOT NEW."prescribed_on" OR OLD."valid_until" IS NOT NEW."valid_until" OR OLD."number" IS NOT NEW."number" OR OLD."created_at" IS NOT NEW."created_at" OR OLD."note" IS NOT NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS NOT NEW.number)
BEGIN SELECT RAISE(ABORT, 'posted is final: prescription'); END

CREATE TRIGGER prescription_final_delete BEFORE DELETE ON "prescription"
WHEN OLD.state IN ('dispensed', 'cancelled', 'expired') OR OLD.number IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'posted is final: prescription'); END

CREATE TRIGGER purchase_order_final_update BEFORE UPDATE ON "purchase_order"
WHEN (OLD.state IN ('sent', 'done', 'cancelled') AND (OLD."vat_percent" IS NOT NEW."vat_percent" OR OLD."id" IS NOT NEW."id" OR OLD."created_by_id" IS NOT NEW."created_by_id" OR OLD."supplier_id" IS NOT NEW."supplier_id" OR OLD."store_id" IS NOT NEW."store_id" OR OLD."ordered_on" IS NOT NEW."ordered_on" OR OLD."expected_on" IS NOT NEW."expected_on" OR OLD."payment_terms" IS NOT NEW."payment_terms" OR OLD."needs_director" IS NOT NEW."needs_director" OR OLD."number" IS NOT NEW."number" OR OLD."created_at" IS NOT NEW."created_at" OR OLD."note" IS NOT NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS NOT NEW.number)
BEGIN SELECT RAISE(ABORT, 'posted is final: purchase_order'); END

CREATE TRIGGER purchase_order_final_delete BEFORE DELETE ON "purchase_order"
WHEN OLD.state IN ('sent', 'done', 'cancelled') OR OLD.number IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'posted is final: purchase_order'); END

CREATE TRIGGER purchase_request_final_update BEFORE UPDATE ON "purchase_request"
WHEN (OLD.state IN ('done', 'cancelled') AND (OLD."id" IS NOT NEW."id" OR OLD."created_by_id" IS NOT NEW."created_by_id" OR OLD."store_id" IS NOT NEW."store_id" OR OLD."requested_on" IS NOT NEW."requested_on" OR OLD."needed_on" IS NOT NEW."needed_on" OR OLD."approved_by_id" IS NOT NEW."approved_by_id" OR OLD."number" IS NOT NEW."number" OR OLD."created_at" IS NOT NEW."created_at" OR OLD."note" IS NOT NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS NOT NEW.number)
BEGIN SELECT RAISE(ABORT, 'posted is final: purchase_request'); END

CREATE TRIGGER purchase_request_final_delete BEFORE DELETE ON "purchase_request"
WHEN OLD.state IN ('done', 'cancelled') OR OLD.number IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'posted is final: purchase_request'); END

CREATE TRIGGER quotation_request_final_update BEFORE UPDATE ON "quotation_request"
WHEN (OLD.state IN ('done', 'cancelled') AND (OLD."id" IS NOT NEW."id" OR OLD."created_by_id" IS NOT NEW."created_by_id" OR OLD."store_id" IS NOT NEW."store_id" OR OLD."asked_on" IS NOT NEW."asked_on" OR OLD."answer_by" IS NOT NEW."answer_by" OR OLD."number" IS NOT NEW."number" OR OLD."created_at" IS NOT NEW."created_at" OR OLD."note" IS NOT NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS NOT NEW.number)
BEGIN SELECT RAISE(ABORT, 'posted is final: quotation_request'); END

CREATE TRIGGER quotation_request_final_delete BEFORE DELETE ON "quotation_request"
WHEN OLD.state IN ('done', 'cancelled') OR OLD.number IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'posted is final: quotation_request'); END

CREATE TRIGGER spoilage_final_update BEFORE UPDATE ON "spoilage"
WHEN (OLD.state IN ('posted', 'reversed', 'cancelled') AND (OLD."id" IS NOT NEW."id" OR OLD."created_by_id" IS NOT NEW."created_by_id" OR OLD."account_id" IS NOT NEW."account_id" OR OLD."store_id" IS NOT NEW."store_id" OR OLD."spoiled_on" IS NOT NEW."spoiled_on" OR OLD."number" IS NOT NEW."number" OR OLD."created_at" IS NOT NEW."created_at" OR OLD."note" IS NOT NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS NOT NEW.number)
BEGIN SELECT RAISE(ABORT, 'posted is final: spoilage'); END

CREATE TRIGGER spoilage_final_delete BEFORE DELETE ON "spoilage"
WHEN OLD.state IN ('posted', 'reversed', 'cancelled') OR OLD.number IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'posted is final: spoilage'); END

CREATE TRIGGER stock_transfer_final_update BEFORE UPDATE ON "stock_transfer"
WHEN (OLD.state IN ('sent', 'posted', 'reversed', 'cancelled') AND (OLD."id" IS NOT NEW."id" OR OLD."created_by_id" IS NOT NEW."created_by_id" OR OLD."store_id" IS NOT NEW."store_id" OR OLD."to_store_id" IS NOT NEW."to_store_id" OR OLD."transferred_on" IS NOT NEW."transferred_on" OR OLD."number" IS NOT NEW."number" OR OLD."created_at" IS NOT NEW."created_at" OR OLD."note" IS NOT NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS NOT NEW.number)
BEGIN SELECT RAISE(ABORT, 'posted is final: stock_transfer'); END

CREATE TRIGGER stock_transfer_final_delete BEFORE DELETE ON "stock_transfer"
WHEN OLD.state IN ('sent', 'posted', 'reversed', 'cancelled') OR OLD.number IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'posted is final: stock_transfer'); END

CREATE TRIGGER stocktake_final_update BEFORE UPDATE ON "stocktake"
WHEN (OLD.state IN ('posted', 'cancelled') AND (OLD."id" IS NOT NEW."id" OR OLD."created_by_id" IS NOT NEW."created_by_id" OR OLD."store_id" IS NOT NEW."store_id" OR OLD."counted_on" IS NOT NEW."counted_on" OR OLD."posted_on" IS NOT NEW."posted_on" OR OLD."number" IS NOT NEW."number" OR OLD."created_at" IS NOT NEW."created_at" OR OLD."note" IS NOT NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS NOT NEW.number)
BEGIN SELECT RAISE(ABORT, 'posted is final: stocktake'); END

CREATE TRIGGER stocktake_final_delete BEFORE DELETE ON "stocktake"
WHEN OLD.state IN ('posted', 'cancelled') OR OLD.number IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'posted is final: stocktake'); END

CREATE TRIGGER store_request_final_update BEFORE UPDATE ON "store_request"
WHEN (OLD.state IN ('done', 'cancelled') AND (OLD."id" IS NOT NEW."id" OR OLD."created_by_id" IS NOT NEW."created_by_id" OR OLD."work_unit_id" IS NOT NEW."work_unit_id" OR OLD."requested_on" IS NOT NEW."requested_on" OR OLD."store_id" IS NOT NEW."store_id" OR OLD."needed_on" IS NOT NEW."needed_on" OR OLD."purpose" IS NOT NEW."purpose" OR OLD."urgency" IS NOT NEW."urgency" OR OLD."number" IS NOT NEW."number" OR OLD."created_at" IS NOT NEW."created_at" OR OLD."note" IS NOT NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS NOT NEW.number)
BEGIN SELECT RAISE(ABORT, 'posted is final: store_request'); END

CREATE TRIGGER store_request_final_delete BEFORE DELETE ON "store_request"
WHEN OLD.state IN ('done', 'cancelled') OR OLD.number IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'posted is final: store_request'); END

CREATE TRIGGER supplier_invoice_final_update BEFORE UPDATE ON "supplier_invoice"
WHEN (OLD.state IN ('approved', 'paid', 'reversed', 'cancelled') AND (OLD."id" IS NOT NEW."id" OR OLD."created_by_id" IS NOT NEW."created_by_id" OR OLD."supplier_id" IS NOT NEW."supplier_id" OR OLD."purchase_order_id" IS NOT NEW."purchase_order_id" OR OLD."supplier_number" IS NOT NEW."supplier_number" OR OLD."tax_invoice_number" IS NOT NEW."tax_invoice_number" OR OLD."invoiced_on" IS NOT NEW."invoiced_on" OR OLD."due_on" IS NOT NEW."due_on" OR OLD."vat_amount" IS NOT NEW."vat_amount" OR OLD."freight_amount" IS NOT NEW."freight_amount" OR OLD."rounding_amount" IS NOT NEW."rounding_amount" OR OLD."paper_total" IS NOT NEW."paper_total" OR OLD."number" IS NOT NEW."number" OR OLD."created_at" IS NOT NEW."created_at" OR OLD."note" IS NOT NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS NOT NEW.number)
BEGIN SELECT RAISE(ABORT, 'posted is final: supplier_invoice'); END

CREATE TRIGGER supplier_invoice_final_delete BEFORE DELETE ON "supplier_invoice"
WHEN OLD.state IN ('approved', 'paid', 'reversed', 'cancelled') OR OLD.number IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'posted is final: supplier_invoice'); END

CREATE TRIGGER supplier_refund_final_update BEFORE UPDATE ON "supplier_refund"
WHEN (OLD.state IN ('posted', 'reversed', 'cancelled') AND (OLD."id" IS NOT NEW."id" OR OLD."created_by_id" IS NOT NEW."created_by_id" OR OLD."supplier_id" IS NOT NEW."supplier_id" OR OLD."refunded_on" IS NOT NEW."refunded_on" OR OLD."payment_reference" IS NOT NEW."payment_reference" OR OLD."amount" IS NOT NEW."amount" OR OLD."number" IS NOT NEW."number" OR OLD."created_at" IS NOT NEW."created_at" OR OLD."note" IS NOT NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS NOT NEW.number)
BEGIN SELECT RAISE(ABORT, 'posted is final: supplier_refund'); END

CREATE TRIGGER supplier_refund_final_delete BEFORE DELETE ON "supplier_refund"
WHEN OLD.state IN ('posted', 'reversed', 'cancelled') OR OLD.number IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'posted is final: supplier_refund'); END

CREATE TRIGGER supplier_return_final_update BEFORE UPDATE ON "supplier_return"
WHEN (OLD.state IN ('sent', 'done', 'cancelled') AND (OLD."id" IS NOT NEW."id" OR OLD."created_by_id" IS NOT NEW."created_by_id" OR OLD."account_id" IS NOT NEW."account_id" OR OLD."supplier_id" IS NOT NEW."supplier_id" OR OLD."store_id" IS NOT NEW."store_id" OR OLD."returned_on" IS NOT NEW."returned_on" OR OLD."number" IS NOT NEW."number" OR OLD."created_at" IS NOT NEW."created_at" OR OLD."note" IS NOT NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS NOT NEW.number)
BEGIN SELECT RAISE(ABORT, 'posted is final: supplier_return'); END

CREATE TRIGGER supplier_return_final_delete BEFORE DELETE ON "supplier_return"
WHEN OLD.state IN ('sent', 'done', 'cancelled') OR OLD.number IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'posted is final: supplier_return'); END

CREATE TRIGGER unit_return_final_update BEFORE UPDATE ON "unit_return"
WHEN (OLD.state IN ('accepted', 'reversed', 'cancelled') AND (OLD."id" IS NOT NEW."id" OR OLD."created_by_id" IS NOT NEW."created_by_id" OR OLD."work_unit_id" IS NOT NEW."work_unit_id" OR OLD."account_id" IS NOT NEW."account_id" OR OLD."store_id" IS NOT NEW."store_id" OR OLD."returned_on" IS NOT NEW."returned_on" OR OLD."number" IS NOT NEW."number" OR OLD."created_at" IS NOT NEW."created_at" OR OLD."note" IS NOT NEW."note"))
  OR (OLD.number IS NOT NULL AND OLD.number IS NOT NEW.number)
BEGIN SELECT RAISE(ABORT, 'posted is final: unit_return'); END

CREATE TRIGGER unit_return_final_delete BEFORE DELETE ON "unit_return"
WHEN OLD.state IN ('accepted', 'reversed', 'cancelled') OR OLD.number IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'posted is final: unit_return'); END

CREATE TRIGGER asset_auction_bid_final_insert BEFORE INSERT ON "asset_auction_bid"
WHEN (SELECT state FROM "asset_auction" WHERE id = (SELECT "asset_auction_id" FROM "asset_auction_line" WHERE id = NEW."asset_auction_line_id")) NOT IN ('open', 'awarded')
BEGIN SELECT RAISE(ABORT, 'posted is final: asset_auction_bid'); END

CREATE TRIGGER asset_auction_bid_final_update BEFORE UPDATE ON "asset_auction_bid"
WHEN (((SELECT state FROM "asset_auction" WHERE id = (SELECT "asset_auction_id" FROM "asset_auction_line" WHERE id = OLD."asset_auction_line_id")) NOT IN ('open', 'awarded') OR (SELECT state FROM "asset_auction" WHERE id = (SELECT "asset_auction_id" FROM "asset_auction_line" WHERE id = NEW."asset_auction_line_id")) NOT IN ('open', 'awarded'))
  AND (OLD."id" IS NOT NEW."id" OR OLD."asset_auction_line_id" IS NOT NEW."asset_auction_line_id" OR OLD."round" IS NOT NEW."round" OR OLD."bidder_name" IS NOT NEW."bidder_name" OR OLD."bidder_identity" IS NOT NEW."bidder_identity" OR OLD."amount" IS NOT NEW."amount" OR OLD."offered_at" IS NOT NEW."offered_at" OR OLD."is_valid" IS NOT NEW."is_valid" OR OLD."note" IS NOT NEW."note" OR OLD."version" IS NOT NEW."version"))
BEGIN SELECT RAISE(ABORT, 'posted is final: asset_auction_bid'); END

CREATE TRIGGER asset_auction_bid_final_delete BEFORE DELETE ON "asset_auction_bid"
WHEN (SELECT state FROM "asset_auction" WHERE id = (SELECT "asset_auction_id" FROM "asset_auction_line" WHERE id = OLD."asset_auction_line_id")) NOT IN ('open', 'awarded')
BEGIN SELECT RAISE(ABORT, 'posted is final: asset_auction_bid'); END

CREATE TRIGGER asset_auction_line_final_insert BEFORE INSERT ON "asset_auction_line"
WHEN (SELECT state FROM "asset_auction" WHERE id = NEW."asset_auction_id") NOT IN ('draft')
BEGIN SELECT RAISE(ABORT, 'posted is final: asset_auction_line'); END

CREATE TRIGGER asset_auction_line_final_update BEFORE UPDATE ON "asset_auction_line"
WHEN (((SELECT state FROM "asset_auction" WHERE id = OLD."asset_auction_id") NOT IN ('draft') OR (SELECT state FROM "asset_auction" WHERE id = NEW."asset_auction_id") NOT IN ('draft'))
  AND (OLD."id" IS NOT NEW."id" OR OLD."asset_auction_id" IS NOT NEW."asset_auction_id" OR OLD."asset_id" IS NOT NEW."asset_id" OR OLD."land_id" IS NOT NEW."land_id" OR OLD."quantity" IS NOT NEW."quantity"))
  OR ((SELECT state FROM "asset_auction" WHERE id = OLD."asset_auction_id") IN ('sold', 'cancelled')
  AND (OLD."appraised_value" IS NOT NEW."appraised_value" OR OLD."reserve_price" IS NOT NEW."reserve_price" OR OLD."sale_price" IS NOT NEW."sale_price" OR OLD."is_dropped" IS NOT NEW."is_dropped"))
BEGIN SELECT RAISE(ABORT, 'posted is final: asset_auction_line'); END

CREATE TRIGGER asset_auction_line_final_delete BEFORE DELETE ON "asset_auction_line"
WHEN (SELECT state FROM "asset_auction" WHERE id = OLD."asset_auction_id") NOT IN ('draft')
BEGIN SELECT RAISE(ABORT, 'posted is final: asset_auction_line'); END

CREATE TRIGGER asset_disposal_line_final_insert BEFORE INSERT ON "asset_disposal_line"
WHEN (SELECT state FROM "asset_disposal" WHERE id = NEW."asset_disposal_id") NOT IN ('draft')
BEGIN SELECT RAISE(ABORT, 'posted is final: asset_disposal_line'); END

CREATE TRIGGER asset_disposal_line_final_update BEFORE UPDATE ON "asset_disposal_line"
WHEN (((SELECT state FROM "asset_disposal" WHERE id = OLD."asset_disposal_id") NOT IN ('draft') OR (SELECT state FROM "asset_disposal" WHERE id = NEW."asset_disposal_id") NOT IN ('draft'))
  AND (OLD."id" IS NOT NEW."id" OR OLD."asset_disposal_id" IS NOT NEW."asset_disposal_id" OR OLD."asset_id" IS NOT NEW."asset_id" OR OLD."building_id" IS NOT NEW."building_id" OR OLD."ward_id" IS NOT NEW."ward_id" OR OLD."quantity" IS NOT NEW."quantity" OR OLD."reason" IS NOT NEW."reason"))
  OR ((SELECT state FROM "asset_disposal" WHERE id = OLD."asset_disposal_id") IN ('posted', 'cancelled', 'reversed')
  AND (OLD."book_value" IS NOT NEW."book_value" OR OLD."held_asset_id" IS NOT NEW."held_asset_id"))
BEGIN SELECT RAISE(ABORT, 'posted is final: asset_disposal_line'); END

CREATE TRIGGER asset_disposal_line_final_delete BEFORE DELETE ON "asset_disposal_line"
WHEN (SELECT state FROM "asset_disposal" WHERE id = OLD."asset_disposal_id") NOT IN ('draft')
BEGIN SELECT RAISE(ABORT, 'posted is final: asset_disposal_line'); END

CREATE TRIGGER asset_plan_line_final_insert BEFORE INSERT ON "asset_plan_line"
WHEN (SELECT state FROM "asset_plan" WHERE id = NEW."asset_plan_id") NOT IN ('draft')
BEGIN SELECT RAISE(ABORT, 'posted is final: asset_plan_line'); END

CREATE TRIGGER asset_plan_line_final_update BEFORE UPDATE ON "asset_plan_line"
WHEN (((SELECT state FROM "asset_plan" WHERE id = OLD."asset_plan_id") NOT IN ('draft') OR (SELECT state FROM "asset_plan" WHERE id = NEW."asset_plan_id") NOT IN ('draft'))
  AND (OLD."id" IS NOT NEW."id" OR OLD."asset_plan_id" IS NOT NEW."asset_plan_id" OR OLD."work_unit_id" IS NOT NEW."work_unit_id" OR OLD."asset_model_id" IS NOT NEW."asset_model_id" OR OLD."budget_year" IS NOT NEW."budget_year" OR OLD."quantity" IS NOT NEW."quantity" OR OLD."estimated_price" IS NOT NEW."estimated_price" OR OLD."justification" IS NOT NEW."justification"))
BEGIN SELECT RAISE(ABORT, 'posted is final: asset_plan_line'); END

CREATE TRIGGER asset_plan_line_final_delete BEFORE DELETE ON "asset_plan_line"
WHEN (SELECT state FROM "asset_plan" WHERE id = OLD."asset_plan_id") NOT IN ('draft')
BEGIN SELECT RAISE(ABORT, 'posted is final: asset_plan_line'); END

CREATE TRIGGER asset_procurement_line_final_insert BEFORE INSERT ON "asset_procurement_line"
WHEN (SELECT state FROM "asset_procurement" WHERE id = NEW."asset_procurement_id") NOT IN ('draft')
BEGIN SELECT RAISE(ABORT, 'posted is final: asset_procurement_line'); END

CREATE TRIGGER asset_procurement_line_final_update BEFORE UPDATE ON "asset_procurement_line"
WHEN (((SELECT state FROM "asset_procurement" WHERE id = OLD."asset_procurement_id") NOT IN ('draft') OR (SELECT state FROM "asset_procurement" WHERE id = NEW."asset_procurement_id") NOT IN ('draft'))
  AND (OLD."id" IS NOT NEW."id" OR OLD."asset_procurement_id" IS NOT NEW."asset_procurement_id" OR OLD."asset_plan_id" IS NOT NEW."asset_plan_id" OR OLD."asset_plan_line_id" IS NOT NEW."asset_plan_line_id" OR OLD."asset_model_id" IS NOT NEW."asset_model_id" OR OLD."vendor_id" IS NOT NEW."vendor_id" OR OLD."unit_price" IS NOT NEW."unit_price" OR OLD."quantity" IS NOT NEW."quantity"))
BEGIN SELECT RAISE(ABORT, 'posted is final: asset_procurement_line'); END

CREATE TRIGGER asset_procurement_line_final_delete BEFORE DELETE ON "asset_procurement_line"
WHEN (SELECT state FROM "asset_procurement" WHERE id = OLD."asset_procurement_id") NOT IN ('draft')
BEGIN SELECT RAISE(ABORT, 'posted is final: asset_procurement_line'); END

CREATE TRIGGER asset_receipt_line_final_insert BEFORE INSERT ON "asset_receipt_line"
WHEN (SELECT state FROM "asset_receipt" WHERE id = NEW."asset_receipt_id") NOT IN ('draft')
BEGIN SELECT RAISE(ABORT, 'posted is final: asset_receipt_line'); END

CREATE TRIGGER asset_receipt_line_final_update BEFORE UPDATE ON "asset_receipt_line"
WHEN (((SELECT state FROM "asset_receipt" WHERE id = OLD."asset_receipt_id") NOT IN ('draft') OR (SELECT state FROM "asset_receipt" WHERE id = NEW."asset_receipt_id") NOT IN ('draft'))
  AND (OLD."id" IS NOT NEW."id" OR OLD."asset_receipt_id" IS NOT NEW."asset_receipt_id" OR OLD."asset_procurement_line_id" IS NOT NEW."asset_procurement_line_id" OR OLD."asset_model_id" IS NOT NEW."asset_model_id" OR OLD."ordered_quantity" IS NOT NEW."ordered_quantity" OR OLD."received_quantity" IS NOT NEW."received_quantity" OR OLD."outstanding_quantity" IS NOT NEW."outstanding_quantity" OR OLD."unit_price" IS NOT NEW."unit_price" OR OLD."as_group" IS NOT NEW."as_group" OR OLD."warranty_until" IS NOT NEW."warranty_until" OR OLD."serial_numbers" IS NOT NEW."serial_numbers" OR OLD."building_id" IS NOT NEW."building_id" OR OLD."room_id" IS NOT NEW."room_id" OR OLD."ward_id" IS NOT NEW."ward_id" OR OLD."inpatient_room_id" IS NOT NEW."inpatient_room_id" OR OLD."work_unit_id" IS NOT NEW."work_unit_id"))
BEGIN SELECT RAISE(ABORT, 'posted is final: asset_receipt_line'); END

CREATE TRIGGER asset_receipt_line_final_delete BEFORE DELETE ON "asset_receipt_line"
WHEN (SELECT state FROM "asset_receipt" WHERE id = OLD."asset_receipt_id") NOT IN ('draft')
BEGIN SELECT RAISE(ABORT, 'posted is final: asset_receipt_line'); END

CREATE TRIGGER asset_value_change_line_final_insert BEFORE INSERT ON "asset_value_change_line"
WHEN (SELECT state FROM "asset_value_change" WHERE id = NEW."asset_value_change_id") NOT IN ('draft')
BEGIN SELECT RAISE(ABORT, 'posted is final: asset_value_change_line'); END

CREATE TRIGGER asset_value_change_line_final_update BEFORE UPDATE ON "asset_value_change_line"
WHEN (((SELECT state FROM "asset_value_change" WHERE id = OLD."asset_value_change_id") NOT IN ('draft') OR (SELECT state FROM "asset_value_change" WHERE id = NEW."asset_value_change_id") NOT IN ('draft'))
  AND (OLD."id" IS NOT NEW."id" OR OLD."asset_value_change_id" IS NOT NEW."asset_value_change_id" OR OLD."asset_id" IS NOT NEW."asset_id" OR OLD."amount" IS NOT NEW."amount" OR OLD."added_months" IS NOT NEW."added_months"))
  OR ((SELECT state FROM "asset_value_change" WHERE id = OLD."asset_value_change_id") IN ('posted', 'cancelled', 'reversed')
  AND (OLD."surplus" IS NOT NEW."surplus" OR OLD."loss" IS NOT NEW."loss" OR OLD."books_before" IS NOT NEW."books_before" OR OLD."books_after" IS NOT NEW."books_after"))
BEGIN SELECT RAISE(ABORT, 'posted is final: asset_value_change_line'); END

CREATE TRIGGER asset_value_change_line_final_delete BEFORE DELETE ON "asset_value_change_line"
WHEN (SELECT state FROM "asset_value_change" WHERE id = OLD."asset_value_change_id") NOT IN ('draft')
BEGIN SELECT RAISE(ABORT, 'posted is final: asset_value_change_line'); END

CREATE TRIGGER delivery_request_line_final_insert BEFORE INSERT ON "delivery_request_line"
WHEN (SELECT state FROM "delivery_request" WHERE id = NEW."delivery_request_id") NOT IN ('draft')
BEGIN SELECT RAISE(ABORT, 'posted is final: delivery_request_line'); END

CREATE TRIGGER delivery_request_line_final_update BEFORE UPDATE ON "delivery_request_line"
WHEN (((SELECT state FROM "delivery_request" WHERE id = OLD."delivery_request_id") NOT IN ('draft') OR (SELECT state FROM "delivery_request" WHERE id = NEW."delivery_request_id") NOT IN ('draft'))
  AND (OLD."id" IS NOT NEW."id" OR OLD."delivery_request_id" IS NOT NEW."delivery_request_id" OR OLD."item_id" IS NOT NEW."item_id" OR OLD."unit_id" IS NOT NEW."unit_id" OR OLD."quantity" IS NOT NEW."quantity" OR OLD."factor" IS NOT NEW."factor"))
  OR ((SELECT state FROM "delivery_request" WHERE id = OLD."delivery_request_id") IN ('done', 'reversed', 'cancelled')
  AND (OLD."delivered_quantity" IS NOT NEW."delivered_quantity" OR OLD."arrived_quantity" IS NOT NEW."arrived_quantity" OR OLD."missing" IS NOT NEW."missing"))
BEGIN SELECT RAISE(ABORT, 'posted is final: delivery_request_line'); END

CREATE TRIGGER delivery_request_line_final_delete BEFORE DELETE ON "delivery_request_line"
WHEN (SELECT state FROM "delivery_request" WHERE id = OLD."delivery_request_id") NOT IN ('draft')
BEGIN SELECT RAISE(ABORT, 'posted is final: delivery_request_line'); END

CREATE TRIGGER depreciation_run_line_final_insert BEFORE INSERT ON "depreciation_run_line"
WHEN (SELECT state FROM "depreciation_run" WHERE id = NEW."depreciation_run_id") NOT IN ('draft')
BEGIN SELECT RAISE(ABORT, 'posted is final: depreciation_run_line'); END

CREATE TRIGGER depreciation_run_line_final_update BEFORE UPDATE ON "depreciation_run_line"
WHEN (((SELECT state FROM "depreciation_run" WHERE id = OLD."depreciation_run_id") NOT IN ('draft') OR (SELECT state FROM "depreciation_run" WHERE id = NEW."depreciation_run_id") NOT IN ('draft'))
  AND (OLD."id" IS NOT NEW."id" OR OLD."depreciation_run_id" IS NOT NEW."depreciation_run_id" OR OLD."asset_id" IS NOT NEW."asset_id" OR OLD."asset_book_id" IS NOT NEW."asset_book_id" OR OLD."opening_value" IS NOT NEW."opening_value" OR OLD."amount" IS NOT NEW."amount" OR OLD."closing_value" IS NOT NEW."closing_value" OR OLD."periods" IS NOT NEW."periods" OR OLD."caught_up" IS NOT NEW."caught_up"))
BEGIN SELECT RAISE(ABORT, 'posted is final: depreciation_run_line'); END

CREATE TRIGGER depreciation_run_line_final_delete BEFORE DELETE ON "depreciation_run_line"
WHEN (SELECT state FROM "depreciation_run" WHERE id = OLD."depreciation_run_id") NOT IN ('draft')
BEGIN SELECT RAISE(ABORT, 'posted is final: depreciation_run_line'); END

CREATE TRIGGER goods_receipt_line_final_insert BEFORE INSERT ON "goods_receipt_line"
WHEN (SELECT state FROM "goods_receipt" WHERE id = NEW."goods_receipt_id") NOT IN ('draft')
BEGIN SELECT RAISE(ABORT, 'posted is final: goods_receipt_line'); END

CREATE TRIGGER goods_receipt_line_final_update BEFORE UPDATE ON "goods_receipt_line"
WHEN (((SELECT state FROM "goods_receipt" WHERE id = OLD."goods_receipt_id") NOT IN ('draft') OR (SELECT state FROM "goods_receipt" WHERE id = NEW."goods_receipt_id") NOT IN ('draft'))
  AND (OLD."discount" IS NOT NEW."discount" OR OLD."id" IS NOT NEW."id" OR OLD."goods_receipt_id" IS NOT NEW."goods_receipt_id" OR OLD."purchase_order_line_id" IS NOT NEW."purchase_order_line_id" OR OLD."origin_line_id" IS NOT NEW."origin_line_id" OR OLD."item_id" IS NOT NEW."item_id" OR OLD."unit_id" IS NOT NEW."unit_id" OR OLD."unit_price" IS NOT NEW."unit_price" OR OLD."is_bonus" IS NOT NEW."is_bonus" OR OLD."ordered_quantity" IS NOT NEW."ordered_quantity" OR OLD."received_quantity" IS NOT NEW."received_quantity" OR OLD."rejected_quantity" IS NOT NEW."rejected_quantity" OR OLD."rejection_reason" IS NOT NEW."rejection_reason" OR OLD."outstanding_quantity" IS NOT NEW."outstanding_quantity" OR OLD."factor" IS NOT NEW."factor" OR OLD."batch_number" IS NOT NEW."batch_number" OR OLD."expires_on" IS NOT NEW."expires_on" OR OLD."net_value" IS NOT NEW."net_value"))
  OR ((SELECT state FROM "goods_receipt" WHERE id = OLD."goods_receipt_id") IN ('posted', 'reversed', 'cancelled')
  AND (OLD."batch_id" IS NOT NEW."batch_id"))
BEGIN SELECT RAISE(ABORT, 'posted is final: goods_receipt_line'); END

CREATE TRIGGER goods_receipt_line_final_delete BEFORE DELETE ON "goods_receipt_line"
WHEN (SELECT state FROM "goods_receipt" WHERE id = OLD."goods_receipt_id") NOT IN ('draft')
BEGIN SELECT RAISE(ABORT, 'posted is final: goods_receipt_line'); END

CREATE TRIGGER inventory_round_line_final_insert BEFORE INSERT ON "inventory_round_line"
WHEN (SELECT state FROM "inventory_round" WHERE id = NEW."inventory_round_id") NOT IN ('draft', 'counting')
BEGIN SELECT RAISE(ABORT, 'posted is final: inventory_round_line'); END

CREATE TRIGGER inventory_round_line_final_update BEFORE UPDATE ON "inventory_round_line"
WHEN (((SELECT state FROM "inventory_round" WHERE id = OLD."inventory_round_id") NOT IN ('draft', 'counting') OR (SELECT state FROM "inventory_round" WHERE id = NEW."inventory_round_id") NOT IN ('draft', 'counting'))
  AND (OLD."id" IS NOT NEW."id" OR OLD."inventory_round_id" IS NOT NEW."inventory_round_id" OR OLD."asset_id" IS NOT NEW."asset_id" OR OLD."condition" IS NOT NEW."condition" OR OLD."seen_at" IS NOT NEW."seen_at" OR OLD."seen_by_id" IS NOT NEW."seen_by_id"))
  OR ((SELECT state FROM "inventory_round" WHERE id = OLD."inventory_round_id") IN ('posted', 'cancelled')
  AND (OLD."result" IS NOT NEW."result"))
BEGIN SELECT RAISE(ABORT, 'posted is final: inventory_round_line'); END

CREATE TRIGGER inventory_round_line_final_delete BEFORE DELETE ON "inventory_round_line"
WHEN (SELECT state FROM "inventory_round" WHERE id = OLD."inventory_round_id") NOT IN ('draft', 'counting')
BEGIN SELECT RAISE(ABORT, 'posted is final: inventory_round_line'); END

CREATE TRIGGER maintenance_line_final_insert BEFORE INSERT ON "maintenance_line"
WHEN (SELECT state FROM "maintenance" WHERE id = NEW."maintenance_id") NOT IN ('draft')
BEGIN SELECT RAISE(ABORT, 'posted is final: maintenance_line'); END

CREATE TRIGGER maintenance_line_final_update BEFORE UPDATE ON "maintenance_line"
WHEN (((SELECT state FROM "maintenance" WHERE id = OLD."maintenance_id") NOT IN ('draft') OR (SELECT state FROM "maintenance" WHERE id = NEW."maintenance_id") NOT IN ('draft'))
  AND (OLD."id" IS NOT NEW."id" OR OLD."maintenance_id" IS NOT NEW."maintenance_id" OR OLD."asset_id" IS NOT NEW."asset_id" OR OLD."building_id" IS NOT NEW."building_id" OR OLD."room_id" IS NOT NEW."room_id" OR OLD."inpatient_room_id" IS NOT NEW."inpatient_room_id" OR OLD."bed_id" IS NOT NEW."bed_id" OR OLD."quantity" IS NOT NEW."quantity" OR OLD."fault" IS NOT NEW."fault" OR OLD."checklist" IS NOT NEW."checklist"))
  OR ((SELECT state FROM "maintenance" WHERE id = OLD."maintenance_id") IN ('done', 'cancelled')
  AND (OLD."state" IS NOT NEW."state" OR OLD."version" IS NOT NEW."version" OR OLD."cost" IS NOT NEW."cost" OR OLD."result" IS NOT NEW."result" OR OLD."condition_before" IS NOT NEW."condition_before" OR OLD."condition_after" IS NOT NEW."condition_after" OR OLD."next_due_on" IS NOT NEW."next_due_on" OR OLD."employee_id" IS NOT NEW."employee_id" OR OLD."checklist_done" IS NOT NEW."checklist_done" OR OLD."took_out" IS NOT NEW."took_out" OR OLD."asset_disposal_id" IS NOT NEW."asset_disposal_id"))
BEGIN SELECT RAISE(ABORT, 'posted is final: maintenance_line'); END

CREATE TRIGGER maintenance_line_final_delete BEFORE DELETE ON "maintenance_line"
WHEN (SELECT state FROM "maintenance" WHERE id = OLD."maintenance_id") NOT IN ('draft')
BEGIN SELECT RAISE(ABORT, 'posted is final: maintenance_line'); END

CREATE TRIGGER maintenance_part_final_insert BEFORE INSERT ON "maintenance_part"
WHEN (SELECT state FROM "maintenance" WHERE id = (SELECT "maintenance_id" FROM "maintenance_line" WHERE id = NEW."maintenance_line_id")) NOT IN ('in_progress')
BEGIN SELECT RAISE(ABORT, 'posted is final: maintenance_part'); END

CREATE TRIGGER maintenance_part_final_update BEFORE UPDATE ON "maintenance_part"
WHEN (((SELECT state FROM "maintenance" WHERE id = (SELECT "maintenance_id" FROM "maintenance_line" WHERE id = OLD."maintenance_line_id")) NOT IN ('in_progress') OR (SELECT state FROM "maintenance" WHERE id = (SELECT "maintenance_id" FROM "maintenance_line" WHERE id = NEW."maintenance_line_id")) NOT IN ('in_progress'))
  AND (OLD."id" IS NOT NEW."id" OR OLD."maintenance_line_id" IS NOT NEW."maintenance_line_id" OR OLD."store_id" IS NOT NEW."store_id" OR OLD."item_id" IS NOT NEW."item_id" OR OLD."unit_id" IS NOT NEW."unit_id" OR OLD."quantity" IS NOT NEW."quantity" OR OLD."factor" IS NOT NEW."factor"))
BEGIN SELECT RAISE(ABORT, 'posted is final: maintenance_part'); END

CREATE TRIGGER maintenance_part_final_delete BEFORE DELETE ON "maintenance_part"
WHEN (SELECT state FROM "maintenance" WHERE id = (SELECT "maintenance_id" FROM "maintenance_line" WHERE id = OLD."maintenance_line_id")) NOT IN ('in_progress')
BEGIN SELECT RAISE(ABORT, 'posted is final: maintenance_part'); END

CREATE TRIGGER prescription_line_final_insert BEFORE INSERT ON "prescription_line"
WHEN (SELECT state FROM "prescription" WHERE id = NEW."prescription_id") NOT IN ('draft')
BEGIN SELECT RAISE(ABORT, 'posted is final: prescription_line'); END

CREATE TRIGGER prescription_line_final_update BEFORE UPDATE ON "prescription_line"
WHEN (((SELECT state FROM "prescription" WHERE id = OLD."prescription_id") NOT IN ('draft') OR (SELECT state FROM "prescription" WHERE id = NEW."prescription_id") NOT IN ('draft'))
  AND (OLD."id" IS NOT NEW."id" OR OLD."prescription_id" IS NOT NEW."prescription_id" OR OLD."item_id" IS NOT NEW."item_id" OR OLD."unit_id" IS NOT NEW."unit_id" OR OLD."quantity" IS NOT NEW."quantity" OR OLD."factor" IS NOT NEW."factor" OR OLD."dose" IS NOT NEW."dose" OR OLD."frequency" IS NOT NEW."frequency" OR OLD."duration_days" IS NOT NEW."duration_days" OR OLD."directions" IS NOT NEW."directions" OR OLD."dose_quantity" IS NOT NEW."dose_quantity" OR OLD."dose_unit" IS NOT NEW."dose_unit" OR OLD."times_a_day" IS NOT NEW."times_a_day" OR OLD."every_hours" IS NOT NEW."every_hours" OR OLD."meal" IS NOT NEW."meal" OR OLD."is_if_needed" IS NOT NEW."is_if_needed" OR OLD."most_a_day" IS NOT NEW."most_a_day" OR OLD."allergy_reason" IS NOT NEW."allergy_reason" OR OLD."interaction_reason" IS NOT NEW."interaction_reason" OR OLD."warnings" IS NOT NEW."warnings"))
BEGIN SELECT RAISE(ABORT, 'posted is final: prescription_line'); END

CREATE TRIGGER prescription_line_final_delete BEFORE DELETE ON "prescription_line"
WHEN (SELECT state FROM "prescription" WHERE id = OLD."prescription_id") NOT IN ('draft')
BEGIN SELECT RAISE(ABORT, 'posted is final: prescription_line'); END

CREATE TRIGGER purchase_order_line_final_insert BEFORE INSERT ON "purchase_order_line"
WHEN (SELECT state FROM "purchase_order" WHERE id = NEW."purchase_order_id") NOT IN ('draft')
BEGIN SELECT RAISE(ABORT, 'posted is final: purchase_order_line'); END

CREATE TRIGGER purchase_order_line_final_update BEFORE UPDATE ON "purchase_order_line"
WHEN (((SELECT state FROM "purchase_order" WHERE id = OLD."purchase_order_id") NOT IN ('draft') OR (SELECT state FROM "purchase_order" WHERE id = NEW."purchase_order_id") NOT IN ('draft'))
  AND (OLD."discount" IS NOT NEW."discount" OR OLD."id" IS NOT NEW."id" OR OLD."purchase_order_id" IS NOT NEW."purchase_order_id" OR OLD."purchase_request_line_id" IS NOT NEW."purchase_request_line_id" OR OLD."item_id" IS NOT NEW."item_id" OR OLD."unit_id" IS NOT NEW."unit_id" OR OLD."quantity" IS NOT NEW."quantity" OR OLD."factor" IS NOT NEW."factor" OR OLD."unit_price" IS NOT NEW."unit_price"))
BEGIN SELECT RAISE(ABORT, 'posted is final: purchase_order_line'); END

CREATE TRIGGER purchase_order_line_final_delete BEFORE DELETE ON "purchase_order_line"
WHEN (SELECT state FROM "purchase_order" WHERE id = OLD."purchase_order_id") NOT IN ('draft')
BEGIN SELECT RAISE(ABORT, 'posted is final: purchase_order_line'); END

CREATE TRIGGER purchase_request_line_final_insert BEFORE INSERT ON "purchase_request_line"
WHEN (SELECT state FROM "purchase_request" WHERE id = NEW."purchase_request_id") NOT IN ('draft')
BEGIN SELECT RAISE(ABORT, 'posted is final: purchase_request_line'); END

CREATE TRIGGER purchase_request_line_final_update BEFORE UPDATE ON "purchase_request_line"
WHEN (((SELECT state FROM "purchase_request" WHERE id = OLD."purchase_request_id") NOT IN ('draft') OR (SELECT state FROM "purchase_request" WHERE id = NEW."purchase_request_id") NOT IN ('draft'))
  AND (OLD."id" IS NOT NEW."id" OR OLD."purchase_request_id" IS NOT NEW."purchase_request_id" OR OLD."item_id" IS NOT NEW."item_id" OR OLD."supplier_id" IS NOT NEW."supplier_id" OR OLD."unit_id" IS NOT NEW."unit_id" OR OLD."quantity" IS NOT NEW."quantity" OR OLD."factor" IS NOT NEW."factor" OR OLD."estimated_price" IS NOT NEW."estimated_price"))
BEGIN SELECT RAISE(ABORT, 'posted is final: purchase_request_line'); END

CREATE TRIGGER purchase_request_line_final_delete BEFORE DELETE ON "purchase_request_line"
WHEN (SELECT state FROM "purchase_request" WHERE id = OLD."purchase_request_id") NOT IN ('draft')
BEGIN SELECT RAISE(ABORT, 'posted is final: purchase_request_line'); END

CREATE TRIGGER quotation_price_final_insert BEFORE INSERT ON "quotation_price"
WHEN (SELECT state FROM "quotation_request" WHERE id = (SELECT "quotation_request_id" FROM "quotation_request_line" WHERE id = NEW."quotation_request_line_id")) NOT IN ('asked')
BEGIN SELECT RAISE(ABORT, 'posted is final: quotation_price'); END

CREATE TRIGGER quotation_price_final_update BEFORE UPDATE ON "quotation_price"
WHEN (((SELECT state FROM "quotation_request" WHERE id = (SELECT "quotation_request_id" FROM "quotation_request_line" WHERE id = OLD."quotation_request_line_id")) NOT IN ('asked') OR (SELECT state FROM "quotation_request" WHERE id = (SELECT "quotation_request_id" FROM "quotation_request_line" WHERE id = NEW."quotation_request_line_id")) NOT IN ('asked'))
  AND (OLD."id" IS NOT NEW."id" OR OLD."quotation_id" IS NOT NEW."quotation_id" OR OLD."quotation_request_line_id" IS NOT NEW."quotation_request_line_id" OR OLD."cannot" IS NOT NEW."cannot" OR OLD."unit_price" IS NOT NEW."unit_price" OR OLD."delivery_days" IS NOT NEW."delivery_days" OR OLD."is_chosen" IS NOT NEW."is_chosen" OR OLD."choice_reason" IS NOT NEW."choice_reason" OR OLD."discount" IS NOT NEW."discount"))
BEGIN SELECT RAISE(ABORT, 'posted is final: quotation_price'); END

CREATE TRIGGER quotation_price_final_delete BEFORE DELETE ON "quotation_price"
WHEN (SELECT state FROM "quotation_request" WHERE id = (SELECT "quotation_request_id" FROM "quotation_request_line" WHERE id = OLD."quotation_request_line_id")) NOT IN ('asked')
BEGIN SELECT RAISE(ABORT, 'posted is final: quotation_price'); END

CREATE TRIGGER quotation_request_line_final_insert BEFORE INSERT ON "quotation_request_line"
WHEN (SELECT state FROM "quotation_request" WHERE id = NEW."quotation_request_id") NOT IN ('draft')
BEGIN SELECT RAISE(ABORT, 'posted is final: quotation_request_line'); END

CREATE TRIGGER quotation_request_line_final_update BEFORE UPDATE ON "quotation_request_line"
WHEN (((SELECT state FROM "quotation_request" WHERE id = OLD."quotation_request_id") NOT IN ('draft') OR (SELECT state FROM "quotation_request" WHERE id = NEW."quotation_request_id") NOT IN ('draft'))
  AND (OLD."id" IS NOT NEW."id" OR OLD."quotation_request_id" IS NOT NEW."quotation_request_id" OR OLD."purchase_request_line_id" IS NOT NEW."purchase_request_line_id" OR OLD."item_id" IS NOT NEW."item_id" OR OLD."unit_id" IS NOT NEW."unit_id" OR OLD."quantity" IS NOT NEW."quantity" OR OLD."factor" IS NOT NEW."factor"))
BEGIN SELECT RAISE(ABORT, 'posted is final: quotation_request_line'); END

CREATE TRIGGER quotation_request_line_final_delete BEFORE DELETE ON "quotation_request_line"
WHEN (SELECT state FROM "quotation_request" WHERE id = OLD."quotation_request_id") NOT IN ('draft')
BEGIN SELECT RAISE(ABORT, 'posted is final: quotation_request_line'); END

CREATE TRIGGER spoilage_line_final_insert BEFORE INSERT ON "spoilage_line"
WHEN (SELECT state FROM "spoilage" WHERE id = NEW."spoilage_id") NOT IN ('draft')
BEGIN SELECT RAISE(ABORT, 'posted is final: spoilage_line'); END

CREATE TRIGGER spoilage_line_final_update BEFORE UPDATE ON "spoilage_line"
WHEN (((SELECT state FROM "spoilage" WHERE id = OLD."spoilage_id") NOT IN ('draft') OR (SELECT state FROM "spoilage" WHERE id = NEW."spoilage_id") NOT IN ('draft'))
  AND (OLD."id" IS NOT NEW."id" OR OLD."spoilage_id" IS NOT NEW."spoilage_id" OR OLD."item_id" IS NOT NEW."item_id" OR OLD."goods_receipt_id" IS NOT NEW."goods_receipt_id" OR OLD."unit_id" IS NOT NEW."unit_id" OR OLD."batch_id" IS NOT NEW."batch_id" OR OLD."quantity" IS NOT NEW."quantity" OR OLD."factor" IS NOT NEW."factor" OR OLD."cause" IS NOT NEW."cause"))
  OR ((SELECT state FROM "spoilage" WHERE id = OLD."spoilage_id") IN ('posted', 'reversed', 'cancelled')
  AND (OLD."unit_cost" IS NOT NEW."unit_cost" OR OLD."moved_quantity" IS NOT NEW."moved_quantity"))
BEGIN SELECT RAISE(ABORT, 'posted is final: spoilage_line'); END

CREATE TRIGGER spoilage_line_final_delete BEFORE DELETE ON "spoilage_line"
WHEN (SELECT state FROM "spoilage" WHERE id = OLD."spoilage_id") NOT IN ('draft')
BEGIN SELECT RAISE(ABORT, 'posted is final: spoilage_line'); END

CREATE TRIGGER stock_transfer_line_final_insert BEFORE INSERT ON "stock_transfer_line"
WHEN (SELECT state FROM "stock_transfer" WHERE id = NEW."stock_transfer_id") NOT IN ('draft')
BEGIN SELECT RAISE(ABORT, 'posted is final: stock_transfer_line'); END

CREATE TRIGGER stock_transfer_line_final_update BEFORE UPDATE ON "stock_transfer_line"
WHEN (((SELECT state FROM "stock_transfer" WHERE id = OLD."stock_transfer_id") NOT IN ('draft') OR (SELECT state FROM "stock_transfer" WHERE id = NEW."stock_transfer_id") NOT IN ('draft'))
  AND (OLD."id" IS NOT NEW."id" OR OLD."stock_transfer_id" IS NOT NEW."stock_transfer_id" OR OLD."item_id" IS NOT NEW."item_id" OR OLD."unit_id" IS NOT NEW."unit_id" OR OLD."batch_id" IS NOT NEW."batch_id" OR OLD."quantity" IS NOT NEW."quantity" OR OLD."factor" IS NOT NEW."factor"))
  OR ((SELECT state FROM "stock_transfer" WHERE id = OLD."stock_transfer_id") IN ('posted', 'reversed', 'cancelled')
  AND (OLD."moved_quantity" IS NOT NEW."moved_quantity" OR OLD."arrived_quantity" IS NOT NEW."arrived_quantity" OR OLD."is_lost" IS NOT NEW."is_lost"))
BEGIN SELECT RAISE(ABORT, 'posted is final: stock_transfer_line'); END

CREATE TRIGGER stock_transfer_line_final_delete BEFORE DELETE ON "stock_transfer_line"
WHEN (SELECT state FROM "stock_transfer" WHERE id = OLD."stock_transfer_id") NOT IN ('draft')
BEGIN SELECT RAISE(ABORT, 'posted is final: stock_transfer_line'); END

CREATE TRIGGER stocktake_line_final_insert BEFORE INSERT ON "stocktake_line"
WHEN (SELECT state FROM "stocktake" WHERE id = NEW."stocktake_id") NOT IN ('draft', 'counting')
BEGIN SELECT RAISE(ABORT, 'posted is final: stocktake_line'); END

CREATE TRIGGER stocktake_line_final_update BEFORE UPDATE ON "stocktake_line"
WHEN (((SELECT state FROM "stocktake" WHERE id = OLD."stocktake_id") NOT IN ('draft', 'counting') OR (SELECT state FROM "stocktake" WHERE id = NEW."stocktake_id") NOT IN ('draft', 'counting'))
  AND (OLD."id" IS NOT NEW."id" OR OLD."stocktake_id" IS NOT NEW."stocktake_id" OR OLD."item_id" IS NOT NEW."item_id" OR OLD."batch_id" IS NOT NEW."batch_id" OR OLD."unit_id" IS NOT NEW."unit_id" OR OLD."system_quantity" IS NOT NEW."system_quantity" OR OLD."counted_quantity" IS NOT NEW."counted_quantity" OR OLD."last_move_id" IS NOT NEW."last_move_id" OR OLD."counted_at" IS NOT NEW."counted_at" OR OLD."counted_by_id" IS NOT NEW."counted_by_id" OR OLD."note" IS NOT NEW."note"))
  OR ((SELECT state FROM "stocktake" WHERE id = OLD."stocktake_id") IN ('posted', 'cancelled')
  AND (OLD."count_again" IS NOT NEW."count_again"))
BEGIN SELECT RAISE(ABORT, 'posted is final: stocktake_line'); END

CREATE TRIGGER stocktake_line_final_delete BEFORE DELETE ON "stocktake_line"
WHEN (SELECT state FROM "stocktake" WHERE id = OLD."stocktake_id") NOT IN ('draft', 'counting')
BEGIN SELECT RAISE(ABORT, 'posted is final: stocktake_line'); END

CREATE TRIGGER store_request_line_final_insert BEFORE INSERT ON "store_request_line"
WHEN (SELECT state FROM "store_request" WHERE id = NEW."store_request_id") NOT IN ('draft')
BEGIN SELECT RAISE(ABORT, 'posted is final: store_request_line'); END

CREATE TRIGGER store_request_line_final_update BEFORE UPDATE ON "store_request_line"
WHEN (((SELECT state FROM "store_request" WHERE id = OLD."store_request_id") NOT IN ('draft') OR (SELECT state FROM "store_request" WHERE id = NEW."store_request_id") NOT IN ('draft'))
  AND (OLD."id" IS NOT NEW."id" OR OLD."store_request_id" IS NOT NEW."store_request_id" OR OLD."item_id" IS NOT NEW."item_id" OR OLD."unit_id" IS NOT NEW."unit_id" OR OLD."quantity" IS NOT NEW."quantity" OR OLD."factor" IS NOT NEW."factor"))
  OR ((SELECT state FROM "store_request" WHERE id = OLD."store_request_id") IN ('done', 'cancelled')
  AND (OLD."granted_quantity" IS NOT NEW."granted_quantity"))
BEGIN SELECT RAISE(ABORT, 'posted is final: store_request_line'); END

CREATE TRIGGER store_request_line_final_delete BEFORE DELETE ON "store_request_line"
WHEN (SELECT state FROM "store_request" WHERE id = OLD."store_request_id") NOT IN ('draft')
BEGIN SELECT RAISE(ABORT, 'posted is final: store_request_line'); END

CREATE TRIGGER supplier_invoice_line_final_insert BEFORE INSERT ON "supplier_invoice_line"
WHEN (SELECT state FROM "supplier_invoice" WHERE id = NEW."supplier_invoice_id") NOT IN ('draft')
BEGIN SELECT RAISE(ABORT, 'posted is final: supplier_invoice_line'); END

CREATE TRIGGER supplier_invoice_line_final_update BEFORE UPDATE ON "supplier_invoice_line"
WHEN (((SELECT state FROM "supplier_invoice" WHERE id = OLD."supplier_invoice_id") NOT IN ('draft') OR (SELECT state FROM "supplier_invoice" WHERE id = NEW."supplier_invoice_id") NOT IN ('draft'))
  AND (OLD."discount" IS NOT NEW."discount" OR OLD."id" IS NOT NEW."id" OR OLD."supplier_invoice_id" IS NOT NEW."supplier_invoice_id" OR OLD."goods_receipt_line_id" IS NOT NEW."goods_receipt_line_id" OR OLD."item_id" IS NOT NEW."item_id" OR OLD."unit_id" IS NOT NEW."unit_id" OR OLD."quantity" IS NOT NEW."quantity" OR OLD."factor" IS NOT NEW."factor" OR OLD."unit_price" IS NOT NEW."unit_price"))
  OR ((SELECT state FROM "supplier_invoice" WHERE id = OLD."supplier_invoice_id") IN ('approved', 'paid', 'reversed', 'cancelled')
  AND (OLD."amount" IS NOT NEW."amount" OR OLD."cleared_amount" IS NOT NEW."cleared_amount"))
BEGIN SELECT RAISE(ABORT, 'posted is final: supplier_invoice_line'); END

CREATE TRIGGER supplier_invoice_line_final_delete BEFORE DELETE ON "supplier_invoice_line"
WHEN (SELECT state FROM "supplier_invoice" WHERE id = OLD."supplier_invoice_id") NOT IN ('draft')
BEGIN SELECT RAISE(ABORT, 'posted is final: supplier_invoice_line'); END

CREATE TRIGGER supplier_return_line_final_insert BEFORE INSERT ON "supplier_return_line"
WHEN (SELECT state FROM "supplier_return" WHERE id = NEW."supplier_return_id") NOT IN ('draft')
BEGIN SELECT RAISE(ABORT, 'posted is final: supplier_return_line'); END

CREATE TRIGGER supplier_return_line_final_update BEFORE UPDATE ON "supplier_return_line"
WHEN (((SELECT state FROM "supplier_return" WHERE id = OLD."supplier_return_id") NOT IN ('draft') OR (SELECT state FROM "supplier_return" WHERE id = NEW."supplier_return_id") NOT IN ('draft'))
  AND (OLD."id" IS NOT NEW."id" OR OLD."supplier_return_id" IS NOT NEW."supplier_return_id" OR OLD."item_id" IS NOT NEW."item_id" OR OLD."goods_receipt_id" IS NOT NEW."goods_receipt_id" OR OLD."goods_receipt_line_id" IS NOT NEW."goods_receipt_line_id" OR OLD."unit_id" IS NOT NEW."unit_id" OR OLD."quantity" IS NOT NEW."quantity" OR OLD."factor" IS NOT NEW."factor" OR OLD."reason" IS NOT NEW."reason"))
  OR ((SELECT state FROM "supplier_return" WHERE id = OLD."supplier_return_id") IN ('done', 'cancelled')
  AND (OLD."moved_quantity" IS NOT NEW."moved_quantity" OR OLD."credited_quantity" IS NOT NEW."credited_quantity"))
BEGIN SELECT RAISE(ABORT, 'posted is final: supplier_return_line'); END

CREATE TRIGGER supplier_return_line_final_delete BEFORE DELETE ON "supplier_return_line"
WHEN (SELECT state FROM "supplier_return" WHERE id = OLD."supplier_return_id") NOT IN ('draft')
BEGIN SELECT RAISE(ABORT, 'posted is final: supplier_return_line'); END

CREATE TRIGGER unit_return_line_final_insert BEFORE INSERT ON "unit_return_line"
WHEN (SELECT state FROM "unit_return" WHERE id = NEW."unit_return_id") NOT IN ('draft')
BEGIN SELECT RAISE(ABORT, 'posted is final: unit_return_line'); END

CREATE TRIGGER unit_return_line_final_update BEFORE UPDATE ON "unit_return_line"
WHEN (((SELECT state FROM "unit_return" WHERE id = OLD."unit_return_id") NOT IN ('draft') OR (SELECT state FROM "unit_return" WHERE id = NEW."unit_return_id") NOT IN ('draft'))
  AND (OLD."id" IS NOT NEW."id" OR OLD."unit_return_id" IS NOT NEW."unit_return_id" OR OLD."item_id" IS NOT NEW."item_id" OR OLD."delivery_request_line_id" IS NOT NEW."delivery_request_line_id" OR OLD."unit_id" IS NOT NEW."unit_id" OR OLD."quantity" IS NOT NEW."quantity" OR OLD."factor" IS NOT NEW."factor" OR OLD."reason" IS NOT NEW."reason"))
BEGIN SELECT RAISE(ABORT, 'posted is final: unit_return_line'); END

CREATE TRIGGER unit_return_line_final_delete BEFORE DELETE ON "unit_return_line"
WHEN (SELECT state FROM "unit_return" WHERE id = OLD."unit_return_id") NOT IN ('draft')
BEGIN SELECT RAISE(ABORT, 'posted is final: unit_return_line'); END

CREATE TRIGGER user_ends_access AFTER UPDATE ON "user"
WHEN OLD."password_hash" IS NOT NEW."password_hash" OR OLD."status" IS NOT NEW."status"
BEGIN
  UPDATE user_session SET ended_at = CURRENT_TIMESTAMP WHERE user_id = NEW.id AND ended_at IS NULL;
  UPDATE api_token SET revoked_at = CURRENT_TIMESTAMP WHERE user_id = NEW.id AND revoked_at IS NULL;
END

CREATE TRIGGER ex_consultation_doctor_time_insert AFTER INSERT ON "consultation"
WHEN NEW.state IN ('requested', 'approved', 'in_progress', 'completed') AND NEW.kind = 'appointment' AND (typeof(NEW."starts_at") <> 'text'
  OR julianday(NEW."starts_at") IS NULL OR EXISTS (SELECT 1 FROM "consultation" AS other WHERE other."doctor_id" = NEW."doctor_id"
  AND other.id <> NEW.id AND other.state IN ('requested', 'approved', 'in_progress', 'completed') AND other.kind = 'appointment'
  AND other."starts_at" > date(NEW."starts_at", '-3 days')
  AND other."starts_at" < date(NEW."starts_at", '+4 days')
  AND CAST(round(julianday(other."starts_at") * 86400000) AS INTEGER) < CAST(round(julianday(NEW."starts_at") * 86400000) AS INTEGER) + NEW."slot_minutes" * 60000
  AND CAST(round(julianday(NEW."starts_at") * 86400000) AS INTEGER) < CAST(round(julianday(other."starts_at") * 86400000) AS INTEGER) + other."slot_minutes" * 60000))
BEGIN SELECT RAISE(ABORT, 'overlap: ex_consultation_doctor_time'); END

CREATE TRIGGER ex_consultation_doctor_time_update AFTER UPDATE ON "consultation"
WHEN NEW.state IN ('requested', 'approved', 'in_progress', 'completed') AND NEW.kind = 'appointment' AND (typeof(NEW."starts_at") <> 'text'
  OR julianday(NEW."starts_at") IS NULL OR EXISTS (SELECT 1 FROM "consultation" AS other WHERE other."doctor_id" = NEW."doctor_id"
  AND other.id <> NEW.id AND other.state IN ('requested', 'approved', 'in_progress', 'completed') AND other.kind = 'appointment'
  AND other."starts_at" > date(NEW."starts_at", '-3 days')
  AND other."starts_at" < date(NEW."starts_at", '+4 days')
  AND CAST(round(julianday(other."starts_at") * 86400000) AS INTEGER) < CAST(round(julianday(NEW."starts_at") * 86400000) AS INTEGER) + NEW."slot_minutes" * 60000
  AND CAST(round(julianday(NEW."starts_at") * 86400000) AS INTEGER) < CAST(round(julianday(other."starts_at") * 86400000) AS INTEGER) + other."slot_minutes" * 60000))
BEGIN SELECT RAISE(ABORT, 'overlap: ex_consultation_doctor_time'); END

CREATE TRIGGER ex_consultation_patient_time_insert AFTER INSERT ON "consultation"
WHEN NEW.state IN ('requested', 'approved', 'in_progress', 'completed') AND NEW."held_beside_id" IS NULL AND NEW.kind = 'appointment' AND (typeof(NEW."starts_at") <> 'text'
  OR julianday(NEW."starts_at") IS NULL OR EXISTS (SELECT 1 FROM "consultation" AS other WHERE other."patient_id" = NEW."patient_id"
  AND other.id <> NEW.id AND other.state IN ('requested', 'approved', 'in_progress', 'completed') AND other."held_beside_id" IS NULL AND other.kind = 'appointment'
  AND other."starts_at" > date(NEW."starts_at", '-3 days')
  AND other."starts_at" < date(NEW."starts_at", '+4 days')
  AND CAST(round(julianday(other."starts_at") * 86400000) AS INTEGER) < CAST(round(julianday(NEW."starts_at") * 86400000) AS INTEGER) + NEW."slot_minutes" * 60000
  AND CAST(round(julianday(NEW."starts_at") * 86400000) AS INTEGER) < CAST(round(julianday(other."starts_at") * 86400000) AS INTEGER) + other."slot_minutes" * 60000))
BEGIN SELECT RAISE(ABORT, 'overlap: ex_consultation_patient_time'); END

CREATE TRIGGER ex_consultation_patient_time_update AFTER UPDATE ON "consultation"
WHEN NEW.state IN ('requested', 'approved', 'in_progress', 'completed') AND NEW."held_beside_id" IS NULL AND NEW.kind = 'appointment' AND (typeof(NEW."starts_at") <> 'text'
  OR julianday(NEW."starts_at") IS NULL OR EXISTS (SELECT 1 FROM "consultation" AS other WHERE other."patient_id" = NEW."patient_id"
  AND other.id <> NEW.id AND other.state IN ('requested', 'approved', 'in_progress', 'completed') AND other."held_beside_id" IS NULL AND other.kind = 'appointment'
  AND other."starts_at" > date(NEW."starts_at", '-3 days')
  AND other."starts_at" < date(NEW."starts_at", '+4 days')
  AND CAST(round(julianday(other."starts_at") * 86400000) AS INTEGER) < CAST(round(julianday(NEW."starts_at") * 86400000) AS INTEGER) + NEW."slot_minutes" * 60000
  AND CAST(round(julianday(NEW."starts_at") * 86400000) AS INTEGER) < CAST(round(julianday(other."starts_at") * 86400000) AS INTEGER) + other."slot_minutes" * 60000))
BEGIN SELECT RAISE(ABORT, 'overlap: ex_consultation_patient_time'); END

CREATE TRIGGER ex_supplier_price_days_insert AFTER INSERT ON "supplier_price"
WHEN EXISTS (SELECT 1 FROM "supplier_price" AS other WHERE other."supplier_id" = NEW."supplier_id" AND other."item_id" = NEW."item_id" AND other."unit_id" = NEW."unit_id" AND other."minimum_quantity" = NEW."minimum_quantity" AND other."kind" = NEW."kind"
  AND other.id <> NEW.id
  AND (NEW."valid_to" IS NULL OR other."valid_from" <= NEW."valid_to")
  AND (other."valid_to" IS NULL OR NEW."valid_from" <= other."valid_to"))
BEGIN SELECT RAISE(ABORT, 'overlap: ex_supplier_price_days'); END

CREATE TRIGGER ex_supplier_price_days_update AFTER UPDATE ON "supplier_price"
WHEN EXISTS (SELECT 1 FROM "supplier_price" AS other WHERE other."supplier_id" = NEW."supplier_id" AND other."item_id" = NEW."item_id" AND other."unit_id" = NEW."unit_id" AND other."minimum_quantity" = NEW."minimum_quantity" AND other."kind" = NEW."kind"
  AND other.id <> NEW.id
  AND (NEW."valid_to" IS NULL OR other."valid_from" <= NEW."valid_to")
  AND (other."valid_to" IS NULL OR NEW."valid_from" <= other."valid_to"))
BEGIN SELECT RAISE(ABORT, 'overlap: ex_supplier_price_days'); END
