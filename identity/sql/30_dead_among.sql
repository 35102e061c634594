-- Which of these keys more records or more names post than may. Blocking keys have no names to count; those of
-- identifiers are only counted where there could be too many.
create function identity.dead_among(digests int8[], caps int4[], generics int4[], blocking bool[]) returns setof int8
language plpgsql stable set plan_cache_mode = force_generic_plan as $$
begin
  return query
  select asked.digest
  from unnest(digests, caps, blocking) as asked (digest, cap, is_blocking)
  where asked.is_blocking
    and exists (select from identity.block_key b where b.digest = asked.digest offset asked.cap)
  union all
  select asked.digest
  from unnest(digests, caps, generics, blocking) as asked (digest, cap, generic, is_blocking)
  where not asked.is_blocking
    and exists (
      select from identity.identifier i where i.digest = asked.digest offset least(asked.cap, asked.generic)
    )
    and (
      select count(*) > asked.cap or count(distinct p.token) > asked.generic
      from (select i.token from identity.identifier i where i.digest = asked.digest limit asked.cap + 1) p
    );
end
$$
