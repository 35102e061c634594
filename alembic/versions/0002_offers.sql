CREATE SCHEMA offers;

CREATE TABLE offers.campaign (
    campaign_no BIGINT GENERATED ALWAYS AS IDENTITY,
    id TEXT NOT NULL,
    state TEXT DEFAULT 'draft' NOT NULL,
    version INTEGER DEFAULT '0' NOT NULL,
    live_version INTEGER,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT campaign_pkey PRIMARY KEY (campaign_no),
    CONSTRAINT campaign_id_key UNIQUE (id),
    CONSTRAINT campaign_state_check CHECK (state IN ('draft', 'live', 'paused', 'ended')),
    CONSTRAINT campaign_live_version_check CHECK (state = 'draft' OR live_version IS NOT NULL)
);
CREATE INDEX campaign_serving_idx ON offers.campaign (campaign_no) WHERE state IN ('live', 'paused');

CREATE TABLE offers.capacity (
    capacity_no BIGINT GENERATED ALWAYS AS IDENTITY,
    campaign_no BIGINT NOT NULL,
    kind SMALLINT NOT NULL,
    subject TEXT DEFAULT '' NOT NULL,
    bucket TEXT DEFAULT '' NOT NULL,
    cap BIGINT NOT NULL,
    taken BIGINT DEFAULT 0 NOT NULL,
    "over" BIGINT DEFAULT 0 NOT NULL,
    got BIGINT DEFAULT 0 NOT NULL,
    CONSTRAINT capacity_pkey PRIMARY KEY (capacity_no),
    CONSTRAINT capacity_taken_check CHECK (taken BETWEEN 0 AND cap),
    CONSTRAINT capacity_over_check CHECK (over >= 0),
    CONSTRAINT capacity_campaign_no_kind_subject_bucket_key UNIQUE (campaign_no, kind, subject, bucket)
) WITH (fillfactor = 50);

CREATE TABLE offers.catalogue (
    single BOOLEAN DEFAULT true NOT NULL,
    version BIGINT NOT NULL,
    assortment_version BIGINT NOT NULL,
    stopped_all BOOLEAN DEFAULT false NOT NULL,
    stopped_stores BIGINT[] DEFAULT '{}'::bigint[] NOT NULL,
    stopped_campaigns BIGINT[] DEFAULT '{}'::bigint[] NOT NULL,
    CONSTRAINT catalogue_pkey PRIMARY KEY (single),
    CONSTRAINT catalogue_one_row_check CHECK (single)
) WITH (fillfactor = 10);

CREATE TABLE offers.claim (
    redemption_no BIGINT NOT NULL,
    capacity_no BIGINT NOT NULL,
    taken BIGINT NOT NULL,
    "over" BIGINT NOT NULL,
    CONSTRAINT claim_pkey PRIMARY KEY (redemption_no, capacity_no),
    CONSTRAINT claim_units_check CHECK (taken >= 0 AND over >= 0 AND taken + over > 0)
);

CREATE TABLE offers.code (
    digest UUID NOT NULL,
    batch_no BIGINT NOT NULL,
    CONSTRAINT code_pkey PRIMARY KEY (digest)
);

