-- Writes a new record and its postings.
create function identity.add_record(
  number int8, id uuid, source text, key text, generation int4, channel text, stub bool, content uuid, sealed bytea,
  batch text, observed_at timestamptz, moment timestamptz, model_no int8,
  household int8, digests int8[], types int2[], assurances int2[], tokens int4[], ends timestamptz[]
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
  perform identity.post(number, digests, types, assurances, tokens, ends);
end
$$
