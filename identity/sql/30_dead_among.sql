-- Which of these keys more records or more names post than may. Names are only counted where there could be too many.
create function identity.dead_among(digests int8[], caps int4[], generics int4[], blocking bool[]) returns setof int8
language plpgsql stable set plan_cache_mode = force_generic_plan as $$
begin
  return query
  select asked.digest
  from unnest(digests, caps, generics, blocking) as asked (digest, cap, generic, is_blocking)
  cross join lateral (
    select count(*) as records, array_agg(p.token) as tokens
    from (select i.token from identity.identifier i where i.digest = asked.digest limit asked.cap + 1) p
  ) posted
  where not asked.is_blocking and posted.records > least(asked.cap, asked.generic) and (
    posted.records > asked.cap
    or (select count(distinct t.token) from unnest(posted.tokens) t (token)) > asked.generic
  )
  union all
  select asked.digest
  from unnest(digests, caps, generics, blocking) as asked (digest, cap, generic, is_blocking)
  cross join lateral (
    select count(*) as records, array_agg(p.token) as tokens
    from (select b.token from identity.block_key b where b.digest = asked.digest limit asked.cap + 1) p
  ) posted
  where asked.is_blocking and posted.records > least(asked.cap, asked.generic) and (
    posted.records > asked.cap
    or (select count(distinct t.token) from unnest(posted.tokens) t (token)) > asked.generic
  );
end
$$
