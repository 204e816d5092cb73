-- which columns of orders a person looks at, in which order, and how wide
CREATE TABLE column_choices (
  person VARCHAR, columns VARCHAR[], widths JSON, updated_at TIMESTAMPTZ
);
