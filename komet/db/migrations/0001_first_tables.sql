CREATE TABLE tokens (
  id VARCHAR, label VARCHAR, kind VARCHAR, owner VARCHAR, users INTEGER, base_url VARCHAR,
  secret_ciphertext VARCHAR, last_four VARCHAR, created_at TIMESTAMPTZ, updated_at TIMESTAMPTZ,
  retired_at TIMESTAMPTZ, checked_at TIMESTAMPTZ, check_result JSON
);

CREATE TABLE providers (
  id VARCHAR, name VARCHAR, system VARCHAR, token_id VARCHAR, location_id VARCHAR,
  location_name VARCHAR, komet_group VARCHAR, company_id VARCHAR, base_url VARCHAR, active BOOLEAN,
  created_at TIMESTAMPTZ, updated_at TIMESTAMPTZ
);

CREATE TABLE skus (sku VARCHAR, description VARCHAR, updated_at TIMESTAMPTZ);

CREATE TABLE komet_products (
  provider_id VARCHAR, product_id VARCHAR, description VARCHAR, legacy_code VARCHAR,
  category VARCHAR, variety VARCHAR, color VARCHAR, grade VARCHAR, active BOOLEAN,
  source VARCHAR, updated_at TIMESTAMPTZ, extra JSON
);

CREATE TABLE box_types (
  provider_id VARCHAR, code VARCHAR, fbe DECIMAL(18, 4), fbe_edited DECIMAL(18, 4),
  updated_at TIMESTAMPTZ, extra JSON
);

CREATE TABLE mappings (
  provider_id VARCHAR, kind VARCHAR, komet_id VARCHAR, code VARCHAR, source VARCHAR,
  import_id VARCHAR, updated_at TIMESTAMPTZ
);

CREATE TABLE mapping_imports (
  id VARCHAR, file_name VARCHAR, source VARCHAR, new_rows INTEGER, changed_rows INTEGER,
  applied_at TIMESTAMPTZ, undone_at TIMESTAMPTZ
);

CREATE TABLE mapping_changes (
  import_id VARCHAR, provider_id VARCHAR, kind VARCHAR, komet_id VARCHAR, before VARCHAR,
  after VARCHAR, sku_description_before VARCHAR, sku_description_after VARCHAR, source VARCHAR,
  changed_at TIMESTAMPTZ
);

CREATE TABLE runs (
  id VARCHAR, source VARCHAR, date_from DATE, date_to DATE, state VARCHAR, message VARCHAR,
  workers INTEGER, created_at TIMESTAMPTZ, started_at TIMESTAMPTZ, finished_at TIMESTAMPTZ,
  heartbeat_at TIMESTAMPTZ, process_id INTEGER, host VARCHAR, cancel_requested BOOLEAN
);

CREATE TABLE run_slices (
  run_id VARCHAR, provider_id VARCHAR, slice_date DATE, state VARCHAR, reason VARCHAR,
  position INTEGER, orders INTEGER, lines INTEGER, new_orders INTEGER, changed_orders INTEGER,
  moved_orders INTEGER, gone_orders INTEGER, back_orders INTEGER, problems INTEGER,
  milliseconds INTEGER, started_at TIMESTAMPTZ, finished_at TIMESTAMPTZ
);

-- the newest complete answer of each slice
CREATE TABLE day_slices (
  provider_id VARCHAR, slice_date DATE, fetched_at TIMESTAMPTZ, run_id VARCHAR, orders INTEGER,
  lines INTEGER
);

CREATE TABLE purchase_orders (
  provider_id VARCHAR, po_id VARCHAR, slice_date DATE, number VARCHAR, origin VARCHAR,
  vendor_id VARCHAR, vendor_name VARCHAR, location_id VARCHAR, location_name VARCHAR,
  ship_date DATE, status VARCHAR, total_boxes DECIMAL(18, 4), total_cost DECIMAL(18, 6),
  comments VARCHAR, created_on TIMESTAMPTZ, updated_on TIMESTAMPTZ, extra JSON,
  content_hash VARCHAR, fetched_at TIMESTAMPTZ, first_seen_at TIMESTAMPTZ,
  changed_at TIMESTAMPTZ, gone_at TIMESTAMPTZ
);

