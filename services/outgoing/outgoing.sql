-- What leaves the house: who asked for webhooks, by which channels people are written to, and every delivery.
CREATE SCHEMA outgoing;

-- Who asked for which types: a whole type, its beginning as in 'promise.*', or '*' for all. Secrets sign what is sent,
-- so they are kept as they are; the one before is good for a while after it was replaced. One that is ``inside`` may lie
-- at an address of our own network. ``failures`` counts those in a row.
CREATE TABLE outgoing.endpoint (
    name            text        COLLATE "C" PRIMARY KEY,
    url             text        NOT NULL,
    types           text[]      NOT NULL,
    secret          text        NOT NULL,
    old_secret      text        NOT NULL DEFAULT '',
    old_good_until  timestamptz,
    inside          boolean     NOT NULL DEFAULT false,
    created_at      timestamptz NOT NULL,
    disabled_at     timestamptz,
    disabled_why    text        NOT NULL DEFAULT '',
    failures        integer     NOT NULL DEFAULT 0,
    last_error      text        NOT NULL DEFAULT '',
    last_sent_at    timestamptz
);

-- By which way messages reach people: an Apprise URL, which holds passwords. ``kind`` is the channel as consents name it.
CREATE TABLE outgoing.channel (
    name       text        COLLATE "C" PRIMARY KEY,
    kind       text        NOT NULL,
    audience   text        NOT NULL CHECK (audience IN ('staff', 'customer')),
    url        text        NOT NULL,
    created_at timestamptz NOT NULL
);

-- One row for each thing to send and each target; ``key`` makes it count once. ``target`` is 'webhook:NAME' or
-- 'channel:NAME', and 'channel:' where there is none; ``channel`` is 'webhook', or the channel's kind. ``message_id`` is
-- the same at each try, and at every endpoint. While it is being sent, next_try_at is when another tries if this sender
-- is cut off. ``counted_at`` is from when a message to a customer counts against what is too often.
CREATE TABLE outgoing.delivery (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key         text        COLLATE "C" NOT NULL UNIQUE,
    target      text        COLLATE "C" NOT NULL,
    channel     text        NOT NULL,
    message_id  text        NOT NULL,
    what        text        NOT NULL,
    recipient   text        COLLATE "C" NOT NULL,
    title       text        NOT NULL,
    payload     text        NOT NULL,
    made_at     timestamptz NOT NULL,
    state       text        NOT NULL CHECK (state IN ('waiting', 'sent', 'held', 'dead')),
    tries       integer     NOT NULL DEFAULT 0,
    next_try_at timestamptz NOT NULL,
    counted_at  timestamptz,
    sent_at     timestamptz,
    code        text        NOT NULL DEFAULT '',
    words       text        NOT NULL DEFAULT '',
    last_error  text        NOT NULL DEFAULT ''
);
CREATE INDEX delivery_due ON outgoing.delivery (target, next_try_at, id) WHERE state = 'waiting';
CREATE INDEX delivery_state ON outgoing.delivery (state, id);
CREATE INDEX delivery_counted ON outgoing.delivery (recipient, counted_at) WHERE counted_at IS NOT NULL;
