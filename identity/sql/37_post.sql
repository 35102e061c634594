-- Puts a record under its keys: identifiers with their type and how well they are proved, blocking keys without.
-- `starts` and `ends` may be empty where none has any.
create function identity.post(
  record_no int8, digests int8[], types int2[], assurances int2[], tokens int4[], starts timestamptz[], ends timestamptz[]
) returns void
language plpgsql set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
  insert into identity.identifier (digest, record_no, type, assurance, token, valid_from, valid_to)
  select p.digest, post.record_no, p.type, p.assurance, p.token, p.valid_from, p.valid_to
  from unnest(digests, types, assurances, tokens, starts, ends) p (digest, type, assurance, token, valid_from, valid_to)
  where p.type <> 0
  on conflict (digest, record_no) do update
  set type = excluded.type, assurance = excluded.assurance, token = excluded.token,
    valid_from = excluded.valid_from, valid_to = excluded.valid_to
  where (identifier.assurance, identifier.token, identifier.valid_from, identifier.valid_to)
    is distinct from (excluded.assurance, excluded.token, excluded.valid_from, excluded.valid_to);
  insert into identity.block_key (digest, record_no, token)
  select p.digest, post.record_no, p.token from unnest(digests, types, tokens) p (digest, type, token)
  where p.type = 0
  on conflict (digest, record_no) do update set token = excluded.token where block_key.token <> excluded.token;
end
$$
