CREATE TABLE label_templates (
  id VARCHAR, name VARCHAR, definition JSON, updated_at TIMESTAMPTZ, updated_by VARCHAR
);

-- one row a box code whose label was printed; `sscc` is the number that its box keeps
CREATE TABLE printed_labels (
  provider_id VARCHAR, box_code VARCHAR, sscc VARCHAR, times INTEGER,
  first_printed_at TIMESTAMPTZ, last_printed_at TIMESTAMPTZ, last_printed_by VARCHAR
);
