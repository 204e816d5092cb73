-- of the newest whole answer, where all of it stands as that answer said; null: read it again
ALTER TABLE day_slices ADD COLUMN digest VARCHAR;
