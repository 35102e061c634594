CREATE SCHEMA gateway;

CREATE TABLE gateway.api_key (
    key_id TEXT NOT NULL,
    secret_digest BYTEA NOT NULL,
    name TEXT NOT NULL,
    scopes TEXT[] NOT NULL,
    source TEXT,
    stores TEXT[],
    distinct_per_minute INTEGER,
    misses_per_minute INTEGER,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE,
    revoked_at TIMESTAMP WITH TIME ZONE,
    replaces TEXT,
    CONSTRAINT pk_api_key PRIMARY KEY (key_id),
    CONSTRAINT ck_api_key_digest_is_sha256 CHECK (octet_length(secret_digest) = 32),
    CONSTRAINT ck_api_key_may_do_something CHECK (cardinality(scopes) > 0),
    CONSTRAINT ck_api_key_some_store_or_all CHECK (stores is null or cardinality(stores) > 0)
);
COMMENT ON TABLE gateway.api_key IS 'who may come in; the secret itself is never stored';

CREATE TABLE gateway.event_batch (
    batch_no BIGINT GENERATED ALWAYS AS IDENTITY,
    source TEXT NOT NULL,
    proof SMALLINT NOT NULL,
    weight INTEGER NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    body BYTEA NOT NULL,
    attempts INTEGER DEFAULT 0 NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE,
    trouble TEXT,
    CONSTRAINT pk_event_batch PRIMARY KEY (batch_no)
);
CREATE INDEX ix_event_batch_due ON gateway.event_batch (due_at, batch_no) WHERE due_at is not null;
COMMENT ON TABLE gateway.event_batch IS 'messages of large calls, sealed, until they are worked on; without a time: given up';

CREATE TABLE gateway.idempotency (
    key_id TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    fingerprint BYTEA NOT NULL,
    status SMALLINT NOT NULL,
    body BYTEA NOT NULL,
    answered_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_idempotency PRIMARY KEY (key_id, idempotency_key),
    CONSTRAINT ck_idempotency_fingerprint_is_sha256 CHECK (octet_length(fingerprint) = 32)
);
CREATE INDEX ix_idempotency_answered_at ON gateway.idempotency (answered_at);
COMMENT ON TABLE gateway.idempotency IS 'first answers of calls with an Idempotency-Key, written with the work itself; kept for a week';

CREATE TABLE gateway.import_run (
    batch TEXT NOT NULL,
    source TEXT NOT NULL,
    content BYTEA NOT NULL,
    position BIGINT DEFAULT 0 NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    finished_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_import_run PRIMARY KEY (batch),
    CONSTRAINT ck_import_run_content_is_sha256 CHECK (octet_length(content) = 32),
    CONSTRAINT ck_import_run_counts_lines CHECK (position >= 0)
);
COMMENT ON TABLE gateway.import_run IS 'position moves in the transaction that stores a line''s record, so no line counts twice';

CREATE TABLE gateway.inbox (
    inbox_no BIGINT GENERATED ALWAYS AS IDENTITY,
    connector TEXT NOT NULL,
    source TEXT NOT NULL,
    delivery TEXT NOT NULL,
    topic TEXT NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    body BYTEA,
    state TEXT DEFAULT 'waiting' NOT NULL,
    part SMALLINT DEFAULT 0 NOT NULL,
    attempts INTEGER DEFAULT 0 NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    waits_for TEXT,
    trouble TEXT,
    CONSTRAINT pk_inbox PRIMARY KEY (inbox_no),
    CONSTRAINT uq_inbox_source_delivery UNIQUE (source, delivery),
    CONSTRAINT ck_inbox_known_state CHECK (state in ('waiting', 'done', 'dead')),
    CONSTRAINT ck_inbox_done_forgets_the_body CHECK ((body is null) = (state = 'done'))
);
CREATE INDEX ix_inbox_due ON gateway.inbox (due_at) WHERE state = 'waiting';
CREATE INDEX ix_inbox_old ON gateway.inbox (received_at) WHERE state = 'done';
CREATE INDEX ix_inbox_waits_for ON gateway.inbox (source, waits_for) WHERE waits_for is not null;
COMMENT ON TABLE gateway.inbox IS 'webhooks as they came, sealed; once worked on, only what recognises a repetition stays';

