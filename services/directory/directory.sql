-- Every known customer once, with what lists are ordered and narrowed by. All of it is worked out from projections, dials
-- and members of segments, and can be thrown away: the next refresh makes it again.
CREATE TABLE projection.directory (
    person          text        COLLATE "C" PRIMARY KEY,
    name            text        NOT NULL, -- empty where nobody said it
    sort_name       text        COLLATE "C" NOT NULL, -- the name in folded words; of who has none the id, behind them all
    words           text        COLLATE "C" NOT NULL, -- the folded words of the name, a space before each
    rank            integer     NOT NULL, -- by dial, the loudest first, as of the last whole fill; since then UNRANKED
    dial            smallint    NOT NULL, -- -1 for who has none, as the next four
    place           bigint      NOT NULL GENERATED ALWAYS AS ((100 - dial) * 4294967296 + rank) STORED, -- see queries.PLACE
    dial_before     smallint    NOT NULL, -- of the month before
    now_part        smallint    NOT NULL,
    heading         smallint    NOT NULL,
    potential       smallint    NOT NULL,
    net_minor       bigint      NOT NULL, -- net revenue, ever, in the directory's currency
    orders          bigint      NOT NULL, -- of every currency
    last_order      timestamptz,
    last_seen       timestamptz NOT NULL,
    manager         text        COLLATE "C" NOT NULL, -- empty where nobody looks after them
    open_complaints integer     NOT NULL,
    stores          text[]      COLLATE "C" NOT NULL, -- where they ordered, visited or complained
    segments        text[]      COLLATE "C" NOT NULL,
    tier            text        COLLATE "C" NOT NULL -- the one of them that is a value tier; empty for who came since
) WITH (fillfactor = 85);

-- What a customer is found by: words of their name, e-mail and phone, folded.
CREATE TABLE projection.directory_key (
    kind   text COLLATE "C" NOT NULL, -- word, email, phone
    key    text COLLATE "C" NOT NULL,
    person text COLLATE "C" NOT NULL,
    PRIMARY KEY (kind, key, person)
);

-- As of what the directory is; no row before it was filled once.
CREATE TABLE projection.directory_state (
    only_one  boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    log_id    text        NOT NULL,
    currency  text        NOT NULL,
    month     date,                -- of the dials
    filled_at timestamptz NOT NULL, -- when everything was worked out last, by the house's clock
    positions bigint[]    NOT NULL -- the next offset of each partition: what lies before it has been taken in
);

-- Of each segment, and under the empty name of everybody: how many, what they brought ever in the directory's currency,
-- and how many entered and left within 30 days, as of the last whole fill.
CREATE TABLE projection.directory_segment (
    segment   text   COLLATE "C" PRIMARY KEY,
    customers bigint NOT NULL,
    net_minor bigint NOT NULL,
    entered   bigint NOT NULL,
    "left"    bigint NOT NULL
);
