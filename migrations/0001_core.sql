-- The installation, the history, the people. One text for SQLite and PostgreSQL; instants are
-- microseconds UTC.

create table installation (
    id bigint primary key check (id = 1),
    purpose text not null check (purpose in ('real', 'demo')),
    created_at bigint not null,
    complete boolean not null
);

-- One row per committed transaction, numbered in the order of commits.
create table change (
    no bigint primary key,
    at bigint not null,
    kind text not null,
    actor uuid,
    -- The access token of the program that acted for them, if one did.
    token uuid,
    why text,
    prev bytea not null,
    hash bytea not null
);
create index change_at on change (at);

-- For whom a thing is: what lists are filtered by.
create table scope (
    id uuid primary key,
    organisation text not null,
    framework text not null,
    unique (organisation, framework)
);

-- Every addressable thing, of any kind.
create table thing (
    id uuid primary key,
    kind text not null,
    parent_id uuid references thing (id) deferrable initially deferred,
    scope_id uuid not null references scope (id),
    version bigint not null,
    label text not null
);
create index thing_parent on thing (parent_id);

create table entry (
    change_no bigint not null references change (no) deferrable initially deferred,
    seq bigint not null,
    thing_id uuid not null references thing (id),
    verb text not null,
    before_state text,
    after_state text,
    primary key (change_no, seq)
);
create index entry_thing on entry (thing_id, change_no);

-- What a form led to, by its digest, for as long as it may be sent again.
create table answer (
    form bytea primary key,
    change_no bigint not null references change (no) deferrable initially deferred,
    at bigint not null,
    location text not null
);

create table person (
    id uuid primary key references thing (id),
    name text not null,
    email text not null unique,
    password text,
    created_change bigint not null references change (no) deferrable initially deferred
);

-- What lets a program act for a person. The token itself is kept nowhere, only its digest.
create table access_token (
    id uuid primary key references thing (id),
    person_id uuid not null references person (id),
    name text not null,
    digest bytea not null unique,
    scope text not null check (scope in ('read', 'read_write')),
    expires_on text not null,
    created_change bigint not null references change (no) deferrable initially deferred,
    revoked_change bigint references change (no) deferrable initially deferred
);
create index access_token_person on access_token (person_id);

-- What a program was answered when it wrote under a key of its own, for as long as it may ask
-- again; without an answer while the work is under way.
create table written_once (
    key bytea primary key,
    request bytea not null,
    at bigint not null,
    status bigint,
    headers text,
    body bytea
);
create index written_once_at on written_once (at);

create table session (
    id bytea primary key,
    person_id uuid references person (id),
    data text not null,
    expires_at bigint not null
);
create index session_person on session (person_id);

create table organisation (
    id uuid primary key references thing (id),
    code text not null unique,
    kind text not null,
    name text not null,
    short_name text,
    valid_from text,
    valid_to text,
    parent_code text,
    place_code text,
    finess text,
    usages text not null,
    note text,
    changed_in bigint not null references change (no) deferrable initially deferred
);
create index organisation_changed_in on organisation (changed_in);

create table succession (
    from_code text not null references organisation (code),
    to_code text not null references organisation (code),
    on_date text not null,
    note text,
    primary key (from_code, to_code)
);

create table place (
    id uuid primary key references thing (id),
    code text not null unique,
    kind text not null,
    name text not null,
    valid_from text,
    valid_to text,
    iso text,
    within_code text references place (code) deferrable initially deferred,
    usages text not null,
    changed_in bigint not null references change (no) deferrable initially deferred
);
create index place_changed_in on place (changed_in);

create table place_part (
    whole text not null references place (code),
    part text not null references place (code),
    valid_from text,
    valid_to text,
    primary key (whole, part)
);
