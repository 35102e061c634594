CREATE SCHEMA identity;

CREATE SEQUENCE identity.event_no;

CREATE TABLE identity.activation (
    activation_no BIGINT GENERATED ALWAYS AS IDENTITY,
    model_no BIGINT NOT NULL,
    author TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_activation PRIMARY KEY (activation_no)
);

CREATE TABLE identity.batch (
    batch_no BIGINT GENERATED ALWAYS AS IDENTITY,
    name TEXT NOT NULL,
    author TEXT NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    rolled_back_at TIMESTAMP WITH TIME ZONE,
    rolled_back_by TEXT,
    CONSTRAINT pk_batch PRIMARY KEY (batch_no),
    CONSTRAINT uq_batch_name UNIQUE (name),
    CONSTRAINT ck_batch_rolled_back CHECK ((rolled_back_at is null) = (rolled_back_by is null))
);

CREATE TABLE identity.block_key (
    digest BIGINT NOT NULL,
    record_no BIGINT NOT NULL,
    token INTEGER NOT NULL,
    CONSTRAINT pk_block_key PRIMARY KEY (digest, record_no) INCLUDE (token)
);

CREATE TABLE identity.change (
    seq BIGINT GENERATED ALWAYS AS IDENTITY,
    position BIGINT,
    kind TEXT NOT NULL,
    profile UUID NOT NULL,
    body JSONB NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_change PRIMARY KEY (seq),
    CONSTRAINT uq_change_position UNIQUE (position)
) WITH (fillfactor = 80);
CREATE INDEX ix_change_unnumbered ON identity.change (seq) WHERE position IS NULL;

CREATE TABLE identity.consent (
    consent_no BIGINT GENERATED ALWAYS AS IDENTITY,
    record_no BIGINT NOT NULL,
    purpose TEXT NOT NULL,
    granted BOOLEAN NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    proof SMALLINT NOT NULL,
    sealed BYTEA,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_consent PRIMARY KEY (consent_no),
    CONSTRAINT uq_consent_statement UNIQUE (record_no, purpose, at, granted),
    CONSTRAINT ck_consent_proof CHECK (proof between 1 and 4),
    CONSTRAINT ck_consent_purpose CHECK (purpose ~ '^[a-z][a-z0-9_]*$')
);

CREATE TABLE identity.erasure (
    erasure_no BIGINT GENERATED ALWAYS AS IDENTITY,
    profile UUID NOT NULL,
    records INTEGER NOT NULL,
    reason TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_erasure PRIMARY KEY (erasure_no)
);

CREATE TABLE identity.event (
    occurred_at TIMESTAMP WITH TIME ZONE NOT NULL,
    event_no BIGINT NOT NULL,
    record_no BIGINT NOT NULL,
    kind TEXT NOT NULL,
    channel TEXT NOT NULL,
    source TEXT NOT NULL,
    proof SMALLINT NOT NULL,
    sealed BYTEA,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_event PRIMARY KEY (occurred_at, event_no),
    CONSTRAINT ck_event_channel CHECK (channel in ('online', 'store'))
) PARTITION BY RANGE (occurred_at);
CREATE INDEX ix_event_record_no ON identity.event (record_no, occurred_at, event_no);

CREATE TABLE identity.event_move (
    move_no BIGINT GENERATED ALWAYS AS IDENTITY,
    occurred_at TIMESTAMP WITH TIME ZONE NOT NULL,
    event_no BIGINT NOT NULL,
    from_no BIGINT NOT NULL,
    to_no BIGINT NOT NULL,
    cause TEXT NOT NULL,
    moved_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_event_move PRIMARY KEY (move_no)
);
CREATE INDEX ix_event_move_event ON identity.event_move (event_no);

CREATE TABLE identity.event_receipt (
    digest UUID NOT NULL,
    occurred_at TIMESTAMP WITH TIME ZONE NOT NULL,
    event_no BIGINT NOT NULL,
    CONSTRAINT pk_event_receipt PRIMARY KEY (digest)
);

CREATE TABLE identity.feed (
    feed_no SMALLINT NOT NULL,
    position BIGINT NOT NULL,
    CONSTRAINT pk_feed PRIMARY KEY (feed_no),
    CONSTRAINT ck_feed_one_row CHECK (feed_no = 1)
);

CREATE TABLE identity.identifier (
    digest BIGINT NOT NULL,
    record_no BIGINT NOT NULL,
    type SMALLINT NOT NULL,
    assurance SMALLINT NOT NULL,
    token INTEGER NOT NULL,
    valid_from TIMESTAMP WITH TIME ZONE,
    valid_to TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_identifier PRIMARY KEY (digest, record_no) INCLUDE (type, assurance, token, valid_from, valid_to),
    CONSTRAINT ck_identifier_assurance CHECK (assurance between 1 and 4)
);

