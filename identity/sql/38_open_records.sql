-- Locks (source, key) pairs, then reads the newest generation of each, with numbers for those of the `wanted` records
-- that are not there yet.
create function identity.open_records(locks int8[], sources text[], keys text[], wanted int4)
returns table (
  spare int8[], active_model int8, paused text[], record_no int8, id uuid, source text, key text, generation int4,
  channel text, stub bool, judged bool, posted int8[], content uuid, sealed bytea, observed_at timestamptz,
  created_at timestamptz, deleted_at timestamptz, erased_at timestamptz, forward_no int8, piece_no int8,
  person_no int8, profile_no int8, profile uuid, model_no int8
)
language plpgsql set plan_cache_mode = force_generic_plan as $$
begin
  perform identity.take_records(locks);
  return query
  with newest as materialized (select * from identity.newest_records(sources, keys))
  select
    array(
      select nextval('identity.record_record_no_seq')
      from generate_series(1, wanted - (select count(known.record_no)::int4 from newest known))
    ),
    newest.*
  from newest;
end
$$
