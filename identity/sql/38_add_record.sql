-- Writes a new record and its postings.
create function identity.add_record(
  number int8, id uuid, source text, key text, generation int4, channel text, stub bool, content uuid, sealed bytea,
  batch text, observed_at timestamptz, moment timestamptz, model_no int8,
  household int8, digests int8[], types int2[], assurances int2[], tokens int4[], starts timestamptz[], ends timestamptz[]
) returns void
language plpgsql set plan_cache_mode = force_generic_plan as $$
begin
  insert into identity.record (
    record_no, id, source, key, generation, channel, stub, judged, keys, content, sealed, batch, observed_at,
    created_at, changed_at, model_no, household
  ) values (
    number, add_record.id, add_record.source, add_record.key, add_record.generation, add_record.channel,
    add_record.stub, false, digests, add_record.content, add_record.sealed, add_record.batch,
    add_record.observed_at, moment, moment, add_record.model_no,
    add_record.household
  );
  -- A new number cannot be there already, so nothing has to be arbitrated as in identity.post.
  insert into identity.identifier (digest, record_no, type, assurance, token, valid_from, valid_to)
  select p.digest, number, p.type, p.assurance, p.token, p.valid_from, p.valid_to
  from unnest(digests, types, assurances, tokens, starts, ends) p (digest, type, assurance, token, valid_from, valid_to)
  where p.type <> 0;
  insert into identity.block_key (digest, record_no, token)
  select p.digest, number, p.token from unnest(digests, types, tokens) p (digest, type, token) where p.type = 0;
end
$$
