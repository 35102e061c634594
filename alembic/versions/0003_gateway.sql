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

insert into gateway.key_state default values;

create function gateway.raise_key_version() returns trigger language plpgsql as $$
    begin
        update gateway.key_state set version = version + 1;
        return null;
    end
    $$;

create trigger api_key_changed after update or delete or truncate on gateway.api_key
    for each statement execute function gateway.raise_key_version();
