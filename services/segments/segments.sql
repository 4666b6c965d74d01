-- Who is in which segment, as the refreshes found it. A person is named as of the refresh.
CREATE TABLE projection.membership (
    segment    text        COLLATE "C" NOT NULL, -- its name; tier.… is one that is always there
    person     text        COLLATE "C" NOT NULL,
    entered_at timestamptz NOT NULL, -- the clock of the refresh that first found them in it
    left_at    timestamptz,          -- that of the one which no longer did; NULL is a member
    PRIMARY KEY (person, segment, entered_at)
);
CREATE UNIQUE INDEX membership_now ON projection.membership (segment, person) WHERE left_at IS NULL;

-- How many were in it, by day: as the day's last refresh found it.
CREATE TABLE projection.segment_size (
    segment      text        COLLATE "C" NOT NULL,
    day          date        NOT NULL,
    customers    bigint      NOT NULL,
    refreshed_at timestamptz NOT NULL,
    PRIMARY KEY (day, segment)
);
