-- Whatever claims to have happened before we were in business.
create table identity.event_oldest partition of identity.event for values from (minvalue) to ('2000-01-01 00:00:00+00')
