-- Who posts these keys, with name tokens: null where more than caps[i] records do, for such a key says nothing; a key
-- that nobody posts is left out.
create function identity.lists(digests int8[], caps int4[], blocking bool[])
returns table (digest int8, records int8[], tokens int4[])
language plpgsql stable set plan_cache_mode = force_generic_plan as $$
begin
  return query
  select
    found.digest,
    case when count(*) <= min(found.cap) then array_agg(found.record_no) end,
    case when count(*) <= min(found.cap) then array_agg(found.token) end
  from (
    select asked.digest, asked.cap, p.record_no, p.token
    from unnest(digests, caps, blocking) as asked (digest, cap, is_blocking)
    cross join lateral (
      select i.record_no, i.token from identity.identifier i where i.digest = asked.digest limit asked.cap + 1
    ) p
    where not asked.is_blocking
    union all
    select asked.digest, asked.cap, p.record_no, p.token
    from unnest(digests, caps, blocking) as asked (digest, cap, is_blocking)
    cross join lateral (
      select b.record_no, b.token from identity.block_key b where b.digest = asked.digest limit asked.cap + 1
    ) p
    where asked.is_blocking
  ) found
  group by found.digest;
end
$$
