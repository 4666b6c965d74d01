-- What the engine needs where the log may hold an event twice, and where several pumps share its partitions.

-- Which database this is: pumps that fill the same one are one consumer group.
CREATE TABLE engine.identity (
    engine_id text NOT NULL DEFAULT gen_random_uuid()::text,
    only_one  boolean PRIMARY KEY DEFAULT true CHECK (only_one)
);
INSERT INTO engine.identity DEFAULT VALUES;

-- How many events of a partition did not count, since the log has them a second time.
ALTER TABLE engine.checkpoint ADD COLUMN duplicates bigint NOT NULL DEFAULT 0;

-- The ids of the latest events, so that the next owner of a partition need not read them from the log again.
CREATE TABLE engine.seen_ids (
    log_id       text    NOT NULL,
    partition    integer NOT NULL,
    first_offset bigint  NOT NULL,
    next_offset  bigint  NOT NULL,
    base_offset  bigint  NOT NULL,
    entries      bytea   NOT NULL,
    PRIMARY KEY (log_id, partition, first_offset)
);
ALTER TABLE engine.seen_ids ALTER COLUMN entries SET STORAGE EXTERNAL; -- hashes: there is nothing to compress

-- When a parked record was recorded, in milliseconds since 1970, where a copy of it must keep that; and which log it is of.
ALTER TABLE engine.dead_letter ADD COLUMN recorded_ms bigint;
