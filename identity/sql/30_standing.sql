-- A live record with its labels and its newest word about joining channels and about personal offers.
-- Of two statements from one moment the withdrawal counts; one from the future is from when it came.
create view identity.standing as
select
  r.record_no, r.id, r.source, r.key, r.generation, r.channel, r.stub, r.judged, r.sealed, r.model_no,
  r.keys as posted,
  m.piece_no, m.person_no, m.profile_no, m.level, m.links,
  joining.granted as cross_channel, joining.at as cross_channel_at,
  offers.granted as personal_offers, offers.at as personal_offers_at
from identity.record r
left join identity.member m on m.record_no = r.record_no
left join lateral (
  select c.granted, least(c.at, c.received_at) as at from identity.consent c
  where c.record_no = r.record_no and c.purpose = 'cross_channel'
  order by least(c.at, c.received_at) desc, c.granted limit 1
) joining on true
left join lateral (
  select c.granted, least(c.at, c.received_at) as at from identity.consent c
  where c.record_no = r.record_no and c.purpose = 'personal_offers'
  order by least(c.at, c.received_at) desc, c.granted limit 1
) offers on true
where r.sealed is not null