CREATE TABLE offers.decision (
    id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    store_no BIGINT,
    transaction TEXT,
    revision INTEGER NOT NULL,
    mode TEXT NOT NULL,
    channel TEXT NOT NULL,
    catalogue BIGINT NOT NULL,
    record_no BIGINT,
    inputs BYTEA,
    answer BYTEA NOT NULL,
    CONSTRAINT decision_pkey PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE INDEX decision_record_no_idx ON offers.decision (record_no) WHERE record_no IS NOT NULL;

CREATE TABLE offers.decision_mark (
    single BOOLEAN DEFAULT true NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT '2000-01-01Z' NOT NULL,
    id UUID DEFAULT '00000000-0000-0000-0000-000000000000' NOT NULL,
    CONSTRAINT decision_mark_pkey PRIMARY KEY (single),
    CONSTRAINT decision_mark_one_row_check CHECK (single)
);

CREATE TABLE offers.exposure (
    campaign TEXT NOT NULL,
    person_no BIGINT NOT NULL,
    arm TEXT NOT NULL,
    records BIGINT[] NOT NULL,
    first_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT exposure_pkey PRIMARY KEY (campaign, person_no)
);
CREATE INDEX exposure_records_idx ON offers.exposure USING gin (records);

CREATE TABLE offers.forgotten (
    record_no BIGINT NOT NULL,
    again_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT forgotten_pkey PRIMARY KEY (record_no)
);
CREATE INDEX forgotten_again_at_idx ON offers.forgotten (again_at);

CREATE TABLE offers.hold (
    redemption_no BIGINT NOT NULL,
    capacity_no BIGINT NOT NULL,
    units BIGINT NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT hold_pkey PRIMARY KEY (redemption_no, capacity_no),
    CONSTRAINT hold_units_check CHECK (units > 0)
);
CREATE INDEX hold_capacity_no_expires_at_idx ON offers.hold (capacity_no, expires_at);

CREATE TABLE offers.interest (
    record_no BIGINT NOT NULL,
    product_no BIGINT NOT NULL,
    viewed_at_s BIGINT DEFAULT 0 NOT NULL,
    searched_at_s BIGINT DEFAULT 0 NOT NULL,
    carted_at_s BIGINT DEFAULT 0 NOT NULL,
    removed_at_s BIGINT DEFAULT 0 NOT NULL,
    bought_at_s BIGINT DEFAULT 0 NOT NULL,
    returned_at_s BIGINT DEFAULT 0 NOT NULL,
    views INTEGER DEFAULT 0 NOT NULL,
    searches INTEGER DEFAULT 0 NOT NULL,
    carts INTEGER DEFAULT 0 NOT NULL,
    purchases INTEGER DEFAULT 0 NOT NULL,
    returns INTEGER DEFAULT 0 NOT NULL,
    CONSTRAINT interest_pkey PRIMARY KEY (record_no, product_no)
) WITH (fillfactor = 80);

CREATE TABLE offers.override (
    override_no BIGINT GENERATED ALWAYS AS IDENTITY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    action TEXT NOT NULL,
    factor_bp INTEGER NOT NULL,
    until_at TIMESTAMP WITH TIME ZONE,
    author TEXT NOT NULL,
    reason TEXT,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    lifted_by TEXT,
    lifted_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT override_pkey PRIMARY KEY (override_no),
    CONSTRAINT override_kind_check CHECK (kind IN ('campaign', 'product')),
    CONSTRAINT override_action_check CHECK (action IN ('pin', 'boost', 'ban')),
    CONSTRAINT override_factor_bp_check CHECK (factor_bp BETWEEN 1 AND 1000000)
);
CREATE UNIQUE INDEX override_standing_key ON offers.override (kind, subject) WHERE lifted_at IS NULL;

CREATE TABLE offers.pin (
    transaction_digest BIGINT NOT NULL,
    price_time TIMESTAMP WITH TIME ZONE NOT NULL,
    revision INTEGER NOT NULL,
    CONSTRAINT pin_pkey PRIMARY KEY (transaction_digest)
) WITH (fillfactor = 60);

CREATE TABLE offers.preference (
    record_no BIGINT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    stated_at_s BIGINT NOT NULL,
    until_s BIGINT NOT NULL,
    holds BOOLEAN NOT NULL,
    CONSTRAINT preference_pkey PRIMARY KEY (record_no, kind, subject),
    CONSTRAINT preference_kind_check CHECK (kind IN ('product', 'category', 'campaign', 'channel', 'gift'))
);

CREATE TABLE offers.product (
    product_no BIGINT GENERATED ALWAYS AS IDENTITY,
    sku TEXT NOT NULL,
    gtin TEXT,
    title TEXT NOT NULL,
    category TEXT,
    brand TEXT,
    variant_group TEXT,
    unit TEXT DEFAULT 'each' NOT NULL,
    currency TEXT,
    price_minor BIGINT,
    cost_minor BIGINT,
    tax_rate_bp INTEGER DEFAULT '0' NOT NULL,
    discountable BOOLEAN DEFAULT true NOT NULL,
    minimum_minor BIGINT DEFAULT '0' NOT NULL,
    sensitive BOOLEAN DEFAULT false NOT NULL,
    image_url TEXT,
    version BIGINT NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT product_pkey PRIMARY KEY (product_no),
    CONSTRAINT product_sku_key UNIQUE (sku),
    CONSTRAINT product_unit_check CHECK (unit IN ('each', 'kg', 'l', 'm')),
    CONSTRAINT product_amounts_check CHECK (price_minor >= 0 AND cost_minor >= 0 AND minimum_minor >= 0),
    CONSTRAINT product_tax_rate_check CHECK (tax_rate_bp BETWEEN 0 AND 10000),
    CONSTRAINT product_currency_check CHECK (price_minor IS NULL OR currency IS NOT NULL)
);
CREATE INDEX product_gtin_idx ON offers.product (gtin) WHERE gtin IS NOT NULL;
CREATE INDEX product_variant_group_idx ON offers.product (variant_group) WHERE variant_group IS NOT NULL;
CREATE INDEX product_version_idx ON offers.product (version);

CREATE TABLE offers.segment (
    segment_no BIGINT GENERATED ALWAYS AS IDENTITY,
    id TEXT NOT NULL,
    content JSONB NOT NULL,
    is_live BOOLEAN DEFAULT true NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT segment_pkey PRIMARY KEY (segment_no),
    CONSTRAINT segment_id_key UNIQUE (id)
);

CREATE TABLE offers.showing (
    person_no BIGINT NOT NULL,
    sku TEXT NOT NULL,
    times INTEGER NOT NULL,
    last_at_s BIGINT NOT NULL,
    rested_at_s BIGINT NOT NULL,
    CONSTRAINT showing_pkey PRIMARY KEY (person_no, sku)
);

CREATE TABLE offers.stop (
    stop_no BIGINT GENERATED ALWAYS AS IDENTITY,
    id UUID NOT NULL,
    scope TEXT NOT NULL,
    subject BIGINT NOT NULL,
    author TEXT NOT NULL,
    reason TEXT,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    lifted_by TEXT,
    lifted_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT stop_pkey PRIMARY KEY (stop_no),
    CONSTRAINT stop_scope_check CHECK (scope IN ('all', 'store', 'campaign')),
    CONSTRAINT stop_subject_check CHECK ((scope = 'all') = (subject = 0)),
    CONSTRAINT stop_id_key UNIQUE (id)
);
CREATE UNIQUE INDEX stop_standing_key ON offers.stop (scope, subject) WHERE lifted_at IS NULL;

CREATE TABLE offers.store (
    store_no BIGINT GENERATED ALWAYS AS IDENTITY,
    brand TEXT DEFAULT '' NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    zone TEXT NOT NULL,
    currency TEXT NOT NULL,
    tax TEXT NOT NULL,
    region TEXT,
    country TEXT NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT store_pkey PRIMARY KEY (store_no),
    CONSTRAINT store_brand_code_key UNIQUE (brand, code),
    CONSTRAINT store_tax_check CHECK (tax IN ('included', 'excluded')),
    CONSTRAINT store_currency_check CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT store_country_check CHECK (country ~ '^[A-Z]{2}$')
);

CREATE TABLE offers.sweep (
    single BOOLEAN DEFAULT true NOT NULL,
    after_no BIGINT DEFAULT 0 NOT NULL,
    finished_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT sweep_pkey PRIMARY KEY (single),
    CONSTRAINT sweep_one_row_check CHECK (single)
);

CREATE TABLE offers.trait (
    record_no BIGINT NOT NULL,
    segments TEXT[] NOT NULL,
    region TEXT,
    attributes JSONB NOT NULL,
    consents TEXT[] NOT NULL,
    last_visit_at_s BIGINT,
    events JSONB NOT NULL,
    filled_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT trait_pkey PRIMARY KEY (record_no)
);
CREATE INDEX trait_segments_idx ON offers.trait USING gin (segments);

CREATE TABLE offers.wants (
    record_no BIGINT NOT NULL,
    products INTEGER[] NOT NULL,
    facts BYTEA NOT NULL,
    cut BOOLEAN NOT NULL,
    closed_at_s BIGINT NOT NULL,
    has_preferences BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT wants_pkey PRIMARY KEY (record_no)
) WITH (fillfactor = 60);

CREATE TABLE offers.campaign_change (
    change_no BIGINT GENERATED ALWAYS AS IDENTITY,
    campaign_no BIGINT NOT NULL,
    action TEXT NOT NULL,
    version INTEGER,
    catalogue BIGINT,
    author TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    reason TEXT,
    CONSTRAINT campaign_change_pkey PRIMARY KEY (change_no),
    CONSTRAINT campaign_change_action_check CHECK (action IN ('apply', 'activate', 'pause', 'end')),
    CONSTRAINT campaign_change_campaign_no_fkey FOREIGN KEY(campaign_no) REFERENCES offers.campaign (campaign_no)
);
CREATE INDEX campaign_change_campaign_no_change_no_idx ON offers.campaign_change (campaign_no, change_no);

CREATE TABLE offers.campaign_version (
    campaign_no BIGINT NOT NULL,
    version INTEGER NOT NULL,
    content JSONB NOT NULL,
    digest BYTEA NOT NULL,
    author TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT campaign_version_pkey PRIMARY KEY (campaign_no, version),
    CONSTRAINT campaign_version_campaign_no_fkey FOREIGN KEY(campaign_no) REFERENCES offers.campaign (campaign_no)
);

CREATE TABLE offers.clip (
    record_no BIGINT NOT NULL,
    campaign_no BIGINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT clip_pkey PRIMARY KEY (record_no, campaign_no),
    CONSTRAINT clip_campaign_no_fkey FOREIGN KEY(campaign_no) REFERENCES offers.campaign (campaign_no)
);

CREATE TABLE offers.closing (
    store_no BIGINT NOT NULL,
    business_day DATE NOT NULL,
    terminal TEXT NOT NULL,
    given JSON NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT closing_pkey PRIMARY KEY (store_no, business_day, terminal),
    CONSTRAINT closing_store_no_fkey FOREIGN KEY(store_no) REFERENCES offers.store (store_no)
);

CREATE TABLE offers.code_batch (
    batch_no BIGINT GENERATED ALWAYS AS IDENTITY,
    id UUID NOT NULL,
    campaign_no BIGINT NOT NULL,
    uses_most INTEGER,
    codes BIGINT NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE,
    revoked_at TIMESTAMP WITH TIME ZONE,
    author TEXT NOT NULL,
    note TEXT,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT code_batch_pkey PRIMARY KEY (batch_no),
    CONSTRAINT code_batch_id_key UNIQUE (id),
    CONSTRAINT code_batch_uses_most_check CHECK (uses_most > 0),
    CONSTRAINT code_batch_campaign_no_fkey FOREIGN KEY(campaign_no) REFERENCES offers.campaign (campaign_no)
);

CREATE TABLE offers.code_claim (
    digest UUID NOT NULL,
    store_no BIGINT NOT NULL,
    terminal TEXT NOT NULL,
    business_day DATE NOT NULL,
    number TEXT NOT NULL,
    claimed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT code_claim_pkey PRIMARY KEY (digest, store_no, terminal, business_day, number),
    CONSTRAINT code_claim_store_no_fkey FOREIGN KEY(store_no) REFERENCES offers.store (store_no)
);

CREATE TABLE offers.companion (
    product_no BIGINT NOT NULL,
    companion_no BIGINT NOT NULL,
    together INTEGER NOT NULL,
    closeness_ppm INTEGER NOT NULL,
    CONSTRAINT companion_pkey PRIMARY KEY (product_no, companion_no),
    CONSTRAINT companion_product_no_fkey FOREIGN KEY(product_no) REFERENCES offers.product (product_no),
    CONSTRAINT companion_companion_no_fkey FOREIGN KEY(companion_no) REFERENCES offers.product (product_no)
);

CREATE TABLE offers.offer_token (
    token_digest BYTEA NOT NULL,
    campaign TEXT NOT NULL,
    sku TEXT,
    profile_id UUID NOT NULL,
    record_no BIGINT NOT NULL,
    issued_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    claimed_store_no BIGINT,
    claimed_terminal TEXT,
    claimed_day DATE,
    claimed_number TEXT,
    claimed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT offer_token_pkey PRIMARY KEY (token_digest),
    CONSTRAINT offer_token_token_digest_check CHECK (octet_length(token_digest) = 32),
    CONSTRAINT offer_token_expires_at_check CHECK (expires_at > issued_at),
    CONSTRAINT offer_token_claimed_check CHECK (num_nulls(claimed_store_no, claimed_terminal, claimed_day, claimed_number, claimed_at) IN (0, 5)),
    CONSTRAINT offer_token_claimed_store_no_fkey FOREIGN KEY(claimed_store_no) REFERENCES offers.store (store_no)
);
CREATE INDEX offer_token_record_no_issued_at_idx ON offers.offer_token (record_no, issued_at);

CREATE TABLE offers.reconciliation (
    reconciliation_no BIGINT GENERATED ALWAYS AS IDENTITY,
    store_no BIGINT NOT NULL,
    terminal TEXT NOT NULL,
    business_day DATE NOT NULL,
    number TEXT NOT NULL,
    reason TEXT NOT NULL,
    content JSON NOT NULL,
    digest BYTEA NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT reconciliation_pkey PRIMARY KEY (reconciliation_no),
    CONSTRAINT reconciliation_store_no_terminal_business_day_number_digest_key UNIQUE (store_no, terminal, business_day, number, digest),
    CONSTRAINT reconciliation_store_no_fkey FOREIGN KEY(store_no) REFERENCES offers.store (store_no)
);

CREATE TABLE offers.redemption (
    redemption_no BIGINT GENERATED ALWAYS AS IDENTITY,
    id UUID NOT NULL,
    store_no BIGINT NOT NULL,
    terminal TEXT NOT NULL,
    business_day DATE NOT NULL,
    number TEXT NOT NULL,
    revision INTEGER NOT NULL,
    state TEXT NOT NULL,
    decision UUID,
    price_time TIMESTAMP WITH TIME ZONE,
    record_no BIGINT,
    expires_at TIMESTAMP WITH TIME ZONE,
    occurred_at TIMESTAMP WITH TIME ZONE NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    flags TEXT[] DEFAULT '{}'::text[] NOT NULL,
    CONSTRAINT redemption_pkey PRIMARY KEY (redemption_no),
    CONSTRAINT redemption_id_key UNIQUE (id),
    CONSTRAINT redemption_store_no_terminal_business_day_number_key UNIQUE (store_no, terminal, business_day, number),
    CONSTRAINT redemption_state_check CHECK (state IN ('reserved', 'committed', 'voided', 'reversed')),
    CONSTRAINT redemption_expires_at_check CHECK (state <> 'reserved' OR expires_at IS NOT NULL),
    CONSTRAINT redemption_store_no_fkey FOREIGN KEY(store_no) REFERENCES offers.store (store_no)
) WITH (fillfactor = 80);
CREATE INDEX redemption_business_day_store_no_idx ON offers.redemption (business_day, store_no);

CREATE TABLE offers.segment_change (
    change_no BIGINT GENERATED ALWAYS AS IDENTITY,
    segment_no BIGINT NOT NULL,
    action TEXT NOT NULL,
    content JSONB,
    author TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT segment_change_pkey PRIMARY KEY (change_no),
    CONSTRAINT segment_change_action_check CHECK (action IN ('apply', 'end')),
    CONSTRAINT segment_change_segment_no_fkey FOREIGN KEY(segment_no) REFERENCES offers.segment (segment_no)
);
CREATE INDEX segment_change_segment_no_change_no_idx ON offers.segment_change (segment_no, change_no);

CREATE TABLE offers.stock (
    store_no BIGINT NOT NULL,
    product_no BIGINT NOT NULL,
    quantity_milli BIGINT NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT stock_pkey PRIMARY KEY (store_no, product_no),
    CONSTRAINT stock_store_no_fkey FOREIGN KEY(store_no) REFERENCES offers.store (store_no),
    CONSTRAINT stock_product_no_fkey FOREIGN KEY(product_no) REFERENCES offers.product (product_no)
) WITH (fillfactor = 70);

CREATE TABLE offers.till_transaction (
    transaction_no BIGINT GENERATED ALWAYS AS IDENTITY,
    id UUID NOT NULL,
    store_no BIGINT NOT NULL,
    terminal TEXT NOT NULL,
    business_day DATE NOT NULL,
    number TEXT NOT NULL,
    kind TEXT NOT NULL,
    stated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    occurred_at TIMESTAMP WITH TIME ZONE NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    currency TEXT NOT NULL,
    lines JSON NOT NULL,
    tenders JSON NOT NULL,
    applied JSON NOT NULL,
    record_no BIGINT,
    redemption_no BIGINT,
    flags TEXT[] NOT NULL,
    digest BYTEA NOT NULL,
    answer JSON NOT NULL,
    CONSTRAINT till_transaction_pkey PRIMARY KEY (transaction_no),
    CONSTRAINT till_transaction_store_no_terminal_business_day_number_kind_key UNIQUE (store_no, terminal, business_day, number, kind),
    CONSTRAINT till_transaction_id_key UNIQUE (id),
    CONSTRAINT till_transaction_kind_check CHECK (kind IN ('sale', 'return', 'void')),
    CONSTRAINT till_transaction_store_no_fkey FOREIGN KEY(store_no) REFERENCES offers.store (store_no)
);
CREATE INDEX till_transaction_business_day_store_no_idx ON offers.till_transaction (business_day, store_no);
CREATE INDEX till_transaction_record_no_idx ON offers.till_transaction (record_no) WHERE record_no IS NOT NULL;

CREATE TABLE offers.point_debt (
    debt_no BIGINT GENERATED ALWAYS AS IDENTITY,
    record_no BIGINT,
    redemption_no BIGINT NOT NULL,
    cause TEXT NOT NULL,
    points BIGINT NOT NULL,
    settled BIGINT DEFAULT 0 NOT NULL,
    CONSTRAINT point_debt_pkey PRIMARY KEY (debt_no),
    CONSTRAINT point_debt_points_check CHECK (points > 0 AND settled BETWEEN 0 AND points),
    CONSTRAINT point_debt_cause_check CHECK (cause IN ('refund', 'payment')),
    CONSTRAINT point_debt_redemption_no_fkey FOREIGN KEY(redemption_no) REFERENCES offers.redemption (redemption_no)
);
CREATE INDEX point_debt_record_no_idx ON offers.point_debt (record_no) WHERE settled < points;
CREATE INDEX point_debt_redemption_no_idx ON offers.point_debt (redemption_no);

CREATE TABLE offers.point_lot (
    lot_no BIGINT GENERATED ALWAYS AS IDENTITY,
    record_no BIGINT,
    redemption_no BIGINT NOT NULL,
    item SMALLINT NOT NULL,
    earned BIGINT NOT NULL,
    spent BIGINT DEFAULT 0 NOT NULL,
    taken_back BIGINT DEFAULT 0 NOT NULL,
    confirms_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT point_lot_pkey PRIMARY KEY (lot_no),
    CONSTRAINT point_lot_amounts_check CHECK (earned > 0 AND spent >= 0 AND taken_back >= 0),
    CONSTRAINT point_lot_left_check CHECK (spent + taken_back <= earned),
    CONSTRAINT point_lot_redemption_no_fkey FOREIGN KEY(redemption_no) REFERENCES offers.redemption (redemption_no)
) WITH (fillfactor = 80);
CREATE INDEX point_lot_record_no_expires_at_idx ON offers.point_lot (record_no, expires_at) WHERE spent + taken_back < earned;
CREATE UNIQUE INDEX point_lot_redemption_no_item_idx ON offers.point_lot (redemption_no, item);

CREATE TABLE offers.redemption_call (
    redemption_no BIGINT NOT NULL,
    operation TEXT NOT NULL,
    revision INTEGER NOT NULL,
    digest BYTEA NOT NULL,
    answer JSON NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT redemption_call_pkey PRIMARY KEY (redemption_no, operation, revision),
    CONSTRAINT redemption_call_operation_check CHECK (operation IN ('reserve', 'commit', 'void', 'reverse')),
    CONSTRAINT redemption_call_redemption_no_fkey FOREIGN KEY(redemption_no) REFERENCES offers.redemption (redemption_no)
);

CREATE TABLE offers.redemption_item (
    redemption_no BIGINT NOT NULL,
    item SMALLINT NOT NULL,
    campaign_no BIGINT NOT NULL,
    offer TEXT NOT NULL,
    line TEXT NOT NULL,
    record_no BIGINT,
    quantity_milli BIGINT NOT NULL,
    uses SMALLINT NOT NULL,
    desired_minor BIGINT NOT NULL,
    granted_minor BIGINT NOT NULL,
    unit TEXT DEFAULT 'money' NOT NULL,
    returned_minor BIGINT DEFAULT 0 NOT NULL,
    over_limit BOOLEAN DEFAULT false NOT NULL,
    reason TEXT,
    state TEXT NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE,
    used_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT redemption_item_pkey PRIMARY KEY (redemption_no, item),
    CONSTRAINT redemption_item_granted_check CHECK (granted_minor BETWEEN 0 AND desired_minor),
    CONSTRAINT redemption_item_returned_check CHECK (returned_minor BETWEEN 0 AND granted_minor),
    CONSTRAINT redemption_item_unit_check CHECK (unit IN ('money', 'points')),
    CONSTRAINT redemption_item_uses_check CHECK (uses IN (0, 1)),
    CONSTRAINT redemption_item_state_check CHECK (state IN ('reserved', 'committed', 'voided', 'reversed', 'returned', 'refused', 'replaced')),
    CONSTRAINT redemption_item_redemption_no_fkey FOREIGN KEY(redemption_no) REFERENCES offers.redemption (redemption_no)
) WITH (fillfactor = 80);
CREATE INDEX redemption_item_record_no_idx ON offers.redemption_item (record_no) WHERE uses > 0 AND record_no IS NOT NULL;

CREATE TABLE offers.sale_return (
    return_no BIGINT GENERATED ALWAYS AS IDENTITY,
    id UUID NOT NULL,
    redemption_no BIGINT NOT NULL,
    store_no BIGINT NOT NULL,
    terminal TEXT NOT NULL,
    business_day DATE NOT NULL,
    number TEXT NOT NULL,
    policy TEXT NOT NULL,
    flags TEXT[] NOT NULL,
    happened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    digest BYTEA NOT NULL,
    answer JSON NOT NULL,
    CONSTRAINT sale_return_pkey PRIMARY KEY (return_no),
    CONSTRAINT sale_return_id_key UNIQUE (id),
    CONSTRAINT sale_return_redemption_no_store_no_terminal_business_da_da8b UNIQUE (redemption_no, store_no, terminal, business_day, number),
    CONSTRAINT sale_return_policy_check CHECK (policy IN ('clawback', 'prorated')),
    CONSTRAINT sale_return_redemption_no_fkey FOREIGN KEY(redemption_no) REFERENCES offers.redemption (redemption_no),
    CONSTRAINT sale_return_store_no_fkey FOREIGN KEY(store_no) REFERENCES offers.store (store_no)
);
CREATE INDEX sale_return_store_no_business_day_terminal_number_idx ON offers.sale_return (store_no, business_day, terminal, number);

CREATE TABLE offers.waiting_return (
    transaction_no BIGINT NOT NULL,
    store_no BIGINT NOT NULL,
    terminal TEXT NOT NULL,
    business_day DATE NOT NULL,
    number TEXT NOT NULL,
    CONSTRAINT waiting_return_pkey PRIMARY KEY (transaction_no, store_no, terminal, business_day, number),
    CONSTRAINT waiting_return_transaction_no_fkey FOREIGN KEY(transaction_no) REFERENCES offers.till_transaction (transaction_no),
    CONSTRAINT waiting_return_store_no_fkey FOREIGN KEY(store_no) REFERENCES offers.store (store_no)
);

CREATE TABLE offers.point_use (
    redemption_no BIGINT NOT NULL,
    lot_no BIGINT NOT NULL,
    points BIGINT NOT NULL,
    given_back BIGINT DEFAULT 0 NOT NULL,
    CONSTRAINT point_use_pkey PRIMARY KEY (redemption_no, lot_no),
    CONSTRAINT point_use_points_check CHECK (points > 0 AND given_back BETWEEN 0 AND points),
    CONSTRAINT point_use_redemption_no_fkey FOREIGN KEY(redemption_no) REFERENCES offers.redemption (redemption_no),
    CONSTRAINT point_use_lot_no_fkey FOREIGN KEY(lot_no) REFERENCES offers.point_lot (lot_no)
);

CREATE TABLE offers.return_line (
    return_no BIGINT NOT NULL,
    line TEXT NOT NULL,
    quantity_milli BIGINT NOT NULL,
    due_minor BIGINT,
    refunded_minor BIGINT NOT NULL,
    CONSTRAINT return_line_pkey PRIMARY KEY (return_no, line),
    CONSTRAINT return_line_quantity_check CHECK (quantity_milli > 0),
    CONSTRAINT return_line_amounts_check CHECK (due_minor >= 0 AND refunded_minor >= 0),
    CONSTRAINT return_line_return_no_fkey FOREIGN KEY(return_no) REFERENCES offers.sale_return (return_no)
);

INSERT INTO offers.catalogue (version, assortment_version) VALUES (1, 1);

INSERT INTO offers.decision_mark DEFAULT VALUES;

CREATE TABLE offers.decision_default PARTITION OF offers.decision DEFAULT;

-- Replaces what a redemption holds by what its items want, as far as there is room, and writes the items.
--
-- One call, so that the hot rows are held for one statement and the commit. Rows are taken in the order
-- (kind, capacity_no) by everybody, so nobody waits in a circle. Without items it gives everything back.
--
-- p_is_fresh    the redemption was made a moment ago, so there is nothing to replace: false is always right, and takes
--               two statements more
-- p_expires_at  until when it is held; NULL: committed, the holds become claims
-- p_facts       it has happened: what finds no room is booked as over instead of being refused
-- p_items       [{item, campaign_no, offer, line, quantity_milli, desired_minor, asked_minor, before_minor, reason,
--               over, unit, code, code_uses}]: what the campaign gives and what of it may be charged (more than 0),
--               what earlier items of its campaign ask, why that is less, whether it is over a limit that is not
--               counted here, whether it is money or points, the code that brought it (hex, as it is stored) and
--               how often that code may be used
CREATE FUNCTION offers.take(
    p_redemption_no bigint,
    p_is_fresh boolean,
    p_store_no bigint,
    p_business_day date,
    p_record_no bigint,
    p_currency text,
    p_used_at timestamptz,
    p_now timestamptz,
    p_expires_at timestamptz,
    p_facts boolean,
    p_items jsonb
) RETURNS TABLE (item smallint, granted_minor bigint, over_limit boolean, reason text)
LANGUAGE plpgsql
-- Planning costs more than running; and a plan made while a table was small outlives that.
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    v_campaigns bigint[];           -- the campaigns asked for; the next five run beside it
    v_given bigint[];               -- the money each may still give
    v_why text[];                   -- why it gives less
    v_over boolean[];               -- whether it went over a limit
    v_points boolean[];             -- whether it gives points, which no budget counts
    v_codes text[];                 -- the code that brought it
    v_rows bigint[];                -- the rows to change, in order; the next six run beside it
    v_kinds smallint[];
    v_indexes integer[];            -- the campaign's place; NULL where a row is only given back
    v_old bigint[];                 -- what the redemption held or used of it
    v_old_over bigint[];
    v_taken bigint[] := '{}';
    v_missing bigint[] := '{}';
    v_is_unchanged boolean := false;
    v_index integer;
    v_want bigint;
    v_got bigint;
    v_more bigint;
    v_freed bigint;
    v_store CONSTANT text := p_store_no::text;
    v_day CONSTANT text := p_business_day::text;
    c_code CONSTANT smallint := 0;
    c_store_day CONSTANT smallint := 1;
    c_uses CONSTANT smallint := 2;
    c_budget CONSTANT smallint := 3;
BEGIN
    -- The catalogue in the caller's memory may be two seconds old; this is not.
    SELECT coalesce(array_agg(a.campaign_no), '{}'), array_agg(CASE WHEN a.is_stopped THEN 0 ELSE a.asked END),
           array_agg(CASE WHEN a.is_stopped THEN 'stopped' END), array_agg(false), array_agg(a.points),
           array_agg(a.code)
      INTO v_campaigns, v_given, v_why, v_over, v_points, v_codes
      FROM (SELECT i.*, NOT p_facts AND (c.state <> 'live' OR k.stopped_all OR p_store_no = ANY (k.stopped_stores)
                                         OR i.campaign_no = ANY (k.stopped_campaigns)) AS is_stopped
              FROM (SELECT j.campaign_no, sum(j.asked_minor)::bigint AS asked, bool_or(j.unit = 'points') AS points,
                           min(j.code) AS code
                      FROM jsonb_to_recordset(p_items)
                        AS j (campaign_no bigint, asked_minor bigint, unit text, code text)
                     GROUP BY j.campaign_no) AS i
              JOIN offers.campaign AS c USING (campaign_no)
             CROSS JOIN offers.catalogue AS k) AS a;

    -- The first use at a store on a day makes its row, with the cap of the campaign's pattern. The share lock keeps
    -- that cap from being changed between reading it here and committing the row.
    INSERT INTO offers.capacity (campaign_no, kind, subject, bucket, cap)
    SELECT p.campaign_no, p.kind, v_store, v_day, p.cap
      FROM offers.capacity AS p
     WHERE p.campaign_no = ANY (v_campaigns) AND p.kind = c_store_day AND p.subject = '' AND p.bucket = ''
       AND NOT EXISTS (
           SELECT FROM offers.capacity AS c
            WHERE c.campaign_no = p.campaign_no AND c.kind = p.kind AND c.subject = v_store AND c.bucket = v_day)
     ORDER BY p.capacity_no
       FOR SHARE OF p
        ON CONFLICT DO NOTHING;

    IF cardinality(array_remove(v_codes, NULL)) > 0 THEN
        -- A code's first use makes its row.
        INSERT INTO offers.capacity (campaign_no, kind, subject, cap)
        SELECT DISTINCT i.campaign_no, c_code, i.code, i.code_uses
          FROM jsonb_to_recordset(p_items) AS i (campaign_no bigint, code text, code_uses bigint)
         WHERE i.code_uses IS NOT NULL
         ORDER BY i.campaign_no, i.code
            ON CONFLICT DO NOTHING;
    END IF;

    SELECT array_agg(r.capacity_no), array_agg(r.kind), array_agg(r.i), array_agg(0), array_agg(0)
      INTO v_rows, v_kinds, v_indexes, v_old, v_old_over
      FROM (SELECT c.capacity_no, c.kind, a.i
              FROM unnest(v_campaigns, v_points, v_codes) WITH ORDINALITY AS a (campaign_no, points, code, i)
             CROSS JOIN LATERAL (VALUES (c_code, a.code, ''), (c_store_day, v_store, v_day), (c_uses, '', ''),
                                        (c_budget, CASE WHEN NOT a.points THEN p_currency END, ''))
                AS w (kind, subject, bucket)
              JOIN offers.capacity AS c
                ON c.campaign_no = a.campaign_no AND c.kind = w.kind AND c.subject = w.subject
               AND c.bucket = w.bucket
             ORDER BY c.kind, c.capacity_no) AS r;

    IF NOT p_is_fresh THEN
        WITH held AS (
            DELETE FROM offers.hold AS h WHERE h.redemption_no = p_redemption_no
            RETURNING h.capacity_no, h.units AS taken, 0::bigint AS over
        ), claimed AS (
            DELETE FROM offers.claim AS c WHERE c.redemption_no = p_redemption_no
            RETURNING c.capacity_no, c.taken, c.over
        ), old AS (
            SELECT * FROM held UNION ALL SELECT * FROM claimed
        )
        SELECT array_agg(r.capacity_no), array_agg(r.kind), array_agg(r.i), array_agg(r.old), array_agg(r.old_over),
               bool_and(r.old_over = 0 AND r.old = CASE
                   WHEN coalesce(v_given[r.i], 0) = 0 THEN 0
                   WHEN r.kind = c_budget THEN v_given[r.i]
                   ELSE 1 END)
          INTO v_rows, v_kinds, v_indexes, v_old, v_old_over, v_is_unchanged
          FROM (SELECT c.capacity_no, c.kind, a.i, coalesce(o.taken, 0) AS old, coalesce(o.over, 0) AS old_over
                  FROM unnest(v_rows, v_indexes) AS a (capacity_no, i)
                  FULL JOIN old AS o USING (capacity_no)
                  JOIN offers.capacity AS c USING (capacity_no)
                 ORDER BY c.kind, c.capacity_no) AS r;
        -- What stood for these items before: the same numbers may come again.
        DELETE FROM offers.redemption_item AS t
         WHERE t.redemption_no = p_redemption_no
           AND t.item IN (SELECT i.item FROM jsonb_to_recordset(p_items) AS i (item smallint));
    END IF;

    FOR v_index IN 1 .. coalesce(cardinality(v_rows), 0) LOOP
        v_want := CASE WHEN coalesce(v_given[v_indexes[v_index]], 0) = 0 THEN 0
                       WHEN v_kinds[v_index] = c_budget THEN v_given[v_indexes[v_index]]
                       ELSE 1 END;
        IF v_is_unchanged THEN
            -- A commit of what was held: the capacity already counts it and is not touched.
            v_got := v_want;
        ELSE
            UPDATE offers.capacity AS c
               SET taken = c.taken - v_old[v_index] + least(v_want, c.cap - c.taken + v_old[v_index]),
                   got = least(v_want, c.cap - c.taken + v_old[v_index]),
                   over = c.over - v_old_over[v_index]
             WHERE c.capacity_no = v_rows[v_index]
               AND (c.taken < c.cap OR v_old[v_index] > 0 OR v_old_over[v_index] > 0)
            RETURNING c.got INTO v_got;
            v_got := coalesce(v_got, 0);
            IF v_got < v_want THEN
                -- Expired holds stay until somebody needs their room. Skipping locked ones leaves alone what
                -- is being committed at this moment, and waits for nobody while capacity is held.
                WITH gone AS (
                    DELETE FROM offers.hold AS h
                     WHERE h.ctid = ANY (ARRAY(
                           SELECT e.ctid FROM offers.hold AS e
                            WHERE e.capacity_no = v_rows[v_index] AND e.expires_at <= p_now
                            ORDER BY e.expires_at LIMIT 1000 FOR UPDATE SKIP LOCKED))
                    RETURNING h.units
                )
                SELECT coalesce(sum(g.units), 0) INTO v_freed FROM gone AS g;
                IF v_freed > 0 THEN
                    UPDATE offers.capacity AS c
                       SET taken = c.taken - v_freed + least(v_want - v_got, c.cap - c.taken + v_freed),
                           got = least(v_want - v_got, c.cap - c.taken + v_freed)
                     WHERE c.capacity_no = v_rows[v_index]
                    RETURNING c.got INTO v_more;
                    v_got := v_got + v_more;
                END IF;
            END IF;
            IF v_got < v_want AND p_facts THEN
                v_over[v_indexes[v_index]] := true;
                UPDATE offers.capacity AS c SET over = c.over + v_want - v_got WHERE c.capacity_no = v_rows[v_index];
            ELSIF v_got < v_want THEN
                v_why[v_indexes[v_index]] := 'capacity';
                v_given[v_indexes[v_index]] := CASE WHEN v_kinds[v_index] = c_budget THEN v_got ELSE 0 END;
            END IF;
        END IF;
        v_taken := v_taken || v_got;
        v_missing := v_missing || CASE WHEN p_facts THEN v_want - v_got ELSE 0 END;
    END LOOP;

    -- A campaign that failed at a later row gives its earlier rows back; we hold their locks.
    FOR v_index IN 1 .. cardinality(v_taken) LOOP
        IF v_taken[v_index] > 0 AND v_given[v_indexes[v_index]] = 0 THEN
            UPDATE offers.capacity AS c SET taken = c.taken - v_taken[v_index]
             WHERE c.capacity_no = v_rows[v_index];
            v_taken[v_index] := 0;
        END IF;
    END LOOP;
    IF p_expires_at IS NULL THEN
        INSERT INTO offers.claim (redemption_no, capacity_no, taken, over)
        SELECT p_redemption_no, b.capacity_no, b.taken, b.over
          FROM unnest(v_rows, v_taken, v_missing) AS b (capacity_no, taken, over)
         WHERE b.taken + b.over > 0;
    ELSE
        INSERT INTO offers.hold (redemption_no, capacity_no, units, expires_at)
        SELECT p_redemption_no, b.capacity_no, b.taken, p_expires_at
          FROM unnest(v_rows, v_taken) AS b (capacity_no, taken)
         WHERE b.taken > 0;
    END IF;

    -- What a campaign may still give goes to its items in their order.
    RETURN QUERY
    INSERT INTO offers.redemption_item AS t (
        redemption_no, item, campaign_no, offer, line, record_no, quantity_milli, unit, uses, desired_minor,
        granted_minor, over_limit, reason, state, expires_at, used_at)
    SELECT p_redemption_no, s.item, s.campaign_no, s.offer, s.line, p_record_no, s.quantity_milli, s.unit,
           CASE WHEN s.before_minor = 0 AND s.granted > 0 THEN 1 ELSE 0 END, s.desired_minor, s.granted,
           s.granted > 0 AND (v_over[s.i] OR coalesce(s.over, false)),
           CASE WHEN s.granted < s.asked_minor THEN v_why[s.i] ELSE s.reason END,
           CASE WHEN s.granted = 0 THEN 'refused' WHEN p_expires_at IS NULL THEN 'committed' ELSE 'reserved' END,
           p_expires_at, p_used_at
      FROM (SELECT d.*, greatest(0, least(d.asked_minor, v_given[d.i] - d.before_minor))::bigint AS granted
              FROM (SELECT i.*, array_position(v_campaigns, i.campaign_no) AS i
                      FROM jsonb_to_recordset(p_items)
                        AS i (item smallint, campaign_no bigint, offer text, line text, quantity_milli bigint,
                              desired_minor bigint, asked_minor bigint, before_minor bigint, reason text,
                              over boolean, unit text)) AS d) AS s
    RETURNING t.item, t.granted_minor, t.over_limit, t.reason;
END
$$;

-- Uses offers at once, each as it was asked for or none of them: makes the transaction's redemption, claims what its
-- items want and keeps the answer, so that a till's commit is one way there and back.
--
-- Does nothing where the till has to be served step by step: its caller may not, its transaction has a redemption,
-- the catalogue is not the one that the caller decided by, something is stopped, or a limit has no room for all of
-- it. The rows that all tills want come last and are held for what is left of one statement. Room that went since the
-- look at it is not found out by asking again: the row's check refuses, and nothing of this stands.
--
-- p_may        whether the caller may still do this
-- p_campaigns  what is used; p_money, what of it counts against a budget, runs beside it
-- p_items      [{item, campaign_no, offer, line, quantity_milli, desired_minor, asked_minor, before_minor, reason}], as
--              `offers.take` wants them
-- p_answer     the answer
CREATE FUNCTION offers.book(
    p_may boolean,
    p_catalogue bigint,
    p_id uuid,
    p_store_no bigint,
    p_terminal text,
    p_business_day date,
    p_number text,
    p_revision integer,
    p_decision uuid,
    p_record_no bigint,
    p_flags text[],
    p_currency text,
    p_happened_at timestamptz,
    p_now timestamptz,
    p_used_at timestamptz,
    p_campaigns bigint[],
    p_money bigint[],
    p_items jsonb,
    p_digest bytea,
    p_answer json
) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_rows bigint[];                -- the limits, in the order in which everybody takes them
    v_units bigint[];               -- what is taken of each
    c_store_day CONSTANT smallint := 1;
    c_uses CONSTANT smallint := 2;
    c_budget CONSTANT smallint := 3;
BEGIN
    WITH wanted AS MATERIALIZED (
        SELECT c.capacity_no, c.kind, w.units, c.cap - c.taken AS room
          FROM unnest(p_campaigns, p_money) AS a (campaign_no, money)
         CROSS JOIN LATERAL (VALUES (c_store_day, '', '', 0), (c_store_day, p_store_no::text, p_business_day::text, 1),
                                    (c_uses, '', '', 1), (c_budget, p_currency, '', a.money))
                         AS w (kind, subject, bucket, units)
          JOIN offers.capacity AS c
            ON c.campaign_no = a.campaign_no AND c.kind = w.kind AND c.subject = w.subject AND c.bucket = w.bucket
    ), made AS (
        INSERT INTO offers.redemption (
            id, store_no, terminal, business_day, number, revision, state, decision, record_no, occurred_at,
            received_at, flags)
        SELECT p_id, p_store_no, p_terminal, p_business_day, p_number, p_revision, 'committed', p_decision,
               p_record_no, p_happened_at, p_now, p_flags
          FROM offers.catalogue AS k
         WHERE p_may AND k.version = p_catalogue
           AND NOT (k.stopped_all OR p_store_no = ANY (k.stopped_stores) OR k.stopped_campaigns && p_campaigns)
           AND NOT EXISTS (SELECT FROM wanted AS w WHERE w.units > w.room)
           -- A limit a store and day has a row that says so; the first use of a day finds no other.
           AND (SELECT count(*) FILTER (WHERE w.units = 0) = count(*) FILTER (WHERE w.units > 0)
                  FROM wanted AS w WHERE w.kind = c_store_day)
            ON CONFLICT (store_no, terminal, business_day, number) DO NOTHING
        RETURNING redemption_no
    ), items AS (
        INSERT INTO offers.redemption_item (
            redemption_no, item, campaign_no, offer, line, record_no, quantity_milli, uses, desired_minor,
            granted_minor, reason, state, used_at)
        SELECT m.redemption_no, i.item, i.campaign_no, i.offer, i.line, p_record_no, i.quantity_milli,
               CASE WHEN i.before_minor = 0 THEN 1 ELSE 0 END, i.desired_minor, i.asked_minor, i.reason, 'committed',
               p_used_at
          FROM made AS m
         CROSS JOIN jsonb_to_recordset(p_items)
            AS i (item smallint, campaign_no bigint, offer text, line text, quantity_milli bigint,
                  desired_minor bigint, asked_minor bigint, before_minor bigint, reason text)
    ), claimed AS (
        INSERT INTO offers.claim (redemption_no, capacity_no, taken, over)
        SELECT m.redemption_no, w.capacity_no, w.units, 0 FROM made AS m CROSS JOIN wanted AS w WHERE w.units > 0
    ), kept AS (
        INSERT INTO offers.redemption_call (redemption_no, operation, revision, digest, answer, at)
        SELECT m.redemption_no, 'commit', 0, p_digest, p_answer, p_now FROM made AS m
    )
    SELECT array_agg(w.capacity_no), array_agg(w.units)
      INTO v_rows, v_units
      FROM (SELECT * FROM wanted WHERE units > 0 ORDER BY kind, capacity_no) AS w
     WHERE EXISTS (SELECT FROM made);

    FOR v_place IN 1 .. coalesce(cardinality(v_rows), 0) LOOP
        UPDATE offers.capacity AS c SET taken = c.taken + v_units[v_place] WHERE c.capacity_no = v_rows[v_place];
    END LOOP;
END
$$;

-- Gives back what was returned of a committed redemption: to the limit, store and day it was booked in, and to the
-- column it was booked in; what went over comes back first.
--
-- p_items  [{item, back, whole}]: of a granted amount so much (cents or points) comes back; whole: nothing is left
CREATE FUNCTION offers.put_back(p_redemption_no bigint, p_items jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_row record;
    v_over bigint;
BEGIN
    UPDATE offers.redemption_item AS t
       SET returned_minor = t.returned_minor + b.back, state = CASE WHEN b.whole THEN 'returned' ELSE t.state END
      FROM jsonb_to_recordset(p_items) AS b (item smallint, back bigint, whole boolean)
     WHERE t.redemption_no = p_redemption_no AND t.item = b.item AND t.state = 'committed';

    -- A use stands as long as one item of its campaign does: it is carried by the first that is left.
    UPDATE offers.redemption_item AS t
       SET uses = CASE WHEN t.item = s.first THEN 1 ELSE 0 END
      FROM (SELECT campaign_no, min(item) FILTER (WHERE state = 'committed') AS first
              FROM offers.redemption_item
             WHERE redemption_no = p_redemption_no AND state IN ('committed', 'returned')
             GROUP BY campaign_no
            HAVING bool_or(state = 'returned' AND uses = 1) AND bool_or(state = 'committed')) AS s
     WHERE t.redemption_no = p_redemption_no AND t.campaign_no = s.campaign_no
       AND t.state IN ('committed', 'returned');

    FOR v_row IN
        SELECT k.capacity_no, c.taken, c.over,
               CASE WHEN k.kind = 3 THEN least(m.money, c.taken + c.over)
                    WHEN m.stands THEN 0
                    ELSE c.taken + c.over END AS units
          FROM offers.claim AS c
          JOIN offers.capacity AS k USING (capacity_no)
          JOIN (SELECT t.campaign_no, bool_or(t.state = 'committed') AS stands,
                       coalesce(sum(b.back) FILTER (WHERE t.unit = 'money'), 0)::bigint AS money
                  FROM offers.redemption_item AS t
                  LEFT JOIN jsonb_to_recordset(p_items) AS b (item smallint, back bigint) ON b.item = t.item
                 WHERE t.redemption_no = p_redemption_no AND t.state IN ('committed', 'returned')
                 GROUP BY t.campaign_no
                HAVING count(b.item) > 0) AS m ON m.campaign_no = k.campaign_no
         WHERE c.redemption_no = p_redemption_no
         ORDER BY k.kind, k.capacity_no
    LOOP
        CONTINUE WHEN v_row.units = 0;
        v_over := least(v_row.over, v_row.units);
        UPDATE offers.capacity AS c
           SET taken = c.taken - (v_row.units - v_over), over = c.over - v_over
         WHERE c.capacity_no = v_row.capacity_no;
        IF v_row.units = v_row.taken + v_row.over THEN
            DELETE FROM offers.claim AS c
             WHERE c.redemption_no = p_redemption_no AND c.capacity_no = v_row.capacity_no;
        ELSE
            UPDATE offers.claim AS c
               SET taken = c.taken - (v_row.units - v_over), over = c.over - v_over
             WHERE c.redemption_no = p_redemption_no AND c.capacity_no = v_row.capacity_no;
        END IF;
    END LOOP;
END
$$;

-- What expired holds would give back to a limit, as far as a hundred of them go: asked only where half of it is
-- taken, so that a generous limit costs no question. `take` releases them when somebody needs their room.
CREATE FUNCTION offers.lapsed(p_capacity_no bigint, p_now timestamptz) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT coalesce(sum(l.units), 0)
              FROM (SELECT h.units FROM offers.hold AS h
                     WHERE h.capacity_no = p_capacity_no AND h.expires_at <= p_now
                     ORDER BY h.expires_at LIMIT 100) AS l);
END
$$;

-- What these records bought or took out of the cart among the wanted products, and with p_groups also among the
-- other variants of those: [product_no, six instants]. A function, so that whoever closed nothing does not pay
-- for the question.
CREATE FUNCTION offers.closing(p_closers bigint[], p_products integer[], p_groups boolean) RETURNS bigint[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT array_agg(ARRAY[i.product_no, i.viewed_at_s, i.searched_at_s, i.carted_at_s, i.removed_at_s,
                               i.bought_at_s, i.returned_at_s])
          FROM offers.interest AS i
         WHERE i.record_no = ANY (p_closers) AND (i.bought_at_s > 0 OR i.removed_at_s > 0)
           AND i.product_no = ANY (
               CASE WHEN p_groups THEN p_products || ARRAY(
                   SELECT o.product_no::integer
                     FROM offers.product AS p
                     JOIN offers.product AS o ON o.variant_group = p.variant_group
                    WHERE p.product_no = ANY (p_products) AND p.variant_group IS NOT NULL)
               ELSE p_products END));
END
$$;

-- What is left of the limits of these campaigns, with what this redemption holds itself and what expired holds
-- would give back: [campaign_no, kind, what is left]. A function, so that a query for which nothing binds does not
-- pay for the question.
CREATE FUNCTION offers.room(
    p_campaigns bigint[],
    p_daily_campaigns bigint[],
    p_store text,
    p_business_day text,
    p_currency text,
    p_redemption_no bigint,
    p_now timestamptz
) RETURNS bigint[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT array_agg(ARRAY[k.campaign_no, k.kind, k.cap - k.taken
                               + coalesce((SELECT h.units FROM offers.hold AS h
                                            WHERE h.redemption_no = p_redemption_no
                                              AND h.capacity_no = k.capacity_no), 0)
                               + offers.lapsed(k.capacity_no, p_now)])
          FROM (SELECT * FROM offers.capacity
                 WHERE campaign_no = ANY (p_campaigns) AND kind >= 2 AND subject IN ('', p_currency)
                 UNION ALL
                SELECT * FROM offers.capacity
                 WHERE campaign_no = ANY (p_daily_campaigns) AND kind = 1 AND subject = p_store
                   AND bucket = p_business_day) AS k);
END
$$;

-- What codes and clipped coupons open: for each digest its campaign, or why it opens nothing; and the campaigns
-- that the members clipped (digest NULL).
--
-- With p_claims the transaction claims the codes whose uses are counted. The code's row is locked before its
-- claims are counted, so of two tills with one code the second sees the claim of the first. One call, so it holds
-- on connections that commit each statement by itself.
CREATE FUNCTION offers.opened(
    p_digests uuid[],
    p_members bigint[],
    p_store_no bigint,
    p_terminal text,
    p_business_day date,
    p_number text,
    p_now timestamptz,
    p_lapsed_at timestamptz,
    p_claims boolean
) RETURNS TABLE (digest uuid, campaign_no bigint, reason text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    v_code record;
    v_used bigint;
BEGIN
    FOR v_code IN
        SELECT c.digest, b.campaign_no, b.uses_most,
               CASE WHEN b.revoked_at IS NOT NULL THEN 'code_revoked'
                    WHEN b.expires_at <= p_now THEN 'code_expired' END AS reason
          FROM offers.code AS c JOIN offers.code_batch AS b ON b.batch_no = c.batch_no
         WHERE c.digest = ANY (p_digests)
         ORDER BY c.digest
    LOOP
        digest := v_code.digest;
        campaign_no := v_code.campaign_no;
        reason := v_code.reason;
        IF reason IS NULL AND v_code.uses_most IS NOT NULL THEN
            IF p_claims THEN
                PERFORM FROM offers.code AS c WHERE c.digest = v_code.digest FOR UPDATE;
            END IF;
            -- A claim stands while its transaction may still come back, and as long as it uses the campaign; cancelled
            -- or brought back as a whole, it gives the code back at once.
            SELECT count(*) INTO v_used
              FROM offers.code_claim AS k
              LEFT JOIN offers.redemption AS r
                ON r.store_no = k.store_no AND r.terminal = k.terminal
               AND r.business_day = k.business_day AND r.number = k.number
             WHERE k.digest = v_code.digest
               AND (k.store_no, k.terminal, k.business_day, k.number)
                   IS DISTINCT FROM (p_store_no, p_terminal, p_business_day, p_number)
               AND (coalesce(r.state, 'reserved') = 'reserved' AND k.claimed_at > p_lapsed_at
                    OR r.state IN ('reserved', 'committed') AND EXISTS (
                        SELECT FROM offers.redemption_item AS i
                         WHERE i.redemption_no = r.redemption_no AND i.campaign_no = v_code.campaign_no
                           AND i.uses > 0
                           AND (i.state = 'committed' OR i.state = 'reserved' AND r.expires_at > p_now)));
            IF v_used >= v_code.uses_most THEN
                reason := 'code_used';
            ELSIF p_claims THEN
                INSERT INTO offers.code_claim AS k
                       (digest, store_no, terminal, business_day, number, claimed_at)
                VALUES (v_code.digest, p_store_no, p_terminal, p_business_day, p_number, p_now)
                    ON CONFLICT ON CONSTRAINT code_claim_pkey DO UPDATE SET claimed_at = excluded.claimed_at;
            END IF;
        END IF;
        RETURN NEXT;
    END LOOP;
    RETURN QUERY
    SELECT DISTINCT NULL::uuid, c.campaign_no, NULL::text
      FROM offers.clip AS c WHERE c.record_no = ANY (p_members);
END
$$;