CREATE TABLE gateway.key_state (
    "only" BOOLEAN DEFAULT true NOT NULL,
    version BIGINT DEFAULT 1 NOT NULL,
    CONSTRAINT pk_key_state PRIMARY KEY ("only"),
    CONSTRAINT ck_key_state_one_row CHECK ("only")
);
COMMENT ON TABLE gateway.key_state IS 'raised whenever a key changes, so that workers notice a revocation with a read they make anyway';

CREATE TABLE gateway.kiosk_device (
    device_id UUID NOT NULL,
    cookie_digest BYTEA NOT NULL,
    store TEXT NOT NULL,
    name TEXT NOT NULL,
    paired_at TIMESTAMP WITH TIME ZONE NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    revoked_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_kiosk_device PRIMARY KEY (device_id),
    CONSTRAINT uq_kiosk_device_cookie_digest UNIQUE (cookie_digest),
    CONSTRAINT ck_kiosk_device_digest_is_sha256 CHECK (octet_length(cookie_digest) = 32)
);
COMMENT ON TABLE gateway.kiosk_device IS 'browsers that may show the kiosk page of one store; the cookie itself is never stored';

CREATE TABLE gateway.kiosk_pairing (
    selector TEXT NOT NULL,
    sealed_secret TEXT NOT NULL,
    store TEXT NOT NULL,
    name TEXT NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    guesses_left SMALLINT NOT NULL,
    CONSTRAINT pk_kiosk_pairing PRIMARY KEY (selector),
    CONSTRAINT ck_kiosk_pairing_few_guesses CHECK (guesses_left between 0 and 5)
);
COMMENT ON TABLE gateway.kiosk_pairing IS 'codes that can pair a kiosk; gone when used, and when expired with the next new code';

CREATE TABLE gateway.newest (
    source TEXT NOT NULL,
    subject TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_newest PRIMARY KEY (source, subject)
);
COMMENT ON TABLE gateway.newest IS 'when the newest word about something came from a source, so that an older one does not undo it';

CREATE TABLE gateway.poslog_import (
    import_no BIGINT GENERATED ALWAYS AS IDENTITY,
    digest BYTEA NOT NULL,
    source TEXT NOT NULL,
    name TEXT NOT NULL,
    opening BYTEA,
    offset_bytes BIGINT DEFAULT 0 NOT NULL,
    line BIGINT DEFAULT 0 NOT NULL,
    recorded BIGINT DEFAULT 0 NOT NULL,
    repeated BIGINT DEFAULT 0 NOT NULL,
    passed_over BIGINT DEFAULT 0 NOT NULL,
    refused BIGINT DEFAULT 0 NOT NULL,
    begun_at TIMESTAMP WITH TIME ZONE NOT NULL,
    finished_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_poslog_import PRIMARY KEY (import_no),
    CONSTRAINT uq_poslog_import_digest_source UNIQUE (digest, source),
    CONSTRAINT ck_poslog_import_digest_is_sha256 CHECK (octet_length(digest) = 32)
) WITH (fillfactor = 50);
COMMENT ON TABLE gateway.poslog_import IS 'files of tills, known by their content: one that was broken off goes on where it stopped';

CREATE TABLE gateway.privacy_request (
    request_no BIGINT GENERATED ALWAYS AS IDENTITY,
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    record_key TEXT NOT NULL,
    reference TEXT NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    done_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_privacy_request PRIMARY KEY (request_no),
    CONSTRAINT uq_privacy_request_source_record_key_reference UNIQUE (source, record_key, reference)
);
CREATE INDEX ix_privacy_request_open ON gateway.privacy_request (request_no) WHERE done_at is null;
COMMENT ON TABLE gateway.privacy_request IS 'what shoppers asked a shop to be told, for a person to hand over; the law gives a month';

