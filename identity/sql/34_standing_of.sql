-- The live ones of these records.
create function identity.standing_of(numbers int8[]) returns setof identity.standing
language plpgsql stable set plan_cache_mode = force_generic_plan as $$
begin
  return query
  select s.* from identity.standing s where s.record_no = any (numbers);
end
$$
