-- what the last check of a client provider found; a failure is a code and its data
CREATE TABLE provider_checks (
  provider_id VARCHAR, checked_at TIMESTAMPTZ, outcome VARCHAR, orders BIGINT,
  message_code VARCHAR, message_data JSON
);
