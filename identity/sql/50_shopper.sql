-- Read 1 of an offer query: from identifiers over members to profile heads. A key with more than caps[i] rows
-- says nothing; whoever asks counts. A function, because the driver would have it planned at every call: four
-- times the cost of running it.
create function identity.shopper(digests int8[], caps int4[], moment timestamptz)
returns table (
  nth int8, token int4, assurance int2, is_valid bool, profile_no int8, profile uuid, person_no int8,
  members int8[], limit_members int8[], channel text, personal bool, staff bool, tier text
)
language plpgsql stable set plan_cache_mode = force_generic_plan as $$
begin
  return query
  select
    asked.nth, i.token, i.assurance, i.valid_to is null or i.valid_to > moment, p.profile_no, p.id, p.person_no,
    p.members, p.limit_members, p.channel, p.personal, p.staff, p.tier
  from unnest(digests, caps) with ordinality as asked (digest, cap, nth)
  cross join lateral (
    select k.record_no, k.token, k.assurance, k.valid_to from identity.identifier k
    where k.digest = asked.digest limit asked.cap + 1
  ) i
  join identity.member m on m.record_no = i.record_no
  join identity.profile p on p.profile_no = m.profile_no;
end
$$
