-- the sums of each day tell apart what was cancelled: it is left out everywhere unless asked for
DROP TABLE day_orders;
DROP TABLE day_sums;

CREATE TABLE day_orders (
  provider_id VARCHAR, slice_date DATE, ship_date DATE, purchase_orders BIGINT,
  standing_orders BIGINT, cancelled_orders BIGINT
);

-- to sum a packed column of this width takes DuckDB twenty times as long
CREATE TABLE day_sums (
  provider_id VARCHAR, slice_date DATE, ship_date DATE, cancelled BOOLEAN, box_type VARCHAR,
  items BIGINT, lines BIGINT,
  boxes DECIMAL(38, 4) USING COMPRESSION uncompressed,
  stems DECIMAL(38, 4) USING COMPRESSION uncompressed,
  total_cost DECIMAL(38, 6) USING COMPRESSION uncompressed,
  stem_units DECIMAL(38, 4) USING COMPRESSION uncompressed,
  bunch_units DECIMAL(38, 4) USING COMPRESSION uncompressed,
  quantity_confirmed DECIMAL(38, 4) USING COMPRESSION uncompressed
);

CREATE TEMP TABLE shown_items AS
  SELECT *, list_contains(['CA', 'CANCELLED'], upper(coalesce(po_status, '')))
    OR list_contains(['CA', 'CANCELLED'], upper(coalesce(line_status, ''))) AS cancelled
  FROM order_items WHERE gone_at IS NULL;

INSERT INTO day_orders
  SELECT provider_id, slice_date, ship_date, count(DISTINCT po_id),
    count(DISTINCT po_id) FILTER (NOT cancelled), count(DISTINCT po_id) FILTER (cancelled)
  FROM shown_items GROUP BY ALL;

INSERT INTO day_sums BY NAME
  SELECT provider_id, slice_date, ship_date, cancelled, box_type, count(*) AS items,
    count(*) FILTER (item_no <= 1) AS lines, sum(boxes) FILTER (item_no <= 1) AS boxes,
    sum(stems) AS stems, sum(total_cost) FILTER (item_no <= 1) AS total_cost,
    sum(total_units) FILTER (starts_with(lower(unit_type), 'stem')) AS stem_units,
    sum(total_units) FILTER (starts_with(lower(unit_type), 'bunch')) AS bunch_units,
    sum(quantity_confirmed) FILTER (item_no <= 1) AS quantity_confirmed
  FROM shown_items GROUP BY ALL;

DROP TABLE shown_items;

-- views from before showed what was cancelled, unless they said that they do not
UPDATE saved_views SET query = json_merge_patch(query, '{"cancelled": ["show"]}')
  WHERE NOT json_exists(query, '$.standing');
UPDATE saved_views SET query = json_merge_patch(query, '{"standing": null}')
  WHERE json_exists(query, '$.standing');