CREATE TABLE identity.judged (
    record_no BIGINT NOT NULL,
    judgement_no BIGINT NOT NULL,
    CONSTRAINT pk_judged PRIMARY KEY (record_no, judgement_no)
);

CREATE TABLE identity.judgement (
    judgement_no BIGINT GENERATED ALWAYS AS IDENTITY,
    left_nos BIGINT[] NOT NULL,
    right_nos BIGINT[] NOT NULL,
    pair UUID NOT NULL,
    verdict TEXT NOT NULL,
    reason TEXT NOT NULL,
    author TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    superseded_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_judgement PRIMARY KEY (judgement_no),
    CONSTRAINT ck_judgement_verdict CHECK (verdict in ('same', 'different')),
    CONSTRAINT ck_judgement_sets CHECK (cardinality(left_nos) > 0 and cardinality(right_nos) > 0),
    CONSTRAINT ck_judgement_disjoint CHECK (not left_nos && right_nos)
);
CREATE UNIQUE INDEX uq_judgement_live ON identity.judgement (pair) WHERE superseded_at IS NULL;

CREATE TABLE identity.member (
    record_no BIGINT NOT NULL,
    piece_no BIGINT NOT NULL,
    person_no BIGINT NOT NULL,
    profile_no BIGINT NOT NULL,
    level SMALLINT NOT NULL,
    links BIGINT[],
    CONSTRAINT pk_member PRIMARY KEY (record_no)
) WITH (fillfactor = 90);
CREATE INDEX ix_member_piece_no ON identity.member (piece_no, record_no);

CREATE TABLE identity.membership (
    record_no BIGINT NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    membership_no BIGINT GENERATED ALWAYS AS IDENTITY,
    person_no BIGINT,
    profile_no BIGINT,
    CONSTRAINT pk_membership PRIMARY KEY (record_no, since, membership_no),
    CONSTRAINT ck_membership_nobody CHECK ((person_no is null) = (profile_no is null))
);
CREATE INDEX ix_membership_profile_no ON identity.membership (profile_no);

CREATE TABLE identity.mention (
    record_no BIGINT NOT NULL,
    digest BIGINT NOT NULL,
    type SMALLINT NOT NULL,
    days DATE[] NOT NULL,
    CONSTRAINT pk_mention PRIMARY KEY (record_no, digest)
);

CREATE TABLE identity.model (
    model_no BIGINT GENERATED ALWAYS AS IDENTITY,
    version TEXT NOT NULL,
    document JSONB NOT NULL,
    added_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_model PRIMARY KEY (model_no),
    CONSTRAINT uq_model_version UNIQUE (version)
);

CREATE TABLE identity.profile (
    profile_no BIGINT NOT NULL,
    id UUID NOT NULL,
    person_no BIGINT NOT NULL,
    members BIGINT[] NOT NULL,
    limit_members BIGINT[],
    channel TEXT,
    personal BOOLEAN NOT NULL,
    staff BOOLEAN NOT NULL,
    tier TEXT,
    CONSTRAINT pk_profile PRIMARY KEY (profile_no),
    CONSTRAINT uq_profile_id UNIQUE (id),
    CONSTRAINT ck_profile_members CHECK (cardinality(members) > 0),
    CONSTRAINT ck_profile_channel CHECK (channel in ('online', 'store'))
) WITH (fillfactor = 70);

CREATE TABLE identity.record (
    record_no BIGINT GENERATED BY DEFAULT AS IDENTITY,
    id UUID NOT NULL,
    source TEXT NOT NULL,
    key TEXT NOT NULL,
    generation INTEGER NOT NULL,
    channel TEXT NOT NULL,
    stub BOOLEAN NOT NULL,
    judged BOOLEAN NOT NULL,
    keys BIGINT[] NOT NULL,
    content UUID,
    sealed BYTEA,
    batch TEXT,
    model_no BIGINT NOT NULL,
    household BIGINT,
    observed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    deleted_at TIMESTAMP WITH TIME ZONE,
    erased_at TIMESTAMP WITH TIME ZONE,
    forward_no BIGINT,
    CONSTRAINT pk_record PRIMARY KEY (record_no),
    CONSTRAINT uq_record_id UNIQUE (id),
    CONSTRAINT uq_record_source_key_generation UNIQUE (source, key, generation),
    CONSTRAINT ck_record_channel CHECK (channel in ('online', 'store')),
    CONSTRAINT ck_record_generation CHECK (generation > 0),
    CONSTRAINT ck_record_sealed CHECK ((sealed is null) = (deleted_at is not null or erased_at is not null)),
    CONSTRAINT ck_record_gone_posts_nothing CHECK (sealed is not null or keys = '{}'),
    CONSTRAINT ck_record_erased_forwards_nowhere CHECK (erased_at is null or forward_no is null)
) WITH (fillfactor = 90);
CREATE INDEX ix_record_batch ON identity.record (batch) WHERE batch IS NOT NULL;
CREATE INDEX ix_record_forward_no ON identity.record (forward_no) WHERE forward_no IS NOT NULL;
CREATE INDEX ix_record_household ON identity.record (household) WHERE household IS NOT NULL;

