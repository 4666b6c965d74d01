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
-- recorded_at grows with the offset, so a block range index of a few pages finds an instant.
CREATE INDEX event_recorded_at ON journal.event USING brin (recorded_at) WITH (pages_per_range = 16);

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
    WITH incoming AS MATERIALIZED (
        SELECT i.*, row_number() OVER (PARTITION BY i.id ORDER BY i.ordinal) AS occurrence
          FROM unnest(ids, partitions, subjects, types, times, bodies)
               WITH ORDINALITY AS i (id, part, subject, type, "time", body, ordinal)
    ), held AS MATERIALIZED (
        SELECT i.id, e.partition AS part, e."offset" AS position, e.value AS body
          FROM incoming AS i JOIN journal.event AS e ON e.id = i.id
         WHERE i.occurrence = 1
    ), fresh AS MATERIALIZED (
        SELECT i.id, i.part, i.subject, i.type, i."time", i.body,
               p.next_offset - 1 + row_number() OVER (PARTITION BY i.part ORDER BY i.ordinal) AS position,
               greatest(p.last_recorded_at, date_trunc('milliseconds', clock_timestamp())) AS recorded_at
          FROM incoming AS i JOIN journal.partition AS p ON p.partition = i.part
         WHERE i.occurrence = 1 AND NOT EXISTS (SELECT FROM held AS h WHERE h.id = i.id)
    ), stored AS (
        INSERT INTO journal.event (partition, "offset", recorded_at, "time", id, subject, type, value)
        SELECT f.part, f.position, f.recorded_at, f."time", f.id, f.subject, f.type, f.body
          FROM fresh AS f ORDER BY f.part, f.position
    ), moved AS (
        UPDATE journal.partition AS p
           SET next_offset = latest.position + 1, last_recorded_at = latest.recorded_at
          FROM (SELECT f.part, max(f.position) AS position, max(f.recorded_at) AS recorded_at
                  FROM fresh AS f GROUP BY f.part) AS latest
         WHERE p.partition = latest.part
    )
    SELECT i.ordinal,
           CASE WHEN known.is_fresh AND i.occurrence = 1 THEN 'stored'
                WHEN known.body = i.body THEN 'duplicate'
                ELSE 'conflict' END,
           known.part, known.position
      FROM incoming AS i
      JOIN (SELECT f.id, f.part, f.position, f.body, true AS is_fresh FROM fresh AS f
            UNION ALL
            SELECT h.id, h.part, h.position, h.body, false FROM held AS h) AS known ON known.id = i.id;
END
$$;
