-- what each day of a provider comes to, of what Komet still shows: kept by the transaction that
-- writes order items, so that no sum of everything reads them all
CREATE TABLE day_orders (
  provider_id VARCHAR, slice_date DATE, ship_date DATE, purchase_orders BIGINT
);

CREATE TABLE day_sums (
  provider_id VARCHAR, slice_date DATE, ship_date DATE, box_type VARCHAR, items BIGINT,
  lines BIGINT, boxes DECIMAL(38, 4), stems DECIMAL(38, 4), total_cost DECIMAL(38, 6),
  stem_units DECIMAL(38, 4), bunch_units DECIMAL(38, 4), quantity_confirmed DECIMAL(38, 4)
);

INSERT INTO day_orders
  SELECT provider_id, slice_date, ship_date, count(DISTINCT po_id) FROM order_items
  WHERE gone_at IS NULL GROUP BY ALL;

INSERT INTO day_sums BY NAME
  SELECT provider_id, slice_date, ship_date, box_type, count(*) AS items,
    count(*) FILTER (item_no <= 1) AS lines, sum(boxes) FILTER (item_no <= 1) AS boxes,
    sum(stems) AS stems, sum(total_cost) FILTER (item_no <= 1) AS total_cost,
    sum(total_units) FILTER (starts_with(lower(unit_type), 'stem')) AS stem_units,
    sum(total_units) FILTER (starts_with(lower(unit_type), 'bunch')) AS bunch_units,
    sum(quantity_confirmed) FILTER (item_no <= 1) AS quantity_confirmed
  FROM order_items WHERE gone_at IS NULL GROUP BY ALL;
