-- Who may do what: a role given to a person, for an organisation and a scope, from a day to another.

create table access_grant (
    id uuid primary key references thing (id),
    person_id uuid not null references person (id),
    role text not null,
    -- What it is limited to; empty for no limit.
    organisation text not null,
    framework text not null,
    objective text not null,
    contract_id uuid,
    -- The grant of somebody else that it stands for: « X pour Y ». It holds while that one does.
    behalf_of uuid references access_grant (id),
    starts_on text not null,
    -- The last day it holds; absent where none is set.
    ends_on text,
    why text not null,
    given_change bigint not null references change (no) deferrable initially deferred,
    ended_change bigint references change (no) deferrable initially deferred,
    check (behalf_of is null or ends_on is not null)
);
create index access_grant_person on access_grant (person_id);
create index access_grant_organisation on access_grant (organisation);
create index access_grant_role on access_grant (role);

-- The grant that a change was made under. It stands before the grants in the order of copies, so
-- nothing of the engine ties them.
alter table change add column grant_id uuid;
update append_only set frozen = 'no, at, kind, actor, token, grant_id, prev, hash'
where name = 'change';

-- To whom a framework opens what stands under it, as its revision in force says: by sides.
create table framework_opening (
    framework text not null,
    what text not null,
    audience text not null,
    primary key (framework, what)
);

-- The organisation in whose name a file was sent.
alter table batch add column organisation text not null default '';
create index batch_created_by on batch (created_by);
create index batch_organisation on batch (organisation);
create index party_organisation on party (organisation_code);
