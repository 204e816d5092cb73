-- What the screens read beside the order items of `bench/orders.py`, made from them: POs, lines,
-- breakdowns, boxes, day slices, a year of runs, and what those of the last 60 days have changed.

UPDATE providers SET system = 'Bench', days_back = 3, days_ahead = 21;

INSERT INTO box_types BY NAME
SELECT p.id AS provider_id, code, fbe FROM providers p,
  (VALUES ('FB', 1), ('HB', 0.5), ('QB', 0.25), ('EB', 0.125)) t(code, fbe);

INSERT INTO runs BY NAME
SELECT 'run-' || n AS id, 'refresh' AS source, 'bench' AS who,
  $today::DATE - n::INTEGER - 3 AS date_from, $today::DATE - n::INTEGER + 21 AS date_to,
  'done' AS state, 4 AS workers, $today::TIMESTAMPTZ - to_days(n::INTEGER) AS created_at,
  created_at AS started_at, created_at + INTERVAL 2 MINUTE AS finished_at,
  finished_at AS heartbeat_at, 1 AS process_id, 'bench' AS host, false AS cancel_requested,
  366 - n AS commit_no, 365 - n AS started_commit
FROM range(365) t(n);

INSERT INTO run_slices BY NAME
SELECT r.id AS run_id, p.id AS provider_id, r.date_from + d::INTEGER AS slice_date,
  'done' AS state, d AS position, 28 AS orders, 140 AS lines, 1 AS new_orders,
  2 AS changed_orders, 0 AS moved_orders, 0 AS gone_orders, 0 AS back_orders, 0 AS problems,
  240 AS milliseconds, r.started_at, r.finished_at, 0 AS first_orders
FROM runs r, providers p, range(25) t(d);

UPDATE commit_counter SET commits = 366;

INSERT INTO purchase_orders BY NAME
SELECT provider_id, po_id, any_value(slice_date) AS slice_date, any_value(po_number) AS number,
  any_value(origin) AS origin, any_value(vendor_name) AS vendor_name,
  any_value(location_name) AS location_name, any_value(ship_date) AS ship_date,
  any_value(po_status) AS status, sum(boxes) FILTER (item_no < 2) AS total_boxes,
  sum(total_cost) FILTER (item_no < 2) AS total_cost, 'Please pack wet' AS comments,
  '{"salesPerson": "Ana", "warehouse": "MIA 1"}' AS extra, md5(po_id) AS content_hash,
  any_value(first_seen_at) AS fetched_at, any_value(first_seen_at) AS first_seen_at,
  any_value(changed_at) AS changed_at, 0 AS asked_commit, '' AS asked_by, 0 AS asked_turn
FROM order_items GROUP BY provider_id, po_id ORDER BY any_value(slice_date), po_id::INTEGER;

INSERT INTO po_lines BY NAME
SELECT provider_id, po_id, po_item_id, slice_date, po_item_id::INTEGER % 5 AS position, po_number,
  origin, vendor_name, location_name, ship_date, po_status, product_id,
  product AS product_description, box_type, boxes AS total_boxes, bunches, stems_bunch, unit_type,
  total_units, unit_cost, total_cost, quantity_confirmed, line_status AS line_item_status,
  order_type, prebook, truck_date AS prebook_truck_date, customer_name, carrier_name, mark_code,
  '{"awb": null}' AS extra, first_seen_at AS fetched_at, first_seen_at, changed_at
FROM order_items WHERE item_no < 2;

INSERT INTO po_breakdowns BY NAME
SELECT provider_id, po_id, po_item_id, slice_date, item_no AS position, product_id,
  product AS product_description, bunches, stems_bunch, unit_cost AS cost
FROM order_items WHERE mixed;

INSERT INTO po_boxes BY NAME
SELECT provider_id, po_id, po_item_id, slice_date,
  'BX' || po_item_id || '-' || unnest(range(1, boxes::INTEGER + 1)) AS box_code, 'L1' AS lot_number,
  '1' AS position, 'S' AS status_id, 'Shipped' AS status_name
FROM order_items WHERE item_no < 2 AND hash(po_id) % 5 = 0;

INSERT INTO day_slices BY NAME
SELECT provider_id, slice_date, $today::TIMESTAMPTZ AS fetched_at, 'run-0' AS run_id,
  count(DISTINCT po_id) AS orders, count(DISTINCT po_item_id) AS lines, 'komet' AS source,
  0 AS asked_commit, '' AS asked_by, 0 AS asked_turn
FROM order_items GROUP BY ALL;

-- every PO was new once, when its day was downloaded for the first time
INSERT INTO po_changes BY NAME
SELECT 'run-364' AS run_id, provider_id, slice_date, po_id, number AS po_number, 'new' AS kind,
  $today::TIMESTAMPTZ - INTERVAL 1 YEAR AS seen_at, 1 AS commit_no, true AS first_download
FROM purchase_orders;

-- of the lines that are near, each run has found some changed
CREATE TEMP TABLE touched AS
SELECT r.id AS run_id, i.*, 366 - n AS commit_no, r.started_at AS seen_at, hash(po_item_id, n) AS h
FROM range(60) t(n) JOIN runs r ON r.id = 'run-' || n
JOIN order_items i ON i.slice_date BETWEEN r.date_from AND r.date_to
WHERE i.item_no < 2 AND hash(i.po_item_id, n) % 50 = 0;

INSERT INTO po_changes BY NAME
SELECT run_id, provider_id, slice_date, po_id, po_number,
  CASE WHEN h % 4 > 0 THEN po_item_id END AS po_item_id,
  CASE WHEN h % 4 > 0 THEN 'changed' ELSE 'moved' END AS kind,
  CASE WHEN h % 4 > 0 THEN 'total_boxes' ELSE 'ship_date' END AS field,
  CASE WHEN h % 4 > 0 THEN (boxes + 1)::VARCHAR ELSE (ship_date - 1)::VARCHAR END AS before,
  CASE WHEN h % 4 > 0 THEN boxes::VARCHAR ELSE ship_date::VARCHAR END AS after, seen_at, commit_no,
  false AS first_download
FROM touched;

INSERT INTO po_differences BY NAME
SELECT run_id, provider_id, slice_date, po_id, po_item_id, product, customer_name, -1 AS boxes,
  -300 AS stems, -93 AS total_cost, seen_at, commit_no, false AS first_download
FROM touched WHERE h % 4 > 0;

DROP TABLE touched;

INSERT INTO data_problems BY NAME
SELECT provider_id, slice_date, po_id, 'total_cost' AS field, 'n/a' AS value, fetched_at AS seen_at
FROM purchase_orders WHERE hash(po_id) % 500 = 0;
