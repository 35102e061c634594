-- What these records keep of their links.
create function identity.kept_links(numbers int8[]) returns table (record_no int8, links int8[])
language plpgsql stable set plan_cache_mode = force_generic_plan as $$
begin
  return query
  select m.record_no, m.links
  from identity.member m
  where m.record_no = any (numbers);
end
$$
