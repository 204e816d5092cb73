-- a stamp a table, new with every commit that wrote it: what was read of tables whose stamps are
-- the same would be read the same again
CREATE TABLE versions (name VARCHAR, stamp BIGINT);
