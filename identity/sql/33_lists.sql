-- Who posts these keys, with name tokens: null where more than caps[i] records do, for such a key says nothing; a key
-- that nobody posts is left out. The first row tells when the newest erasure was that one of the hashes remembers.
create function identity.lists(digests int8[], caps int4[], blocking bool[], hashes uuid[])
returns table (erased_at timestamptz, digest int8, records int8[], tokens int4[])
language plpgsql stable set plan_cache_mode = force_generic_plan as $$
begin
  erased_at := identity.suppressed_since(hashes);
  return next;
  return query
  select
    null::timestamptz,
    asked.digest,
    case when found.posts <= asked.cap then found.records end,
    case when found.posts <= asked.cap then found.tokens end
  from unnest(digests, caps, blocking) as asked (digest, cap, is_blocking)
  cross join lateral (
    select count(*) as posts, array_agg(p.record_no) as records, array_agg(p.token) as tokens
    from (
      select i.record_no, i.token from identity.identifier i where i.digest = asked.digest limit asked.cap + 1
    ) p
  ) found
  where not asked.is_blocking and found.posts > 0
  union all
  select
    null,
    asked.digest,
    case when found.posts <= asked.cap then found.records end,
    case when found.posts <= asked.cap then found.tokens end
  from unnest(digests, caps, blocking) as asked (digest, cap, is_blocking)
  cross join lateral (
    select count(*) as posts, array_agg(p.record_no) as records, array_agg(p.token) as tokens
    from (
      select b.record_no, b.token from identity.block_key b where b.digest = asked.digest limit asked.cap + 1
    ) p
  ) found
  where asked.is_blocking and found.posts > 0;
end
$$
