-- Locks pieces by their labels, sorted: those given, and those that the records `near` are in. Taken after keys,
-- never the other way round. Then, with another snapshot, reads the pieces given and those of the records near, and
-- what is derived from them. The labels locked stand in the first row, with the numbers of all who are in these
-- pieces and what `identity.surroundings` tells of them; whether the labels are still right is for the reader to see.
create function identity.hold(given int8[], near int8[])
returns table (
  held int8[], inside int8[], heads jsonb, reviews jsonb, tombstones jsonb,
  record_no int8, id uuid, source text, key text, generation int4, channel text, stub bool, judged bool,
  sealed bytea, model_no int8, posted int8[], piece_no int8, person_no int8, profile_no int8, level int2, links int8[], cross_channel bool,
  cross_channel_at timestamptz, personal_offers bool, personal_offers_at timestamptz
)
language plpgsql set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
  labels int8[];
  label int8;
  numbers int8[];
begin
  select coalesce(array_agg(l.piece_no order by l.piece_no), '{}') into labels
  from (
    select unnest(given) as piece_no
    union
    select m.piece_no from identity.member m where m.record_no = any (near)
  ) l;
  foreach label in array labels loop
    perform pg_advisory_xact_lock(hashint8extended(label, 7021));
  end loop;
  numbers := array(
    select m.record_no from identity.member m
    where m.piece_no in (
      select unnest(given) union all select n.piece_no from identity.member n where n.record_no = any (near)
    )
  );
  return query
  select labels, numbers, around.*, s.*
  from identity.surroundings(
    numbers, array(select distinct m.profile_no from identity.member m where m.record_no = any (numbers))
  ) around
  left join identity.standing s on s.record_no = numbers[1]
  union all
  select null, null, null, null, null, s.* from identity.standing s where s.record_no = any (numbers[2:]);
end
$$
