-- Contract frameworks. A revision never changes once it is written: its model as Jalon reads it,
-- and the text it was read from.

create table framework (
    code text primary key,
    thing_id uuid not null unique references thing (id),
    current_no bigint not null
);

create table framework_revision (
    id uuid primary key,
    framework text not null references framework (code),
    no bigint not null,
    base_no bigint,
    origin text not null check (origin in ('text', 'interface')),
    model text not null,
    change_no bigint not null references change (no) deferrable initially deferred,
    unique (framework, no)
);
create index framework_revision_change on framework_revision (change_no);

create table framework_file (
    revision_id uuid not null references framework_revision (id),
    name text not null,
    body text not null,
    primary key (revision_id, name)
);
