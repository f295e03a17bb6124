-- Somebody who leaves: the last day of what they held, and the change that closed their account
-- once nothing was held any more. A new grant makes both absent again.

alter table person add column leaves_on text;
alter table person add column closed_change bigint references change (no) deferrable initially deferred;
create index person_leaves on person (leaves_on);
