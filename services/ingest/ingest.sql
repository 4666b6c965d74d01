-- What the front door keeps: who may send, what became of what could not be accepted, and how far connectors have got.
CREATE SCHEMA ingest;

-- A sender. Its name is the source of the events that are translated for it, and part of their ids.
CREATE TABLE ingest.source (
    name              text        PRIMARY KEY,
    store             text        NOT NULL DEFAULT 'web', -- the store of events that name none
    translation       text        NOT NULL DEFAULT '',    -- the name of a shipped translation, or a YAML document; '' is segment
    plan              text        NOT NULL DEFAULT '',    -- a tracking plan as YAML; '' lets everything through
    secret            text        NOT NULL DEFAULT '',    -- what its webhooks are signed with
    events_per_second integer,                            -- NULL is the default of the door
    created_at        timestamptz NOT NULL DEFAULT now(),
    changed_at        timestamptz NOT NULL DEFAULT now()
);

-- The keys of a source. The key itself is shown once; here is its SHA-256.
CREATE TABLE ingest.key (
    id         text        PRIMARY KEY,
    source     text        NOT NULL REFERENCES ingest.source,
    role       text        NOT NULL CHECK (role IN ('write', 'read', 'admin')),
    digest     bytea       NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    revoked_at timestamptz
);

-- What could not be accepted, with its body as it was sent. The same message again is the same row, seen once more.
CREATE TABLE ingest.verdict (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source      text        NOT NULL,
    protocol    text        NOT NULL, -- how it came: segment, cloudevents, webhook, intake, connect
    origin      text        NOT NULL, -- where it came in: a path, or partition@offset of the intake
    message_id  text        NOT NULL,
    outcome     text        NOT NULL CHECK (outcome IN ('rejected', 'conflict')),
    fault       text        NOT NULL,
    field       text        NOT NULL,
    reason      text        NOT NULL,
    body        bytea       NOT NULL,
    received_at timestamptz NOT NULL, -- first
    seen_at     timestamptz NOT NULL, -- last
    seen        integer     NOT NULL DEFAULT 1,
    settled_at  timestamptz,
    settled     text        NOT NULL DEFAULT '', -- redriven or dismissed, and by what
    events      text[]      NOT NULL DEFAULT '{}', -- the ids on the log that a redrive gave it
    redriven_from jsonb -- where each partition of the log ended before a redrive first appended to it
);
CREATE UNIQUE INDEX verdict_same ON ingest.verdict (source, message_id, md5(body));
CREATE INDEX verdict_open ON ingest.verdict (source, id) WHERE settled_at IS NULL;

-- How many events came, by source, day, type and what became of them. A process adds its counts every second or so.
CREATE TABLE ingest.tally (
    source  text   NOT NULL,
    day     date   NOT NULL,
    type    text   NOT NULL,
    outcome text   NOT NULL,
    events  bigint NOT NULL,
    PRIMARY KEY (source, day, type, outcome)
);

-- Where events did not keep to the tracking plan. ``field`` is '' where the whole type is not planned.
CREATE TABLE ingest.violation (
    source  text        NOT NULL,
    day     date        NOT NULL,
    type    text        NOT NULL,
    field   text        NOT NULL,
    action  text        NOT NULL CHECK (action IN ('blocked', 'flagged')),
    events  bigint      NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (source, day, type, field, action)
);

-- How far a connector has read each part of what it follows.
CREATE TABLE ingest.position (
    connector text        NOT NULL,
    part      text        NOT NULL,
    position  jsonb       NOT NULL,
    moved_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (connector, part)
);
