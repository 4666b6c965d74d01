-- The pasts that were made of the log, each in a schema of its own: which log, and how far it has been read for it.
CREATE TABLE engine.past (
    schema_name  text        PRIMARY KEY,
    log_id       text        NOT NULL,
    next_offsets bigint[]    NOT NULL, -- by partition
    used_at      timestamptz NOT NULL DEFAULT now()
);
