-- Who posts these keys, with name tokens: null where more than caps[i] records or generics[i] names do, for such a
-- key says nothing; a key that nobody posts is left out.
create function identity.lists(digests int8[], caps int4[], generics int4[], blocking bool[])
returns table (digest int8, records int8[], tokens int4[])
language plpgsql stable set plan_cache_mode = force_generic_plan as $$
begin
  return query
  select
    asked.digest,
    case when list.is_short then list.records end,
    case when list.is_short then list.tokens end
  from unnest(digests, caps, generics, blocking) as asked (digest, cap, generic, is_blocking)
  cross join lateral (
    select
      array_agg(p.record_no) as records,
      array_agg(p.token) as tokens,
      count(*) <= asked.cap and count(distinct p.token) <= asked.generic as is_short
    from (
      (
        select i.record_no, i.token from identity.identifier i
        where not asked.is_blocking and i.digest = asked.digest limit asked.cap + 1
      )
      union all
      (
        select b.record_no, b.token from identity.block_key b
        where asked.is_blocking and b.digest = asked.digest limit asked.cap + 1
      )
    ) p
    having count(*) > 0
  ) list;
end
$$
