-- The volume dial of each month. All of it can be made again from the log: a recorded fit says which events it was made
-- of, up to which day, and with which parameters.

-- The fit that a month's dials were made with, one for each currency.
CREATE TABLE projection.dial_fit (
    month       date   NOT NULL, -- its first day
    currency    text   COLLATE "C" NOT NULL,
    day         date   NOT NULL, -- the last day that counts
    event_id    text   NOT NULL, -- the ModelFitted on the log
    positions   jsonb  NOT NULL, -- the next offset by partition: which events the purchases were folded from
    parameters  jsonb  NOT NULL, -- as the event has them: decimal numbers as text
    customers   bigint NOT NULL,
    computed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (month, currency)
);

-- A customer's dial in a month and a currency. Whole numbers only: made again, the rows are the same.
CREATE TABLE projection.dial (
    month              date     NOT NULL, -- its first day
    currency           text     COLLATE "C" NOT NULL,
    person             text     COLLATE "C" NOT NULL,
    dial               smallint NOT NULL CHECK (dial BETWEEN 0 AND 100),
    now_part           smallint NOT NULL CHECK (now_part BETWEEN 0 AND 100),
    heading_part       smallint NOT NULL CHECK (heading_part BETWEEN 0 AND 100),
    potential_part     smallint NOT NULL CHECK (potential_part BETWEEN 0 AND 100),
    place              integer  NOT NULL, -- the loudest is the first; of those as loud, of whom most is expected in 12 months
    store              text     NOT NULL, -- of most days with an order
    first_day          date     NOT NULL, -- of the days with an order
    last_day           date     NOT NULL,
    days               integer  NOT NULL, -- with an order
    recent_minor       bigint   NOT NULL, -- net spend, halving with every recent half-life that it is old
    longer_minor       bigint   NOT NULL, -- the same with the longer half-life
    alive_ppm          integer  NOT NULL, -- the probability that they still are a customer, in millionths; certain for who bought once
    value_minor        bigint   NOT NULL, -- expected spend on a day with an order
    expected_12_milli  bigint   NOT NULL, -- expected days with an order in 12 months, in thousandths
    expected_3_minor   bigint   NOT NULL, -- expected spend in 3 months, and so on
    expected_12_minor  bigint   NOT NULL,
    expected_36_minor  bigint   NOT NULL,
    PRIMARY KEY (person, currency, month)
);
CREATE INDEX dial_month ON projection.dial USING brin (month) WITH (pages_per_range = 32);