CREATE TABLE identity.redo (
    redo_no BIGINT GENERATED ALWAYS AS IDENTITY,
    kind TEXT NOT NULL,
    subject BIGINT NOT NULL,
    reason TEXT NOT NULL,
    queued_at TIMESTAMP WITH TIME ZONE NOT NULL,
    attempts INTEGER DEFAULT 0 NOT NULL,
    CONSTRAINT pk_redo PRIMARY KEY (redo_no),
    CONSTRAINT ck_redo_kind CHECK (kind in ('key', 'record', 'model', 'batch', 'source'))
);

CREATE TABLE identity.replaced (
    batch TEXT NOT NULL,
    record_no BIGINT NOT NULL,
    stub BOOLEAN NOT NULL,
    content UUID,
    sealed BYTEA NOT NULL,
    batch_before TEXT,
    observed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_replaced PRIMARY KEY (batch, record_no)
);
CREATE INDEX ix_replaced_record_no ON identity.replaced (record_no);

CREATE TABLE identity.review (
    review_no BIGINT GENERATED ALWAYS AS IDENTITY,
    kind TEXT NOT NULL,
    left_no BIGINT NOT NULL,
    right_no BIGINT NOT NULL,
    reason TEXT NOT NULL,
    detail JSONB NOT NULL,
    state TEXT NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    closed_at TIMESTAMP WITH TIME ZONE,
    closed_by TEXT,
    CONSTRAINT pk_review PRIMARY KEY (review_no),
    CONSTRAINT ck_review_state CHECK (state in ('open', 'decided', 'gone')),
    CONSTRAINT ck_review_closed CHECK ((state = 'open') = (closed_at is null))
);
CREATE INDEX ix_review_left_no ON identity.review (left_no) WHERE state != 'gone';
CREATE INDEX ix_review_right_no ON identity.review (right_no) WHERE state != 'gone';
CREATE UNIQUE INDEX uq_review_open ON identity.review (left_no, right_no, kind) WHERE state = 'open';

CREATE TABLE identity.sign_in (
    device BIGINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    account BIGINT NOT NULL,
    source TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    CONSTRAINT pk_sign_in PRIMARY KEY (device, at, account)
);
CREATE INDEX ix_sign_in_account ON identity.sign_in (account);

CREATE TABLE identity.suppression (
    digest UUID NOT NULL,
    erased_at TIMESTAMP WITH TIME ZONE NOT NULL,
    released_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_suppression PRIMARY KEY (digest)
);

CREATE TABLE identity.tally (
    tally_no BIGINT GENERATED ALWAYS AS IDENTITY,
    source TEXT NOT NULL,
    joins INTEGER NOT NULL,
    generics INTEGER NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_tally PRIMARY KEY (tally_no)
);

CREATE TABLE identity.watched (
    source TEXT NOT NULL,
    records FLOAT NOT NULL,
    joins FLOAT NOT NULL,
    generics FLOAT NOT NULL,
    paused_at TIMESTAMP WITH TIME ZONE,
    paused_by TEXT,
    reason TEXT,
    CONSTRAINT pk_watched PRIMARY KEY (source),
    CONSTRAINT ck_watched_paused CHECK ((paused_at is null) = (paused_by is null))
);

-- The one row that positions in the change feed are counted in.
insert into identity.feed (feed_no, position) values (1, 0);

-- Whatever claims to have happened before we were in business.
create table identity.event_oldest partition of identity.event for values from (minvalue) to ('2000-01-01 00:00:00+00');

-- Makes the partition of a month unless it is there. There is no default partition: attaching beside one would
-- lock it against everybody; attaching alone lets readers and writers of other months go on.
--
-- After the wait for the lock the catalogue is asked by a statement, whose snapshot is fresh: to_regclass would
-- answer from this session's cache, which an advisory lock does not bring up to date.
create function identity.event_month(month date) returns void
language plpgsql as $$
declare
  name text := 'event_' || to_char(month, 'YYYY_MM');
