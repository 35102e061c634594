-- What comes before writing records: their keys are locked, it is asked whether their shopper was erased, and new
-- records get their numbers.
create function identity.enter(
  digests int8[], caps int4[], generics int4[], blocking bool[], leaving bool[], hashes uuid[], fresh int4,
  out erased_at timestamptz, out numbers int8[]
)
language plpgsql set plan_cache_mode = force_generic_plan as $$
begin
  perform identity.take_keys(digests, caps, generics, blocking, leaving);
  erased_at := identity.suppressed_since(hashes);
  numbers := array(
    select nextval('identity.record_record_no_seq') from generate_series(1, fresh)
  );
end
$$
