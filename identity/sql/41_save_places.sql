-- Writes the differences that a resolution makes, in one round trip; kinds without any are left out. The caller holds
-- the pieces' locks.
create function identity.save_places(differences jsonb, moment timestamptz) returns void
language plpgsql set plan_cache_mode = force_generic_plan as $$
begin
  if differences ? 'members' then
    insert into identity.member (record_no, piece_no, person_no, profile_no, level, links)
      select d.record_no, d.piece_no, d.person_no, d.profile_no, d.level, d.links
      from jsonb_to_recordset(differences -> 'members')
        as d (record_no int8, piece_no int8, person_no int8, profile_no int8, level int2, links int8[])
      on conflict (record_no) do update
      set piece_no = excluded.piece_no, person_no = excluded.person_no, profile_no = excluded.profile_no,
        level = excluded.level, links = excluded.links;
  end if;
  if differences ? 'parted' then
    delete from identity.member m
      using jsonb_array_elements_text(differences -> 'parted') d (n) where m.record_no = d.n::int8;
  end if;
  if differences ? 'memberships' then
    insert into identity.membership (record_no, since, person_no, profile_no)
      select d.record_no, moment, d.person_no, d.profile_no
      from jsonb_to_recordset(differences -> 'memberships') as d (record_no int8, person_no int8, profile_no int8);
  end if;
  if differences ? 'gone' then
    delete from identity.profile p
      using jsonb_array_elements_text(differences -> 'gone') d (n) where p.profile_no = d.n::int8;
  end if;
  if differences ? 'heads' then
    insert into identity.profile
        (profile_no, id, person_no, members, limit_members, channel, personal, staff, tier)
      select d.profile_no, d.id, d.person_no, d.members, d.limit_members, d.channel, d.personal, d.staff, d.tier
      from jsonb_to_recordset(differences -> 'heads') as d (
        profile_no int8, id uuid, person_no int8, members int8[], limit_members int8[], channel text,
        personal bool, staff bool, tier text
      )
      on conflict (profile_no) do update
      set id = excluded.id, person_no = excluded.person_no, members = excluded.members,
        limit_members = excluded.limit_members, channel = excluded.channel, personal = excluded.personal,
        staff = excluded.staff, tier = excluded.tier;
  end if;
  if differences ? 'changes' then
    insert into identity.change (kind, profile, body, at)
      select d.kind, d.profile, d.body, moment
      from jsonb_to_recordset(differences -> 'changes') as d (kind text, profile uuid, body jsonb);
  end if;
  if differences ? 'tally' then
    insert into identity.tally (source, joins, generics, at)
      select d.source, d.joins, d.generics, moment
      from jsonb_to_recordset(differences -> 'tally') as d (source text, joins int4, generics int4);
  end if;
  if differences ? 'settled' then
    update identity.review v set state = 'gone', closed_at = moment
      from jsonb_array_elements_text(differences -> 'settled') d (n)
      where v.review_no = d.n::int8 and v.state = 'open';
  end if;
  if differences ? 'reviews' then
    insert into identity.review (kind, left_no, right_no, reason, detail, state, opened_at)
      select d.kind, d.left_no, d.right_no, d.reason, d.detail, 'open', moment
      from jsonb_to_recordset(differences -> 'reviews')
        as d (kind text, left_no int8, right_no int8, reason text, detail jsonb)
      on conflict (left_no, right_no, kind) where state = 'open' do nothing;
  end if;
  if differences ? 'forwards' then
    update identity.record r set forward_no = d.to_no
      from jsonb_to_recordset(differences -> 'forwards') as d (record_no int8, to_no int8)
      where r.record_no = d.record_no;
  end if;
end
$$
