-- What the live ones of these records say, for those who only want to compare them.
create function identity.saying(numbers int8[])
returns table (
  record_no int8, id uuid, source text, key text, generation int4, channel text, stub bool, judged bool,
  sealed bytea, model_no int8, posted int8[]
)
language plpgsql stable set plan_cache_mode = force_generic_plan as $$
begin
  return query
  select r.record_no, r.id, r.source, r.key, r.generation, r.channel, r.stub, r.judged, r.sealed, r.model_no, r.keys
  from identity.record r
  where r.record_no = any (numbers) and r.sealed is not null;
end
$$