begin
  if to_regclass('identity.' || name) is not null then
    return;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('identity.event_month', 0));
  perform from pg_class where relname = name and relnamespace = 'identity'::regnamespace;
  if found then
    return;
  end if;
  execute format('create table identity.%I (like identity.event including constraints including indexes)', name);
  execute format(
    'alter table identity.event attach partition identity.%I for values from (%L) to (%L)',
    name,
    month::timestamp at time zone 'UTC',
    (month + interval '1 month')::timestamp at time zone 'UTC'
  );
end
$$;

-- Which of these keys more records or more names post than may. Blocking keys have no names to count; those of
-- identifiers are only counted where there could be too many.
create function identity.dead_among(digests int8[], caps int4[], generics int4[], blocking bool[]) returns setof int8
language plpgsql stable set plan_cache_mode = force_generic_plan as $$
begin
  return query
  select asked.digest
  from unnest(digests, caps, blocking) as asked (digest, cap, is_blocking)
  where asked.is_blocking
    and exists (select from identity.block_key b where b.digest = asked.digest offset asked.cap)
  union all
  select asked.digest
  from unnest(digests, caps, generics, blocking) as asked (digest, cap, generic, is_blocking)
  where not asked.is_blocking
    and exists (
      select from identity.identifier i where i.digest = asked.digest offset least(asked.cap, asked.generic)
    )
    and (
      select count(*) > asked.cap or count(distinct p.token) > asked.generic
      from (select i.token from identity.identifier i where i.digest = asked.digest limit asked.cap + 1) p
    );
end
$$;

-- Whether more records or more names post a key than may. Volatile: asked again after waiting for a lock, it sees
-- what was committed meanwhile.
create function identity.is_dead(wanted int8, cap int4, generic int4, is_blocking bool) returns bool
language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
  is_full bool;
begin
  if is_blocking then
    select count(*) > cap or count(distinct posted.token) > generic into is_full
    from (select token from identity.block_key where digest = wanted limit cap + 1) posted;
  else
    select count(*) > cap or count(distinct posted.token) > generic into is_full
    from (select token from identity.identifier where digest = wanted limit cap + 1) posted;
  end if;
  return is_full;
end
$$;

-- A live record with its labels and its newest word about joining channels and about personal offers.
-- Of two statements from one moment the withdrawal counts; one from the future is from when it came.
create view identity.standing as
select
  r.record_no, r.id, r.source, r.key, r.generation, r.channel, r.stub, r.judged, r.sealed, r.model_no,
  r.keys as posted,
  m.piece_no, m.person_no, m.profile_no, m.level, m.links,
  joining.granted as cross_channel, joining.at as cross_channel_at,
  offers.granted as personal_offers, offers.at as personal_offers_at
from identity.record r
left join identity.member m on m.record_no = r.record_no
left join lateral (
  select c.granted, least(c.at, c.received_at) as at from identity.consent c
  where c.record_no = r.record_no and c.purpose = 'cross_channel'
  order by least(c.at, c.received_at) desc, c.granted limit 1
) joining on true
left join lateral (
  select c.granted, least(c.at, c.received_at) as at from identity.consent c
  where c.record_no = r.record_no and c.purpose = 'personal_offers'
  order by least(c.at, c.received_at) desc, c.granted limit 1
) offers on true
where r.sealed is not null;

-- The model that weighs pairs now; 0 while nobody activated one.
create function identity.active_model() returns int8
language sql stable return coalesce(
  (select a.model_no from identity.activation a order by a.activation_no desc limit 1), 0
);

-- Which of these keys more records or more names post than may (is_dead), and which blocking keys more records post
-- than `alone`: of those a pair must share two.
create function identity.full_among(digests int8[], caps int4[], generics int4[], blocking bool[], alone int4)
returns table (digest int8, is_dead bool)
language plpgsql stable set plan_cache_mode = force_generic_plan as $$
begin
  return query
  select dead.digest, true from identity.dead_among(digests, caps, generics, blocking) as dead (digest)
  union all
  select asked.digest, false
  from unnest(digests, blocking) as asked (digest, is_blocking)
  where asked.is_blocking
    and exists (select from identity.block_key b where b.digest = asked.digest offset alone);
end
$$;

-- What everybody who weighs holds shared, and who switches the model holds alone: nobody weighs with a model that
-- another one has replaced.
create function identity.model_lock() returns int8
language sql immutable return hashint8extended(0, 7022);

-- Locks keys, which come sorted: exclusively when live or when something leaves them, else shared, so that all
-- who merely show the store's default phone need not wait for each other. Sharing is safe because adding to a
-- dead key cannot make it live; whether it still is dead is asked again once the lock is held.
create function identity.take_keys(digests int8[], caps int4[], generics int4[], blocking bool[], leaving bool[])
returns void
language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
  dead int8[] := array(select identity.dead_among(digests, caps, generics, blocking));
