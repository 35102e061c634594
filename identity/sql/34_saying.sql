-- What the live ones of these records say, for those who only want to compare them.
create function identity.saying(numbers int8[])
returns table (
  record_no int8, id text, source text, key text, generation int4, channel text, stub bool, sealed bytea
)
language plpgsql stable set plan_cache_mode = force_generic_plan as $$
begin
  return query
  select r.record_no, r.id::text, r.source, r.key, r.generation, r.channel, r.stub, r.sealed
  from identity.record r
  where r.record_no = any (numbers) and r.sealed is not null;
end
$$
