-- When the newest erasure that one of these hashes remembers took place.
create function identity.suppressed_since(digests uuid[]) returns timestamptz
language plpgsql stable set plan_cache_mode = force_generic_plan as $$
begin
  return (select max(s.erased_at) from identity.suppression s where s.digest = any (digests) and s.released_at is null);
end
$$
