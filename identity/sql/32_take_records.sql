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
$$
