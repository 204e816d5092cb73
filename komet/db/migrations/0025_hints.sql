-- hints that a person has put away, such as the tour of the sample data
CREATE TABLE hints_put_away (person VARCHAR, hint VARCHAR, put_away_at TIMESTAMPTZ);