begin
  for i in 1 .. cardinality(digests) loop
    if not leaving[i] and digests[i] = any (dead) then
      begin
        perform pg_advisory_xact_lock_shared(digests[i]);
        if identity.is_dead(digests[i], caps[i], generics[i], blocking[i]) then
          continue;
        end if;
        raise exception using errcode = 'OK001';  -- rolls this block back, which gives the shared lock up
      exception when sqlstate 'OK001' then
        null;
      end;
    end if;
    perform pg_advisory_xact_lock(digests[i]);
  end loop;
end
$$;

-- Locks (source, key) pairs by their sorted digests: the first locks that anybody takes, but for the model's.
create function identity.take_records(locks int8[]) returns void
language plpgsql as $$
declare
  pair int8;
begin
  perform pg_advisory_xact_lock_shared(identity.model_lock());
  foreach pair in array locks loop
    perform pg_advisory_xact_lock(pair);
  end loop;
end
$$;

-- Who posts these keys, with name tokens: null where more than caps[i] records do, for such a key says nothing; a key
-- that nobody posts is left out. The first row tells when the newest erasure was that one of the hashes remembers.
create function identity.lists(digests int8[], caps int4[], blocking bool[], hashes uuid[])
returns table (erased_at timestamptz, digest int8, records int8[], tokens int4[])
language plpgsql stable set plan_cache_mode = force_generic_plan as $$
begin
  erased_at := identity.suppressed_since(hashes);
  return next;
  return query
  select
    null::timestamptz,
    asked.digest,
    case when found.posts <= asked.cap then found.records end,
    case when found.posts <= asked.cap then found.tokens end
  from unnest(digests, caps, blocking) as asked (digest, cap, is_blocking)
  cross join lateral (
    select count(*) as posts, array_agg(p.record_no) as records, array_agg(p.token) as tokens
    from (
      select i.record_no, i.token from identity.identifier i where i.digest = asked.digest limit asked.cap + 1
    ) p
  ) found
  where not asked.is_blocking and found.posts > 0
  union all
  select
    null,
    asked.digest,
    case when found.posts <= asked.cap then found.records end,
    case when found.posts <= asked.cap then found.tokens end
  from unnest(digests, caps, blocking) as asked (digest, cap, is_blocking)
  cross join lateral (
    select count(*) as posts, array_agg(p.record_no) as records, array_agg(p.token) as tokens
    from (
      select b.record_no, b.token from identity.block_key b where b.digest = asked.digest limit asked.cap + 1
    ) p
  ) found
  where asked.is_blocking and found.posts > 0;
end
$$;

-- What these records keep of their links.
create function identity.kept_links(numbers int8[]) returns table (record_no int8, links int8[])
language plpgsql stable set plan_cache_mode = force_generic_plan as $$
begin
  return query
  select m.record_no, m.links
  from identity.member m
  where m.record_no = any (numbers);
end
$$;

-- What the live ones of these records say, for those who only want to compare them.
create function identity.saying(numbers int8[])
returns table (
  record_no int8, id text, source text, key text, generation int4, channel text, stub bool, sealed bytea
)
language plpgsql stable set plan_cache_mode = force_generic_plan as $$
begin
  return query
  select r.record_no, r.id::text, r.source, r.key, r.generation, r.channel, r.stub, r.sealed
  from identity.record r
  where r.record_no = any (numbers) and r.sealed is not null;
end
$$;

-- The live ones of these records.
create function identity.standing_of(numbers int8[]) returns setof identity.standing
language plpgsql stable set plan_cache_mode = force_generic_plan as $$
begin
  return query
  select s.* from identity.standing s where s.record_no = any (numbers);
end
$$;

-- The records of these pieces.
create function identity.in_pieces(labels int8[]) returns setof identity.standing
language plpgsql stable set plan_cache_mode = force_generic_plan as $$
begin
  return query
  select s.* from identity.standing s where s.piece_no = any (labels);
end
$$;

-- Locks pieces by their labels, sorted: those given, and those that the records `near` are in. Taken after keys,
-- never the other way round. Then, with other snapshots, reads these pieces and what is derived from them. The labels
-- locked stand in the first row, with where each belongs that is in these pieces (record, piece, person, profile) and
-- what `identity.surroundings` tells of them. Where records near have moved to other pieces while others held the
-- locks, the first row tells the labels of those and nothing is read, for whoever holds those may move them on.
create function identity.hold(given int8[], near int8[])
returns table (
  held int8[], moved int8[], spots int8[], heads jsonb, reviews jsonb, tombstones jsonb,
  record_no int8, id uuid, source text, key text, generation int4, channel text, stub bool, judged bool,
  sealed bytea, model_no int8, posted int8[], piece_no int8, person_no int8, profile_no int8, level int2, links int8[], cross_channel bool,
  cross_channel_at timestamptz, personal_offers bool, personal_offers_at timestamptz
)
language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
  labels int8[];
  label int8;
  numbers int8[];
  profiles int8[];
