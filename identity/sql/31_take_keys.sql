-- Locks keys, which come sorted: exclusively when live or when something leaves them, else shared, so that all
-- who merely show the store's default phone need not wait for each other. Sharing is safe because adding to a
-- dead key cannot make it live; whether it still is dead is asked again once the lock is held.
create function identity.take_keys(digests int8[], caps int4[], generics int4[], leaving bool[]) returns void
language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
  is_dead bool;
begin
  for i in 1 .. cardinality(digests) loop
    select not leaving[i] and (count(*) > caps[i] or count(distinct posted.token) > generics[i]) into is_dead
    from (select token from identity.identifier where digest = digests[i] limit caps[i] + 1) posted;
    if is_dead then
      begin
        perform pg_advisory_xact_lock_shared(digests[i]);
        select count(*) > caps[i] or count(distinct posted.token) > generics[i] into is_dead
        from (select token from identity.identifier where digest = digests[i] limit caps[i] + 1) posted;
        if not is_dead then
          raise exception using errcode = 'OK001';  -- rolls this block back, which gives the shared lock up
        end if;
      exception when sqlstate 'OK001' then
        null;
      end;
    end if;
    if not is_dead then
      perform pg_advisory_xact_lock(digests[i]);
    end if;
  end loop;
end
$$
