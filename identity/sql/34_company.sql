-- What there is around records that were just written: who posts their keys, as `identity.lists` tells; of those who
-- post their live blocking keys what they say, as `identity.saying` tells; and when their shopper was erased.
create function identity.company(digests int8[], caps int4[], blocking bool[], own int8[], hashes uuid[])
returns table (
  erased_at timestamptz, digest int8, records int8[], tokens int4[],
  record_no int8, id text, source text, key text, generation int4, channel text, stub bool, sealed bytea
)
language plpgsql stable set plan_cache_mode = force_generic_plan as $$
begin
  return query
  with listed as materialized (select * from identity.lists(digests, caps, blocking)),
  posting as (
    select l.digest, unnest(l.records) as record_no from listed l
  ),
  kinds as (select * from unnest(digests, blocking) as k (digest, is_blocking)),
  near as (
    select distinct p.record_no from posting p join kinds k on k.digest = p.digest where k.is_blocking
    except select p.record_no from posting p join kinds k on k.digest = p.digest where not k.is_blocking
    except select unnest(own)
  )
  select identity.suppressed_since(hashes), l.digest, l.records, l.tokens,
    null, null, null, null, null, null, null, null
  from (select) one left join listed l on true
  union all
  select null, null, null, null, s.*
  from identity.saying(array(select n.record_no from near n)) s;
end
$$