begin
  labels := array(
    select unnest(given) union select m.piece_no from identity.member m where m.record_no = any (near) order by 1
  );
  foreach label in array labels loop
    perform pg_advisory_xact_lock(hashint8extended(label, 7021));
  end loop;
  held := labels;
  moved := array(
    select distinct m.piece_no from identity.member m where m.record_no = any (near) and m.piece_no <> all (labels)
  );
  if cardinality(moved) > 0 then
    return next;
    return;
  end if;
  select
    array_agg(m.record_no), array_agg(m.profile_no), array_agg(array[m.record_no, m.piece_no, m.person_no, m.profile_no])
  into numbers, profiles, spots
  from identity.member m
  where m.piece_no = any (labels);
  select s.heads, s.reviews, s.tombstones into heads, reviews, tombstones
  from identity.surroundings(numbers, profiles) s;
  return next;
  return query
  select null::int8[], null::int8[], null::int8[], null::jsonb, null::jsonb, null::jsonb, s.*
  from identity.standing s where s.record_no = any (numbers);
end
$$;

-- The active model, the sources that are paused, and the newest generation of each of these (source, key) pairs, live or not, with its labels.
-- One row without a record when there is none. Of so many `wanted` records those that are not there get a spare number.
create function identity.newest_records(sources text[], keys text[], wanted int4)
returns table (
  active_model int8, paused text[], spare int8[], record_no int8, id uuid, source text, key text, generation int4, channel text, stub bool,
  judged bool, posted int8[], content uuid, sealed bytea, observed_at timestamptz, created_at timestamptz,
  deleted_at timestamptz, erased_at timestamptz, forward_no int8, piece_no int8, person_no int8, profile_no int8,
  profile uuid, model_no int8
)
language plpgsql set plan_cache_mode = force_generic_plan as $$
begin
  return query
  select state.model_no, state.paused, state.spare, found.*
  from (
    select
      identity.active_model() as model_no,
      array(select w.source from identity.watched w where w.paused_at is not null) as paused,
      array(
        select nextval('identity.record_record_no_seq') from generate_series(1, wanted - (
          select count(distinct (n.source, n.key))::int4
          from unnest(sources, keys) as asked (source, key)
          join identity.record n on n.source = asked.source and n.key = asked.key
        ))
      ) as spare
  ) state
  left join lateral (
    select
      r.record_no, r.id, r.source, r.key, r.generation, r.channel, r.stub, r.judged, r.keys, r.content, r.sealed,
      r.observed_at, r.created_at, r.deleted_at, r.erased_at, r.forward_no, m.piece_no, m.person_no, m.profile_no,
      p.id, r.model_no
    from unnest(sources, keys) as asked (source, key)
    cross join lateral (
      select * from identity.record n where n.source = asked.source and n.key = asked.key
      order by n.generation desc limit 1
    ) r
    left join identity.member m on m.record_no = r.record_no
    left join identity.profile p on p.profile_no = m.profile_no
  ) found on true;
end
$$;

-- Puts a record under its keys: identifiers with their type and how well they are proved, blocking keys without.
-- `starts` and `ends` may be empty where none has any.
create function identity.post(
  record_no int8, digests int8[], types int2[], assurances int2[], tokens int4[], starts timestamptz[], ends timestamptz[]
) returns void
language plpgsql set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
  insert into identity.identifier (digest, record_no, type, assurance, token, valid_from, valid_to)
  select p.digest, post.record_no, p.type, p.assurance, p.token, p.valid_from, p.valid_to
  from unnest(digests, types, assurances, tokens, starts, ends) p (digest, type, assurance, token, valid_from, valid_to)
  where p.type <> 0
  on conflict (digest, record_no) do update
  set type = excluded.type, assurance = excluded.assurance, token = excluded.token,
    valid_from = excluded.valid_from, valid_to = excluded.valid_to
  where (identifier.assurance, identifier.token, identifier.valid_from, identifier.valid_to)
    is distinct from (excluded.assurance, excluded.token, excluded.valid_from, excluded.valid_to);
  insert into identity.block_key (digest, record_no, token)
  select p.digest, post.record_no, p.token from unnest(digests, types, tokens) p (digest, type, token)
  where p.type = 0
  on conflict (digest, record_no) do update set token = excluded.token where block_key.token <> excluded.token;
