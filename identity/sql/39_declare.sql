-- Appends statements to a record; one that is known already is not repeated.
create function identity.declare(
  record_no int8, moment timestamptz, purposes text[], granted bool[], times timestamptz[], proofs int2[],
  evidence bytea[]
) returns void
language plpgsql set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
  insert into identity.consent (record_no, purpose, granted, at, proof, sealed, received_at)
  select declare.record_no, s.purpose, s.granted, s.at, s.proof, s.sealed, moment
  from unnest(purposes, granted, times, proofs, evidence) s (purpose, granted, at, proof, sealed)
  on conflict (record_no, purpose, at, granted) do nothing;
end
$$
