-- The records of these pieces that are not known yet.
create function identity.in_pieces(labels int8[], known int8[]) returns setof identity.standing
language plpgsql stable as $$
begin
  return query
  select s.* from identity.standing s where s.piece_no = any (labels) and s.record_no <> all (known);
end
$$