end
$$;

-- Takes a record away from under these keys.
create function identity.unpost(number int8, removed int8[]) returns void
language plpgsql set plan_cache_mode = force_generic_plan as $$
begin
  delete from identity.identifier i where i.record_no = number and i.digest = any (removed);
  delete from identity.block_key b where b.record_no = number and b.digest = any (removed);
end
$$;

-- Writes a new record and its postings.
create function identity.add_record(
  number int8, id uuid, source text, key text, generation int4, channel text, stub bool, content uuid, sealed bytea,
  batch text, observed_at timestamptz, moment timestamptz, model_no int8,
  household int8, digests int8[], types int2[], assurances int2[], tokens int4[], starts timestamptz[], ends timestamptz[]
) returns void
language plpgsql set plan_cache_mode = force_generic_plan as $$
begin
  insert into identity.record (
    record_no, id, source, key, generation, channel, stub, judged, keys, content, sealed, batch, observed_at,
    created_at, changed_at, model_no, household
  ) values (
    number, add_record.id, add_record.source, add_record.key, add_record.generation, add_record.channel,
    add_record.stub, false, digests, add_record.content, add_record.sealed, add_record.batch,
    add_record.observed_at, moment, moment, add_record.model_no,
    add_record.household
  );
  -- A new number cannot be there already, so nothing has to be arbitrated as in identity.post.
  insert into identity.identifier (digest, record_no, type, assurance, token, valid_from, valid_to)
  select p.digest, number, p.type, p.assurance, p.token, p.valid_from, p.valid_to
  from unnest(digests, types, assurances, tokens, starts, ends) p (digest, type, assurance, token, valid_from, valid_to)
  where p.type <> 0;
  insert into identity.block_key (digest, record_no, token)
  select p.digest, number, p.token from unnest(digests, types, tokens) p (digest, type, token) where p.type = 0;
end
$$;

-- Writes a new version of a record: what it no longer posts goes, a tombstone comes to life. What a batch replaces
-- is kept, once a batch, so that the batch can be rolled back.
create function identity.change_record(
  number int8, removed int8[], stub bool, content uuid, sealed bytea, batch text, observed_at timestamptz,
  moment timestamptz, model_no int8, household int8,
  digests int8[], types int2[], assurances int2[], tokens int4[], starts timestamptz[], ends timestamptz[]
) returns void
language plpgsql set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
  if change_record.batch is not null then
    insert into identity.replaced (batch, record_no, stub, content, sealed, batch_before, observed_at)
    select change_record.batch, r.record_no, r.stub, r.content, r.sealed, r.batch, r.observed_at
    from identity.record r
    where r.record_no = number and r.sealed is not null and r.batch is distinct from change_record.batch
    on conflict (batch, record_no) do nothing;
  end if;
  perform identity.unpost(number, removed);
  update identity.record r
  set stub = change_record.stub, keys = digests, content = change_record.content, sealed = change_record.sealed,
    batch = change_record.batch, observed_at = change_record.observed_at, changed_at = moment,
    model_no = change_record.model_no, household = change_record.household, deleted_at = null, forward_no = null
  where r.record_no = number;
  perform identity.post(number, digests, types, assurances, tokens, starts, ends);
end
$$;

-- Puts a record that says what it said under the keys of another model.
create function identity.repost(
  number int8, removed int8[], model_no int8, digests int8[], types int2[], assurances int2[], tokens int4[],
  starts timestamptz[], ends timestamptz[]
) returns void
language plpgsql set plan_cache_mode = force_generic_plan as $$
begin
  perform identity.unpost(number, removed);
  update identity.record r set keys = digests, model_no = repost.model_no where r.record_no = number;
  perform identity.post(number, digests, types, assurances, tokens, starts, ends);
end
$$;

-- Appends statements to a record; one that is known already is not repeated.
create function identity.declare(
  record_no int8, moment timestamptz, purposes text[], granted bool[], times timestamptz[], proofs int2[],
  evidence bytea[]
) returns void
language plpgsql set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
  insert into identity.consent (record_no, purpose, granted, at, proof, sealed, received_at)
  select declare.record_no, s.purpose, s.granted, s.at, s.proof, s.sealed, moment
  from unnest(purposes, granted, times, proofs, evidence) s (purpose, granted, at, proof, sealed)
  on conflict (record_no, purpose, at, granted) do nothing;
end
$$;

