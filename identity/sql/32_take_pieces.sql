-- Locks pieces by their labels, which come sorted. Taken after keys, never the other way round.
create function identity.take_pieces(labels int8[]) returns void
language plpgsql as $$
declare
  label int8;
begin
  foreach label in array labels loop
    perform pg_advisory_xact_lock(hashint8extended(label, 7021));
  end loop;
end
$$
