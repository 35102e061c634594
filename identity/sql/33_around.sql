-- Who posts these keys: every posting of a key that has at most caps[i] of them and generics[i] tokens, and, at
-- its first posting, the record itself unless it is known already. Of a longer list, which says nothing, only
-- that it is over-full: one row without a posting.
create function identity.around(digests int8[], caps int4[], generics int4[], known int8[])
returns table (
  digest int8, token int4, posted_by int8,
  record_no int8, id uuid, source text, key text, generation int4, channel text, stub bool, judged bool,
  sealed bytea, piece_no int8, person_no int8, profile_no int8,
  cross_channel bool, cross_channel_at timestamptz, personal_offers bool, personal_offers_at timestamptz
)
language plpgsql stable as $$
begin
  return query
  with posted as materialized (
    select asked.digest, i.record_no, i.token, asked.cap, asked.generic
    from unnest(digests, caps, generics) as asked (digest, cap, generic)
    cross join lateral (
      select p.record_no, p.token from identity.identifier p where p.digest = asked.digest limit asked.cap + 1
    ) i
  ), list as materialized (
    select p.digest, count(*) <= min(p.cap) and count(distinct p.token) <= min(p.generic) as is_short
    from posted p group by p.digest
  ), numbered as (
    select p.digest, p.token, p.record_no, row_number() over (partition by p.record_no) as nth
    from posted p join list l on l.digest = p.digest and l.is_short
  )
  select n.digest, n.token, n.record_no, s.*
  from numbered n
  left join identity.standing s on n.nth = 1 and n.record_no <> all (known) and s.record_no = n.record_no
  union all
  select l.digest, null, null, (null::identity.standing).* from list l where not l.is_short;
end
$$
