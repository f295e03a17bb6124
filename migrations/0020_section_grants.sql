-- A grant may be limited to one section of the contract it is limited to.

alter table access_grant add column section_id uuid;
