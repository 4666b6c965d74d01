-- The journal's schema. Offsets are gapless because the counter's row stays locked until the writer commits.
CREATE SCHEMA journal;

CREATE TABLE journal.identity (
    log_id     text    NOT NULL,
    partitions integer NOT NULL CHECK (partitions > 0),
    only_one   boolean PRIMARY KEY DEFAULT true CHECK (only_one)
);

CREATE TABLE journal.partition (
    partition        integer     PRIMARY KEY,
    next_offset      bigint      NOT NULL DEFAULT 0,
    last_recorded_at timestamptz NOT NULL DEFAULT '-infinity'
) WITH (fillfactor = 50);

CREATE TABLE journal.event (
    partition   integer     NOT NULL,
    "offset"    bigint      NOT NULL,
    recorded_at timestamptz NOT NULL,
    "time"      timestamptz NOT NULL,
    id          text        COLLATE "C" NOT NULL,
    subject     text        COLLATE "C" NOT NULL,
    type        text        COLLATE "C" NOT NULL,
    value       bytea       NOT NULL,
    PRIMARY KEY (partition, "offset")
);
CREATE UNIQUE INDEX event_id ON journal.event (id);
CREATE INDEX event_subject ON journal.event (subject, "offset");
-- The newest events of a type: what is behind a figure.
CREATE INDEX event_type ON journal.event (type, "time");
-- recorded_at has no index: it grows with the offset, so that an instant is found by halves.

-- Appends a batch; outcome is stored, duplicate (the same id and bytes are held) or conflict (the id has other bytes).
CREATE FUNCTION journal.append(
    ids text[], partitions integer[], subjects text[], types text[], times timestamptz[], bodies bytea[]
) RETURNS TABLE (ordinal bigint, outcome text, at_partition integer, at_offset bigint)
LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
BEGIN
    PERFORM 1 FROM journal.partition AS p
      WHERE p.partition = ANY (partitions) ORDER BY p.partition FOR UPDATE;
    RETURN QUERY
    WITH incoming AS (
        SELECT i.id, i.part, i.subject, i.type, i."time", i.body, i.ordinal,
               e.partition AS held_part, e."offset" AS held_position, e.value AS held_body,
               e.id IS NULL AND i.ordinal = min(i.ordinal) OVER (PARTITION BY i.id) AS is_fresh
          FROM unnest(ids, partitions, subjects, types, times, bodies)
               WITH ORDINALITY AS i (id, part, subject, type, "time", body, ordinal)
          LEFT JOIN journal.event AS e ON e.id = i.id
    ), placed AS MATERIALIZED (
        SELECT i.*,
               p.next_offset - 1 + row_number() OVER (PARTITION BY i.part, i.is_fresh ORDER BY i.ordinal) AS position,
               greatest(p.last_recorded_at, date_trunc('milliseconds', clock_timestamp())) AS recorded_at
          FROM incoming AS i JOIN journal.partition AS p ON p.partition = i.part
    ), stored AS (
        INSERT INTO journal.event (partition, "offset", recorded_at, "time", id, subject, type, value)
        SELECT f.part, f.position, f.recorded_at, f."time", f.id, f.subject, f.type, f.body
          FROM placed AS f WHERE f.is_fresh ORDER BY f.part, f.position
    ), moved AS (
        UPDATE journal.partition AS p
           SET next_offset = latest.position + 1, last_recorded_at = latest.recorded_at
          FROM (SELECT f.part, max(f.position) AS position, max(f.recorded_at) AS recorded_at
                  FROM placed AS f WHERE f.is_fresh GROUP BY f.part) AS latest
         WHERE p.partition = latest.part
    )
    -- What is not fresh is held, or stands in this batch before: the first one of its id tells where, and with what.
    SELECT f.ordinal,
           CASE WHEN f.is_fresh THEN 'stored'
                WHEN coalesce(f.held_body, first_value(f.body) OVER w) = f.body THEN 'duplicate'
                ELSE 'conflict' END,
           coalesce(f.held_part, first_value(f.part) OVER w),
           coalesce(f.held_position, first_value(f.position) OVER w)
      FROM placed AS f WINDOW w AS (PARTITION BY f.id ORDER BY f.ordinal);
END
$$;
