-- rows of Komet's lists as they came, for looking at; the newest answer of each list
CREATE TABLE catalog_rows (
  provider_id VARCHAR, kind VARCHAR, position INTEGER, content JSON, fetched_at TIMESTAMPTZ
);
CREATE TABLE catalog_tries (
  provider_id VARCHAR, kind VARCHAR, outcome VARCHAR, tried_at TIMESTAMPTZ
);
