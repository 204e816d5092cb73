-- calls made by hand; one with a name is a snippet that is kept
CREATE TABLE method_calls (
  id VARCHAR, called_at TIMESTAMPTZ, who VARCHAR, provider_id VARCHAR, method VARCHAR, params JSON,
  outcome VARCHAR, http_status INTEGER, milliseconds INTEGER, answer_rows INTEGER, name VARCHAR
);
