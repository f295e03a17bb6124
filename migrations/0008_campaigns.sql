-- Campaigns that were opened: each keeps the revision of its framework that it is run with.
create table campaign (
    id uuid primary key references thing (id),
    framework text not null references framework (code),
    year bigint not null,
    revision_id uuid not null references framework_revision (id),
    change_no bigint not null references change (no) deferrable initially deferred,
    unique (framework, year)
);
