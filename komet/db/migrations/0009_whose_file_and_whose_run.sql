-- what the file is, and which columns it had when this program last changed them
CREATE TABLE store_identity (id VARCHAR, created_at TIMESTAMPTZ, columns JSON);

INSERT INTO store_identity (id, created_at) VALUES (uuid()::VARCHAR, current_timestamp);

-- which process has a run: process IDs repeat
ALTER TABLE runs ADD COLUMN process VARCHAR;