CREATE TABLE po_lines (
  provider_id VARCHAR, po_id VARCHAR, po_item_id VARCHAR, slice_date DATE, position INTEGER,
  po_number VARCHAR, origin VARCHAR, vendor_id VARCHAR, vendor_name VARCHAR, location_id VARCHAR,
  location_name VARCHAR, ship_date DATE, po_status VARCHAR,
  prebook_item_id VARCHAR, product_id VARCHAR, product_description VARCHAR, box_type VARCHAR,
  total_boxes DECIMAL(18, 4), bunches DECIMAL(18, 4), stems_bunch DECIMAL(18, 4),
  units DECIMAL(18, 4), unit_type VARCHAR, total_units DECIMAL(18, 4), unit_cost DECIMAL(18, 6),
  total_cost DECIMAL(18, 6), quantity_confirmed DECIMAL(18, 4), line_item_status VARCHAR,
  order_type VARCHAR, standing_order VARCHAR, prebook VARCHAR, prebook_truck_date DATE,
  customer_id VARCHAR, customer_name VARCHAR, carrier_id VARCHAR, carrier_name VARCHAR,
  mark_code VARCHAR, reference_number VARCHAR, notes VARCHAR, custom_field1 VARCHAR,
  custom_fields JSON, extra JSON, fetched_at TIMESTAMPTZ, first_seen_at TIMESTAMPTZ,
  changed_at TIMESTAMPTZ, gone_at TIMESTAMPTZ
);

CREATE TABLE po_breakdowns (
  provider_id VARCHAR, po_id VARCHAR, po_item_id VARCHAR, slice_date DATE, position INTEGER,
  product_id VARCHAR, product_description VARCHAR, bunches DECIMAL(18, 4),
  stems_bunch DECIMAL(18, 4), cost DECIMAL(18, 6), extra JSON
);

CREATE TABLE po_boxes (
  provider_id VARCHAR, po_id VARCHAR, po_item_id VARCHAR, slice_date DATE, box_code VARCHAR,
  lot_number VARCHAR, position VARCHAR, status_id VARCHAR, status_name VARCHAR, extra JSON
);

-- derived from the four tables above in the transaction that writes them: one row a solid line,
-- one row a breakdown of a mixed line; every filter and every sum reads this table alone
CREATE TABLE order_items (
  provider_id VARCHAR, po_id VARCHAR, po_item_id VARCHAR, item_no INTEGER, mixed BOOLEAN,
  slice_date DATE, ship_date DATE, po_number VARCHAR, po_status VARCHAR, line_status VARCHAR,
  vendor_name VARCHAR, customer_name VARCHAR, location_name VARCHAR, origin VARCHAR,
  carrier_name VARCHAR, mark_code VARCHAR, product_id VARCHAR, product VARCHAR,
  product_folded VARCHAR, box_type VARCHAR, boxes DECIMAL(18, 4), bunches DECIMAL(18, 4),
  stems_bunch DECIMAL(18, 4), unit_type VARCHAR, total_units DECIMAL(18, 4),
  stems DECIMAL(18, 4), unit_cost DECIMAL(18, 6), total_cost DECIMAL(18, 6),
  quantity_confirmed DECIMAL(18, 4), order_type VARCHAR, prebook VARCHAR, truck_date DATE,
  reference VARCHAR, notes VARCHAR, first_seen_at TIMESTAMPTZ, changed_at TIMESTAMPTZ,
  gone_at TIMESTAMPTZ
);

CREATE TABLE po_changes (
  run_id VARCHAR, provider_id VARCHAR, slice_date DATE, po_id VARCHAR, po_number VARCHAR,
  po_item_id VARCHAR, kind VARCHAR, field VARCHAR, before VARCHAR, after VARCHAR, seen_at TIMESTAMPTZ
);

CREATE TABLE data_problems (
  provider_id VARCHAR, slice_date DATE, po_id VARCHAR, po_item_id VARCHAR, field VARCHAR,
  value VARCHAR, seen_at TIMESTAMPTZ
);

CREATE TABLE api_calls (
  called_at TIMESTAMPTZ, token_id VARCHAR, provider_id VARCHAR, method VARCHAR, day DATE,
  attempt INTEGER, http_status INTEGER, outcome VARCHAR, milliseconds INTEGER, bytes INTEGER
);

CREATE TABLE audit (
  happened_at TIMESTAMPTZ, who VARCHAR, what VARCHAR, subject VARCHAR, detail JSON
);

CREATE TABLE catalogs (
  provider_id VARCHAR, method VARCHAR, outcome VARCHAR, tried_at TIMESTAMPTZ
);
