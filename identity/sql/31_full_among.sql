-- Which of these keys more records or more names post than may (is_dead), and which blocking keys more records post
-- than `alone`: of those a pair must share two.
create function identity.full_among(digests int8[], caps int4[], generics int4[], blocking bool[], alone int4)
returns table (digest int8, is_dead bool)
language plpgsql stable set plan_cache_mode = force_generic_plan as $$
begin
  return query
  select dead.digest, true from identity.dead_among(digests, caps, generics, blocking) as dead (digest)
  union all
  select asked.digest, false
  from unnest(digests, blocking) as asked (digest, is_blocking)
  where asked.is_blocking
    and exists (select from identity.block_key b where b.digest = asked.digest offset alone);
end
$$
