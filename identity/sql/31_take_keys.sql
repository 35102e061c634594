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
$$
