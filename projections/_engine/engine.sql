-- The engine's own tables, and the SQL side of the merges that Postgres does not bring.
CREATE SCHEMA IF NOT EXISTS engine;
CREATE SCHEMA IF NOT EXISTS projection;

-- One row for each table that was ever built. At most one generation of a projection is live.
CREATE TABLE engine.projection (
    table_name  text        PRIMARY KEY,
    name        text        NOT NULL,
    version     integer     NOT NULL,
    generation  integer     NOT NULL,
    fingerprint text        NOT NULL,
    state       text        NOT NULL CHECK (state IN ('building', 'live', 'retired')),
    created_at  timestamptz NOT NULL DEFAULT now(),
    changed_at  timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX projection_live ON engine.projection (name) WHERE state = 'live';

-- How far a table has got in a log. It moves in the transaction that writes the rows, and only for its epoch's owner.
-- From ``signals_from`` on events are news: what lies before is history to this table, or was signalled by the one before.
CREATE TABLE engine.checkpoint (
    table_name  text        NOT NULL REFERENCES engine.projection ON DELETE CASCADE,
    partition   integer     NOT NULL,
    log_id      text        NOT NULL,
    next_offset bigint      NOT NULL,
    signals_from bigint     NOT NULL,
    epoch       bigint      NOT NULL DEFAULT 0,
    recorded_at timestamptz NOT NULL DEFAULT '-infinity',
    updated_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (table_name, partition)
) WITH (fillfactor = 50);

-- Facts on the log that a table could not take; ``missed`` lists the tables that still lack it.
CREATE TABLE engine.dead_letter (
    log_id     text        NOT NULL,
    partition  integer     NOT NULL,
    "offset"   bigint      NOT NULL,
    fault      text        NOT NULL,
    field      text        NOT NULL,
    reason     text        NOT NULL,
    value      bytea       NOT NULL,
    missed     text[]      NOT NULL,
    parked_at  timestamptz NOT NULL DEFAULT now(),
    redriven_at timestamptz,
    PRIMARY KEY (log_id, partition, "offset")
);

-- The outbox: what the reactions hear of. It fills in the transaction that moves the checkpoint.
CREATE TABLE engine.signal (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind       text        NOT NULL,
    subject    text        NOT NULL,
    event_id   text        NOT NULL,
    happened_at timestamptz NOT NULL,
    detail     jsonb       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (event_id, kind, subject)
);

-- Whom an identifier belongs to; an identifier that is not here is a person of its own.
CREATE TABLE projection.person_of (
    identifier text COLLATE "C" PRIMARY KEY,
    person     text COLLATE "C" NOT NULL,
    shared     boolean NOT NULL
);
CREATE INDEX person_of_person ON projection.person_of (person);

CREATE FUNCTION projection.union_merge(one text[], other text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN one @> other THEN one
                ELSE ARRAY(SELECT DISTINCT v COLLATE "C" FROM unnest(one || other) AS u (v) ORDER BY 1) END
$$;
CREATE AGGREGATE projection.union_of (text[]) (SFUNC = projection.union_merge, STYPE = text[], INITCOND = '{}');

CREATE FUNCTION projection.counts_merge(one jsonb, other jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN one = '{}' THEN other WHEN other = '{}' THEN one
                ELSE (SELECT jsonb_object_agg(key, total)
                        FROM (SELECT key, sum(value::bigint) AS total
                                FROM (SELECT * FROM jsonb_each_text(one) UNION ALL SELECT * FROM jsonb_each_text(other)) AS e
                               GROUP BY key) AS totals) END
$$;
CREATE AGGREGATE projection.counts_of (jsonb) (SFUNC = projection.counts_merge, STYPE = jsonb, INITCOND = '{}');

CREATE FUNCTION projection.latest_by_merge(one jsonb, other jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN one = '{}' THEN other WHEN other = '{}' THEN one
                ELSE (SELECT jsonb_object_agg(key, value)
                        FROM (SELECT DISTINCT ON (key) key, value
                                FROM (SELECT * FROM jsonb_each(one) UNION ALL SELECT * FROM jsonb_each(other)) AS e
                               ORDER BY key, (value ->> 0)::bigint DESC, (value ->> 1) COLLATE "C" DESC) AS latest) END
$$;
CREATE AGGREGATE projection.latest_by (jsonb) (SFUNC = projection.latest_by_merge, STYPE = jsonb, INITCOND = '{}');
