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
$$
