-- What the reactions remember: what fired, what is to be raised at a time, what was offered, and since when they react.
CREATE SCHEMA reactions;

-- Signals that were raised before this are history: they are held back.
CREATE TABLE reactions.began (
    single   boolean     PRIMARY KEY DEFAULT true CHECK (single),
    began_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO reactions.began DEFAULT VALUES;

-- One row for each signal and each reaction that heard it: that it is here already is why nothing is done twice.
CREATE TABLE reactions.firing (
    signal      text        COLLATE "C" NOT NULL,
    reaction    text        COLLATE "C" NOT NULL,
    kind        text        NOT NULL,
    subject     text        COLLATE "C" NOT NULL,
    event_id    text        NOT NULL,
    happened_at timestamptz NOT NULL,
    raised_at   timestamptz NOT NULL,
    detail      jsonb       NOT NULL,
    fired_at    timestamptz NOT NULL,
    outcome     text        NOT NULL CHECK (outcome IN ('fired', 'held', 'failed')),
    code        text        NOT NULL,
    words       text        NOT NULL,
    actions     jsonb       NOT NULL,
    PRIMARY KEY (signal, reaction)
);
CREATE INDEX firing_subject ON reactions.firing (subject, fired_at);
CREATE INDEX firing_time ON reactions.firing (fired_at);
CREATE INDEX firing_failed ON reactions.firing (fired_at) WHERE outcome = 'failed';

-- What is to be raised at a time; a row stays once it was raised, so that its key is used up.
CREATE TABLE reactions.timer (
    key       text        COLLATE "C" PRIMARY KEY,
    kind      text        NOT NULL,
    subject   text        COLLATE "C" NOT NULL,
    event_id  text        NOT NULL,
    due_at    timestamptz NOT NULL,
    detail    jsonb       NOT NULL,
    raised_at timestamptz
);
CREATE INDEX timer_due ON reactions.timer (due_at, key) WHERE raised_at IS NULL;
CREATE INDEX timer_raised ON reactions.timer (raised_at) WHERE raised_at IS NOT NULL;

-- When each job that looks at everybody last did so, what it found, and why it failed if it did.
CREATE TABLE reactions.sweep (
    name     text        PRIMARY KEY,
    swept_at timestamptz NOT NULL,
    signals  integer     NOT NULL,
    failure  text        NOT NULL
);

-- The outbox of personal offers.
CREATE TABLE reactions.offer (
    id       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key      text        COLLATE "C" NOT NULL UNIQUE,
    subject  text        COLLATE "C" NOT NULL,
    made_at  timestamptz NOT NULL,
    document jsonb       NOT NULL
);
CREATE INDEX offer_subject ON reactions.offer (subject, made_at);

-- Messages on the topic of signals that nobody can read, and why.
CREATE TABLE reactions.unreadable (
    place    text        COLLATE "C" PRIMARY KEY,
    value    bytea       NOT NULL,
    reason   text        NOT NULL,
    heard_at timestamptz NOT NULL
);
