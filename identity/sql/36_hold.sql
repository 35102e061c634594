-- Locks pieces by their labels, sorted: those given, and those that the records `near` are in. Taken after keys,
-- never the other way round. Then, with another snapshot, reads the pieces given and those of the records near. The
-- labels locked stand in the first row; whether they are still right is for the reader to see.
create function identity.hold(given int8[], near int8[])
returns table (
  held int8[], record_no int8, id uuid, source text, key text, generation int4, channel text, stub bool, judged bool,
  sealed bytea, model_no int8, posted int8[], piece_no int8, person_no int8, profile_no int8, level int2, links int8[], cross_channel bool,
  cross_channel_at timestamptz, personal_offers bool, personal_offers_at timestamptz
)
language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
  labels int8[];
  label int8;
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
  return query
  select case when row_number() over () = 1 then labels end, s.*
  from (select) one
  left join lateral (
    select m.record_no from identity.member m
    where m.piece_no in (
      select unnest(given) union all select n.piece_no from identity.member n where n.record_no = any (near)
    )
  ) wanted on true
  left join identity.standing s on s.record_no = wanted.record_no;
end
$$
