-- Personal data whose stated time is over is emptied: the name and the address of those who left,
-- and what was said in requests for help. The history itself never held them.

alter table person add column forgotten_change bigint references change (no) deferrable initially deferred;
update append_only set frozen = 'request_id, no, kind, change_no' where name = 'help_message';
