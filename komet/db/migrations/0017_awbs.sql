-- AWBs as Komet lists them: the newest answer for each ship day that a person has asked for.
-- `extra`: what Komet sent that has no column here
CREATE TABLE awbs (
  provider_id VARCHAR, awb VARCHAR, awb_id VARCHAR, origin VARCHAR, ship_date DATE,
  arrival_date DATE, pieces BIGINT, pieces_received BIGINT, location_code VARCHAR, is_open BOOLEAN,
  extra JSON, fetched_at TIMESTAMPTZ
);
CREATE TABLE awb_boxes (
  provider_id VARCHAR, awb VARCHAR, ship_date DATE, position INTEGER, box_code VARCHAR, extra JSON,
  fetched_at TIMESTAMPTZ
);

-- the days that were asked for, also those on which nothing flew
CREATE TABLE awb_days (provider_id VARCHAR, ship_date DATE, method VARCHAR, fetched_at TIMESTAMPTZ);
