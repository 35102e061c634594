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
$$