CREATE TABLE gateway.shop (
    shop_no BIGINT GENERATED ALWAYS AS IDENTITY,
    connector TEXT NOT NULL,
    name TEXT NOT NULL,
    source TEXT NOT NULL,
    secret BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_shop PRIMARY KEY (shop_no),
    CONSTRAINT ck_shop_known_connector CHECK (connector in ('shopify', 'woocommerce'))
);
CREATE INDEX ix_shop_connector_name ON gateway.shop (connector, name);
COMMENT ON TABLE gateway.shop IS 'shops whose webhooks are taken; several rows of one shop while its secret is being changed';

CREATE TABLE gateway.webhook_endpoint (
    endpoint_no BIGINT GENERATED ALWAYS AS IDENTITY,
    id UUID NOT NULL,
    url TEXT NOT NULL,
    kinds TEXT[] NOT NULL,
    secret BYTEA NOT NULL,
    former_secret BYTEA,
    former_until TIMESTAMP WITH TIME ZONE,
    enabled BOOLEAN DEFAULT true NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_webhook_endpoint PRIMARY KEY (endpoint_no),
    CONSTRAINT uq_webhook_endpoint_id UNIQUE (id),
    CONSTRAINT ck_webhook_endpoint_is_told_something CHECK (cardinality(kinds) > 0)
);
COMMENT ON TABLE gateway.webhook_endpoint IS 'addresses that are told what happens; secrets are sealed';

CREATE TABLE gateway.webhook_reach (
    "only" BOOLEAN DEFAULT true NOT NULL,
    position BIGINT DEFAULT 0 NOT NULL,
    review_no BIGINT DEFAULT 0 NOT NULL,
    CONSTRAINT pk_webhook_reach PRIMARY KEY ("only"),
    CONSTRAINT ck_webhook_reach_one_row CHECK ("only")
);
COMMENT ON TABLE gateway.webhook_reach IS 'how far the change feed and the reviews have been told';

CREATE TABLE gateway.poslog_reject (
    import_no BIGINT NOT NULL,
    line BIGINT NOT NULL,
    transaction TEXT NOT NULL,
    reason TEXT NOT NULL,
    CONSTRAINT pk_poslog_reject PRIMARY KEY (import_no, line),
    CONSTRAINT fk_poslog_reject_import_no FOREIGN KEY(import_no) REFERENCES gateway.poslog_import (import_no)
);
COMMENT ON TABLE gateway.poslog_reject IS 'transactions of a file that were refused, by the line they begin on';

CREATE TABLE gateway.webhook_message (
    message_no BIGINT GENERATED ALWAYS AS IDENTITY,
    endpoint_no BIGINT NOT NULL,
    event TEXT NOT NULL,
    kind TEXT NOT NULL,
    subjects UUID[] NOT NULL,
    body TEXT NOT NULL,
    state TEXT DEFAULT 'waiting' NOT NULL,
    attempts INTEGER DEFAULT 0 NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    trouble TEXT,
    CONSTRAINT pk_webhook_message PRIMARY KEY (message_no),
    CONSTRAINT uq_webhook_message_endpoint_no_event UNIQUE (endpoint_no, event),
    CONSTRAINT ck_webhook_message_known_state CHECK (state in ('waiting', 'delivered', 'dead')),
    CONSTRAINT fk_webhook_message_endpoint_no FOREIGN KEY(endpoint_no) REFERENCES gateway.webhook_endpoint (endpoint_no) ON DELETE CASCADE
);
CREATE INDEX ix_webhook_message_due ON gateway.webhook_message (due_at) WHERE state = 'waiting';
CREATE INDEX ix_webhook_message_old ON gateway.webhook_message (created_at) WHERE state <> 'waiting';
CREATE INDEX ix_webhook_message_waiting ON gateway.webhook_message (endpoint_no, message_no) WHERE state = 'waiting';
COMMENT ON TABLE gateway.webhook_message IS 'what is on its way, what was taken, and what nobody took';

insert into gateway.key_state default values;

create function gateway.raise_key_version() returns trigger language plpgsql as $$
    begin
        update gateway.key_state set version = version + 1;
        return null;
    end
    $$;

create trigger api_key_changed after update or delete or truncate on gateway.api_key
    for each statement execute function gateway.raise_key_version();
