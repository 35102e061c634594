-- What is derived from these records and may have to change with them: profile heads, review items, and the
-- tombstones that forward to them.
create function identity.surroundings(numbers int8[], profiles int8[])
returns table (heads jsonb, reviews jsonb, tombstones jsonb)
language plpgsql stable set plan_cache_mode = force_generic_plan as $$
begin
  return query
  select
    (select jsonb_agg(to_jsonb(p)) from identity.profile p where p.profile_no = any (profiles)),
    (
      select jsonb_agg(to_jsonb(v)) from (
        select w.review_no, w.kind, w.left_no, w.right_no, w.reason, w.state from identity.review w
        where w.state <> 'gone' and w.left_no = any (numbers)
      ) v
    ),
    (
      select jsonb_agg(jsonb_build_array(t.record_no, t.forward_no)) from identity.record t
      where t.forward_no = any (numbers)
    );
end
$$
