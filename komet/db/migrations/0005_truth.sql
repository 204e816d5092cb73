-- The order of events does not come from clocks: every commit of a download takes a number, and a
-- request remembers the newest number that its process knew when it was sent.
CREATE TABLE commit_counter (commits BIGINT);
INSERT INTO commit_counter SELECT count(*) FROM runs;

ALTER TABLE runs ADD COLUMN commit_no BIGINT;
ALTER TABLE runs ADD COLUMN started_commit BIGINT;
UPDATE runs SET commit_no = o.n, started_commit = CASE WHEN started_at IS NOT NULL THEN o.n - 1 END
  FROM (SELECT id, row_number() OVER (ORDER BY created_at, id) AS n FROM runs) o
  WHERE o.id = runs.id;

ALTER TABLE day_slices ADD COLUMN asked_commit BIGINT;
ALTER TABLE day_slices ADD COLUMN asked_by VARCHAR;
ALTER TABLE day_slices ADD COLUMN asked_turn BIGINT;
UPDATE day_slices SET asked_commit = 0, asked_by = '', asked_turn = 0;

ALTER TABLE purchase_orders ADD COLUMN asked_commit BIGINT;
ALTER TABLE purchase_orders ADD COLUMN asked_by VARCHAR;
ALTER TABLE purchase_orders ADD COLUMN asked_turn BIGINT;
UPDATE purchase_orders SET asked_commit = 0, asked_by = '', asked_turn = 0;

-- `first_download`: nobody had asked for that day before, so what is new to us is no new order
ALTER TABLE po_changes ADD COLUMN commit_no BIGINT;
ALTER TABLE po_changes ADD COLUMN first_download BOOLEAN;
UPDATE po_changes SET first_download = false, commit_no = coalesce(
  (SELECT any_value(r.commit_no) FROM runs r WHERE r.id = po_changes.run_id), 0);

ALTER TABLE po_differences ADD COLUMN commit_no BIGINT;
ALTER TABLE po_differences ADD COLUMN first_download BOOLEAN;
UPDATE po_differences SET first_download = false, commit_no = coalesce(
  (SELECT any_value(r.commit_no) FROM runs r WHERE r.id = po_differences.run_id), 0);

ALTER TABLE run_slices ADD COLUMN first_orders INTEGER;
-- PO numbers that an Excel file had said, and whose place Komet's own answer took
ALTER TABLE run_slices ADD COLUMN replaced VARCHAR[];
