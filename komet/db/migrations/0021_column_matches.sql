-- which column of a mapping file is which, as a person has said of such headings for a client
CREATE TABLE column_matches (
  provider_id VARCHAR, kind VARCHAR, headings JSON, columns JSON, saved_by VARCHAR,
  saved_at TIMESTAMPTZ
);
