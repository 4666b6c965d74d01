CREATE SCHEMA house;

-- The clock of a house that lives in its own time, such as the demo: how far it is ahead of the real one, below zero
-- for the past. No row is the real time.
CREATE TABLE house.clock (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    ahead interval NOT NULL
);
