-- What takes longer than a page waits for: a projection built again, the whole log folded again. One of a kind runs at
-- a time; whoever runs it holds a lock, so that one whose process is gone is told from one that goes on.
CREATE TABLE house.job (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind        text        NOT NULL,
    what        text        NOT NULL, -- of what, such as a projection; '' is all
    started_by  text        NOT NULL,
    started_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    moved_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at    timestamptz,
    progress    bigint      NOT NULL DEFAULT 0,
    total       bigint      NOT NULL DEFAULT 0,
    state       text        NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'done', 'failed', 'interrupted')),
    said        text        NOT NULL DEFAULT '', -- what came of it, in a sentence
    outcome     jsonb       NOT NULL DEFAULT '{}'
);
CREATE UNIQUE INDEX job_running ON house.job (kind) WHERE state = 'running';
CREATE INDEX job_kind ON house.job (kind, id);
