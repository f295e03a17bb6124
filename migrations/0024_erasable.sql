-- Columns of tables whose rows only grow that may be emptied, once their time is over, and never
-- rewritten.
alter table append_only add column erasable text not null default '';
update append_only set erasable = 'why, origin' where name = 'change';
update append_only set erasable = 'body' where name = 'help_message';

-- What a thing is, under what and whose: histories are filtered by it, and no digest covers it.
insert into append_only (name, frozen) values ('thing', 'id, kind, parent_id, scope_id');
