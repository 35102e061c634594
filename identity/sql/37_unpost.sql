-- Takes a record away from under these keys.
create function identity.unpost(number int8, removed int8[]) returns void
language plpgsql set plan_cache_mode = force_generic_plan as $$
begin
  delete from identity.identifier i where i.record_no = number and i.digest = any (removed);
  delete from identity.block_key b where b.record_no = number and b.digest = any (removed);
end
$$
