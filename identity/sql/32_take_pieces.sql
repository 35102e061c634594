-- Locks pieces by their labels, sorted: those given, and those that these records are in. Taken after keys, never
-- the other way round. Returns the labels; whether they are still right is for the next statement to see.
create function identity.take_pieces(given int8[], numbers int8[]) returns int8[]
language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
  labels int8[];
  label int8;
begin
  select coalesce(array_agg(l.piece_no order by l.piece_no), '{}') into labels
  from (
    select unnest(given) as piece_no
    union
    select m.piece_no from identity.member m where m.record_no = any (numbers)
  ) l;
  foreach label in array labels loop
    perform pg_advisory_xact_lock(hashint8extended(label, 7021));
  end loop;
  return labels;
end
$$
