-- Which of these keys say something.
create function identity.live_keys(digests int8[], caps int4[], generics int4[]) returns int8[]
language plpgsql stable as $$
begin
  return (
    select array_agg(asked.digest)
    from unnest(digests, caps, generics) as asked (digest, cap, generic)
    cross join lateral (
      select count(*) as records, count(distinct p.token) as tokens
      from (
        select i.token from identity.identifier i where i.digest = asked.digest limit asked.cap + 1
      ) p
    ) list
    where list.records <= asked.cap and list.tokens <= asked.generic
  );
end
$$
