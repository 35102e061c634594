-- Makes the partition of a month unless it is there. There is no default partition: attaching beside one would
-- lock it against everybody; attaching alone lets readers and writers of other months go on.
--
-- After the wait for the lock the catalogue is asked by a statement, whose snapshot is fresh: to_regclass would
-- answer from this session's cache, which an advisory lock does not bring up to date.
create function identity.event_month(month date) returns void
language plpgsql as $$
declare
  name text := 'event_' || to_char(month, 'YYYY_MM');
begin
  if to_regclass('identity.' || name) is not null then
    return;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('identity.event_month', 0));
  perform from pg_class where relname = name and relnamespace = 'identity'::regnamespace;
  if found then
    return;
  end if;
  execute format('create table identity.%I (like identity.event including constraints including indexes)', name);
  execute format(
    'alter table identity.event attach partition identity.%I for values from (%L) to (%L)',
    name,
    month::timestamp at time zone 'UTC',
    (month + interval '1 month')::timestamp at time zone 'UTC'
  );
end
$$
