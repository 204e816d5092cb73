-- every write to Komet is a row before it is a request, and what became of it afterwards. `target`:
-- what it writes to (a PO item ID, a box code, a PO number); `content`: what is to be there
-- afterwards; `found`: what was stored of the target when it was planned
CREATE TABLE outbox (
  id VARCHAR, batch_id VARCHAR, position BIGINT, provider_id VARCHAR, token_id VARCHAR,
  kind VARCHAR, target VARCHAR, po_id VARCHAR, po_number VARCHAR, po_item_id VARCHAR,
  ship_date DATE, file_row BIGINT, content JSON, found JSON, digest VARCHAR, state VARCHAR,
  planned_at TIMESTAMPTZ, planned_by VARCHAR, request_id VARCHAR, process VARCHAR,
  sending_at TIMESTAMPTZ, settled_at TIMESTAMPTZ, settled_by VARCHAR, outcome_code VARCHAR,
  outcome_data JSON, answer JSON, resent_as VARCHAR
);

-- what one press of Send has planned
CREATE TABLE outbox_batches (id VARCHAR, name VARCHAR, created_at TIMESTAMPTZ, created_by VARCHAR);

-- files that go with a write, such as a vendor's invoice; by their SHA-256
CREATE TABLE outbox_files (digest VARCHAR, name VARCHAR, size BIGINT, content BLOB);

-- box codes given to a line before it is shipped
CREATE TABLE packed_boxes (
  provider_id VARCHAR, po_item_id VARCHAR, box_code VARCHAR, position INTEGER, lot_number VARCHAR,
  packed_at TIMESTAMPTZ, packed_by VARCHAR
);

-- how box codes of a client are made: the prefix, then the next number, filled up with zeros
CREATE TABLE box_code_patterns (
  provider_id VARCHAR, prefix VARCHAR, next_number BIGINT, length INTEGER, updated_at TIMESTAMPTZ,
  updated_by VARCHAR
);
