-- Writes a new version of a record: what it no longer posts goes, a tombstone comes to life. What a batch replaces
-- is kept, once a batch, so that the batch can be rolled back.
create function identity.change_record(
  number int8, removed int8[], stub bool, content uuid, sealed bytea, batch text, observed_at timestamptz,
  moment timestamptz, model_no int8, household int8,
  digests int8[], types int2[], assurances int2[], tokens int4[], starts timestamptz[], ends timestamptz[]
) returns void
language plpgsql set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
  if change_record.batch is not null then
    insert into identity.replaced (batch, record_no, stub, content, sealed, batch_before, observed_at)
    select change_record.batch, r.record_no, r.stub, r.content, r.sealed, r.batch, r.observed_at
    from identity.record r
    where r.record_no = number and r.sealed is not null and r.batch is distinct from change_record.batch
    on conflict (batch, record_no) do nothing;
  end if;
  perform identity.unpost(number, removed);
  update identity.record r
  set stub = change_record.stub, keys = digests, content = change_record.content, sealed = change_record.sealed,
    batch = change_record.batch, observed_at = change_record.observed_at, changed_at = moment,
    model_no = change_record.model_no, household = change_record.household, deleted_at = null, forward_no = null
  where r.record_no = number;
  perform identity.post(number, digests, types, assurances, tokens, starts, ends);
end
$$
