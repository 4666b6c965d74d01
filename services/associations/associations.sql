-- What was mined from the orders on the log, the last time that somebody mined. Whole numbers only; measures at read.

-- The run: what it read, and how. One row, or none yet.
CREATE TABLE projection.mining (
    id                boolean     PRIMARY KEY DEFAULT true CHECK (id),
    log_id            text        NOT NULL,
    next_offsets      bigint[]    NOT NULL, -- by partition: it read what lies before
    mined_at          timestamptz NOT NULL DEFAULT now(),
    last_order        timestamptz,
    orders            bigint      NOT NULL,
    baskets           bigint      NOT NULL, -- that rules were looked for in
    too_large         bigint      NOT NULL, -- that were left out as wholesale
    least_baskets     bigint      NOT NULL,
    least_confidence  text        NOT NULL, -- as it was asked for, such as 0.5
    most_products     integer     NOT NULL,
    repeats           bigint      NOT NULL, -- of all products together, see habit
    chances           bigint      NOT NULL,
    recent_orders     bigint      NOT NULL
);

-- Who buys all of the antecedent buys the consequent, too.
CREATE TABLE projection.rule (
    place               integer            PRIMARY KEY, -- by lift, the highest first
    antecedent          text[] COLLATE "C" NOT NULL,
    consequent          text   COLLATE "C" NOT NULL,
    both_baskets        bigint             NOT NULL,
    antecedent_baskets  bigint             NOT NULL,
    consequent_baskets  bigint             NOT NULL
);
CREATE INDEX rule_antecedent ON projection.rule USING gin (antecedent);
CREATE INDEX rule_consequent ON projection.rule (consequent);

-- The products that customers of a product also buy, in any of their orders: the few that go with it best.
CREATE TABLE projection.companion (
    product           text COLLATE "C" NOT NULL,
    place             integer          NOT NULL, -- the best first
    other             text COLLATE "C" NOT NULL,
    both_customers    bigint           NOT NULL,
    product_customers bigint           NOT NULL,
    other_customers   bigint           NOT NULL,
    share_ppm         bigint           NOT NULL, -- both_customers of product_customers, in millionths
    PRIMARY KEY (product, place)
);

-- How a product is bought: again by the same customers, and lately.
CREATE TABLE projection.habit (
    product       text COLLATE "C" PRIMARY KEY,
    product_name  text             NOT NULL,
    category      text             NOT NULL,
    customers     bigint           NOT NULL,
    repeats       bigint           NOT NULL, -- orders with it, beyond each customer's first one
    chances       bigint           NOT NULL, -- orders of its customers, beyond each one's first
    recent_orders bigint           NOT NULL  -- with it, in the last 30 days before last_order
);
CREATE INDEX habit_recent ON projection.habit (recent_orders DESC, product);
