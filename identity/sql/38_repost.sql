-- Puts a record that says what it said under the keys of another model.
create function identity.repost(
  number int8, removed int8[], model_no int8, digests int8[], types int2[], assurances int2[], tokens int4[],
  starts timestamptz[], ends timestamptz[]
) returns void
language plpgsql set plan_cache_mode = force_generic_plan as $$
begin
  perform identity.unpost(number, removed);
  update identity.record r set keys = digests, model_no = repost.model_no where r.record_no = number;
  perform identity.post(number, digests, types, assurances, tokens, starts, ends);
end
$$
