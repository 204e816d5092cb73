-- the window that a refresh downloads, in days round today
ALTER TABLE providers ADD COLUMN days_back INTEGER;
ALTER TABLE providers ADD COLUMN days_ahead INTEGER;
UPDATE providers SET days_back = 3, days_ahead = 21;

ALTER TABLE runs ADD COLUMN who VARCHAR;
ALTER TABLE mapping_imports ADD COLUMN who VARCHAR;
-- what one import did to one mapping; `who` and the file are the import's
ALTER TABLE mapping_changes ADD COLUMN undone BOOLEAN;

-- `komet` or `file`: an Excel file that a Komet user exported stands in until Komet answers
ALTER TABLE day_slices ADD COLUMN source VARCHAR;
UPDATE day_slices SET source = 'komet';

ALTER TABLE order_items ADD COLUMN customer_id VARCHAR;
ALTER TABLE order_items ADD COLUMN carrier_id VARCHAR;
ALTER TABLE order_items ADD COLUMN location_id VARCHAR;
-- a PO whose ship date cannot be read ships on the day that it was asked for by
UPDATE order_items SET ship_date = slice_date WHERE ship_date IS NULL;
UPDATE order_items i SET customer_id = l.customer_id, carrier_id = l.carrier_id,
  location_id = l.location_id FROM po_lines l
  WHERE l.provider_id = i.provider_id AND l.po_id = i.po_id AND l.po_item_id = i.po_item_id;

-- by how much a slice's answer changed the boxes, stems and cost of each line
CREATE TABLE po_differences (
  run_id VARCHAR, provider_id VARCHAR, slice_date DATE, po_id VARCHAR, po_item_id VARCHAR,
  product VARCHAR, customer_name VARCHAR, boxes DECIMAL(18, 4), stems DECIMAL(18, 4),
  total_cost DECIMAL(18, 6), seen_at TIMESTAMPTZ
);

CREATE TABLE schedules (
  id VARCHAR, name VARCHAR, provider_ids VARCHAR[], times VARCHAR[], time_zone VARCHAR,
  active BOOLEAN, last_started_at TIMESTAMPTZ, last_run_id VARCHAR, last_outcome VARCHAR,
  created_at TIMESTAMPTZ, updated_at TIMESTAMPTZ, updated_by VARCHAR
);

CREATE TABLE saved_views (
  id VARCHAR, name VARCHAR, owner VARCHAR, shared BOOLEAN, query JSON, columns VARCHAR[],
  sort VARCHAR, created_at TIMESTAMPTZ, updated_at TIMESTAMPTZ
);

CREATE TABLE export_templates (
  id VARCHAR, name VARCHAR, definition JSON, updated_at TIMESTAMPTZ, updated_by VARCHAR
);
