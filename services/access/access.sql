-- Who may look and act: users, what they signed in with, their sessions, and who is kept waiting.
CREATE SCHEMA access;

-- Somebody of the house. ``name`` is what the desk and events call them. Without a password they sign in by the OpenID
-- provider alone: ``issuer`` and ``oidc_subject`` are who they are there, '' for nobody.
CREATE TABLE access.user (
    name         text        COLLATE "C" PRIMARY KEY,
    shown_as     text        NOT NULL,
    email        text        NOT NULL DEFAULT '',
    role         text        NOT NULL CHECK (role IN ('viewer', 'staff', 'manager', 'auditor', 'admin')),
    stores       text[]      NOT NULL DEFAULT '{}',
    password     text        NOT NULL DEFAULT '', -- an argon2id hash
    issuer       text        NOT NULL DEFAULT '',
    oidc_subject text        NOT NULL DEFAULT '',
    created_at   timestamptz NOT NULL,
    disabled_at  timestamptz
);
CREATE UNIQUE INDEX user_oidc ON access.user (issuer, oidc_subject) WHERE oidc_subject <> '';
CREATE UNIQUE INDEX user_email ON access.user (lower(email)) WHERE email <> '';

-- Who is signed in where. The id that the cookie holds is not kept: here is its SHA-256. ``id`` may be shown.
CREATE TABLE access.session (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    digest     bytea       NOT NULL UNIQUE,
    user_name  text        COLLATE "C" NOT NULL REFERENCES access.user,
    how        text        NOT NULL, -- password, link or oidc
    address    text        NOT NULL,
    agent      text        NOT NULL, -- what their browser calls itself
    created_at timestamptz NOT NULL,
    used_at    timestamptz NOT NULL, -- within a minute or so
    expires_at timestamptz NOT NULL, -- however much it is used
    ended_at   timestamptz
);
CREATE INDEX session_of ON access.session (user_name) WHERE ended_at IS NULL;

-- What signs the cookies; made when it is first needed.
CREATE TABLE access.secret (
    only_one boolean     PRIMARY KEY DEFAULT true CHECK (only_one),
    secret   bytea       NOT NULL,
    made_at  timestamptz NOT NULL
);

-- Links with which somebody sets a password. The token is in the link alone: here is its SHA-256.
CREATE TABLE access.link (
    digest     bytea       PRIMARY KEY,
    user_name  text        COLLATE "C" NOT NULL REFERENCES access.user,
    made_at    timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);
CREATE INDEX link_of ON access.link (user_name) WHERE used_at IS NULL;

-- Who tries to sign in, and in vain: by the name that was typed, and by the address it came from. Of what was typed
-- here is a digest: it may be a password, typed into the wrong field.
CREATE TABLE access.attempt (
    kind         text        NOT NULL CHECK (kind IN ('name', 'address')),
    digest       bytea       NOT NULL,
    tries        integer     NOT NULL,
    last_at      timestamptz NOT NULL,
    locked_until timestamptz NOT NULL,
    PRIMARY KEY (kind, digest)
);
CREATE INDEX attempt_last ON access.attempt (last_at);

-- What is to be told on the log: who looked at whom, who signed in, who was changed. An outbox: ids in order, bytes as
-- they are to be.
CREATE TABLE access.said (
    id       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id text        COLLATE "C" NOT NULL UNIQUE,
    made_at  timestamptz NOT NULL DEFAULT now(),
    state    bytea       NOT NULL
);
