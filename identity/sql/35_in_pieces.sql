-- The records of these pieces.
create function identity.in_pieces(labels int8[]) returns setof identity.standing
language plpgsql stable set plan_cache_mode = force_generic_plan as $$
begin
  return query
  select s.* from identity.standing s where s.piece_no = any (labels);
end
$$
