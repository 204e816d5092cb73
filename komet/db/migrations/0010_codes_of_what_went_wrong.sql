-- what is stored of a failure is a code and its data; the sentence is made for whoever reads it.
-- `message`, `reason` and `last_outcome` hold the sentences of rows from before
ALTER TABLE runs ADD COLUMN message_code VARCHAR;
ALTER TABLE runs ADD COLUMN message_data JSON;
ALTER TABLE run_slices ADD COLUMN reason_code VARCHAR;
ALTER TABLE run_slices ADD COLUMN reason_data JSON;
ALTER TABLE schedules ADD COLUMN outcome_code VARCHAR;
ALTER TABLE schedules ADD COLUMN outcome_data JSON;
