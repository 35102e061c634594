-- The one row that positions in the change feed are counted in.
insert into identity.feed (feed_no, position) values (1, 0)
