-- Whether more records or more names post a key than may. Volatile: asked again after waiting for a lock, it sees
-- what was committed meanwhile.
create function identity.is_dead(wanted int8, cap int4, generic int4, is_blocking bool) returns bool
language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
  is_full bool;
begin
  if is_blocking then
    select count(*) > cap or count(distinct posted.token) > generic into is_full
    from (select token from identity.block_key where digest = wanted limit cap + 1) posted;
  else
    select count(*) > cap or count(distinct posted.token) > generic into is_full
    from (select token from identity.identifier where digest = wanted limit cap + 1) posted;
  end if;
  return is_full;
end
$$