-- What is derived from these records and may have to change with them: profile heads, review items, and the
-- tombstones that forward to them.
create function identity.surroundings(numbers int8[], profiles int8[])
returns table (heads jsonb, reviews jsonb, tombstones jsonb)
language plpgsql stable set plan_cache_mode = force_generic_plan as $$
begin
  return query
  select
    (select jsonb_agg(to_jsonb(p)) from identity.profile p where p.profile_no = any (profiles)),
    (
      select jsonb_agg(to_jsonb(v)) from (
        select w.review_no, w.kind, w.left_no, w.right_no, w.reason, w.state from identity.review w
        where w.state <> 'gone' and w.left_no = any (numbers)
      ) v
    ),
    (
      select jsonb_agg(jsonb_build_array(t.record_no, t.forward_no)) from identity.record t
      where t.forward_no = any (numbers)
    );
end
$$;

-- Writes the differences that a resolution makes, in one round trip; kinds without any are left out. The caller holds
-- the pieces' locks.
create function identity.save_places(differences jsonb, moment timestamptz) returns void
language plpgsql set plan_cache_mode = force_generic_plan as $$
begin
  if differences ? 'members' then
    insert into identity.member (record_no, piece_no, person_no, profile_no, level, links)
      select d.record_no, d.piece_no, d.person_no, d.profile_no, d.level, d.links
      from jsonb_to_recordset(differences -> 'members')
        as d (record_no int8, piece_no int8, person_no int8, profile_no int8, level int2, links int8[])
      on conflict (record_no) do update
      set piece_no = excluded.piece_no, person_no = excluded.person_no, profile_no = excluded.profile_no,
        level = excluded.level, links = excluded.links;
  end if;
  if differences ? 'parted' then
    delete from identity.member m
      using jsonb_array_elements_text(differences -> 'parted') d (n) where m.record_no = d.n::int8;
  end if;
  if differences ? 'memberships' then
    insert into identity.membership (record_no, since, person_no, profile_no)
      select d.record_no, moment, d.person_no, d.profile_no
      from jsonb_to_recordset(differences -> 'memberships') as d (record_no int8, person_no int8, profile_no int8);
  end if;
  if differences ? 'gone' then
    delete from identity.profile p
      using jsonb_array_elements_text(differences -> 'gone') d (n) where p.profile_no = d.n::int8;
  end if;
  if differences ? 'heads' then
    insert into identity.profile
        (profile_no, id, person_no, members, limit_members, channel, personal, staff, tier)
      select d.profile_no, d.id, d.person_no, d.members, d.limit_members, d.channel, d.personal, d.staff, d.tier
      from jsonb_to_recordset(differences -> 'heads') as d (
        profile_no int8, id uuid, person_no int8, members int8[], limit_members int8[], channel text,
        personal bool, staff bool, tier text
      )
      on conflict (profile_no) do update
      set id = excluded.id, person_no = excluded.person_no, members = excluded.members,
        limit_members = excluded.limit_members, channel = excluded.channel, personal = excluded.personal,
        staff = excluded.staff, tier = excluded.tier;
  end if;
  if differences ? 'changes' then
    insert into identity.change (kind, profile, body, at)
      select d.kind, d.profile, d.body, moment
      from jsonb_to_recordset(differences -> 'changes') as d (kind text, profile uuid, body jsonb);
  end if;
  if differences ? 'tally' then
    insert into identity.tally (source, joins, generics, at)
      select d.source, d.joins, d.generics, moment
      from jsonb_to_recordset(differences -> 'tally') as d (source text, joins int4, generics int4);
  end if;
  if differences ? 'settled' then
    update identity.review v set state = 'gone', closed_at = moment
      from jsonb_array_elements_text(differences -> 'settled') d (n)
      where v.review_no = d.n::int8 and v.state = 'open';
  end if;
  if differences ? 'reviews' then
    insert into identity.review (kind, left_no, right_no, reason, detail, state, opened_at)
      select d.kind, d.left_no, d.right_no, d.reason, d.detail, 'open', moment
      from jsonb_to_recordset(differences -> 'reviews')
        as d (kind text, left_no int8, right_no int8, reason text, detail jsonb)
      on conflict (left_no, right_no, kind) where state = 'open' do nothing;
  end if;
  if differences ? 'forwards' then
    update identity.record r set forward_no = d.to_no
      from jsonb_to_recordset(differences -> 'forwards') as d (record_no int8, to_no int8)
      where r.record_no = d.record_no;
  end if;
end
$$;

-- When the newest erasure that one of these hashes remembers took place.
create function identity.suppressed_since(digests uuid[]) returns timestamptz
language plpgsql stable set plan_cache_mode = force_generic_plan as $$
begin
  return (select max(s.erased_at) from identity.suppression s where s.digest = any (digests) and s.released_at is null);
end
$$;
