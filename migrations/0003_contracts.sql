-- Contracts, the instruments that make and change them, and the terms each instrument sets.
-- Years are numbers, days are texts written YYYY-MM-DD.

create table contract (
    id uuid primary key references thing (id),
    framework text not null,
    slug text not null unique,
    title text not null,
    organisation_code text not null,
    place_code text not null,
    starts bigint not null,
    ends bigint not null,
    fictional boolean not null,
    created_change bigint not null references change (no) deferrable initially deferred,
    check (starts <= ends)
);
create index contract_framework on contract (framework);

create table party (
    contract_id uuid not null references contract (id),
    position bigint not null,
    role text not null,
    organisation_code text not null,
    primary key (contract_id, position)
);

create table section (
    id uuid primary key,
    contract_id uuid not null references contract (id),
    position bigint not null,
    key text not null,
    label text not null,
    place_code text not null,
    unique (contract_id, key)
);

-- A signed instrument is in force from its signed_change on; base_change is the last signature
-- of the contract that its author could see.
create table instrument (
    id uuid primary key references thing (id),
    contract_id uuid not null references contract (id),
    no bigint not null,
    act text not null,
    state text not null check (state in ('draft', 'signed', 'abandoned')),
    framework_revision uuid not null,
    motive text,
    effective_on text,
    base_change bigint not null,
    created_change bigint not null references change (no) deferrable initially deferred,
    signed_change bigint references change (no) deferrable initially deferred,
    unique (contract_id, no),
    check ((state = 'signed') = (signed_change is not null))
);

create table signatory (
    instrument_id uuid not null references instrument (id),
    position bigint not null,
    role text not null,
    name text not null,
    function text not null,
    capacity text,
    signed_on text,
    primary key (instrument_id, position)
);

create table confirmation (
    instrument_id uuid not null references instrument (id),
    person_id uuid not null references person (id),
    change_no bigint not null references change (no) deferrable initially deferred,
    primary key (instrument_id, person_id)
);

-- Only what the instrument changes. The facet is the measure of a baseline or a target and the
-- stage of an amount; no body means that the instrument takes the term away.
create table term (
    instrument_id uuid not null references instrument (id),
    section_id uuid not null references section (id),
    kind text not null,
    subject text not null,
    facet text not null,
    period text not null,
    body text,
    motive text,
    change_no bigint not null references change (no) deferrable initially deferred,
    primary key (instrument_id, section_id, kind, subject, facet, period)
);

-- Append-only: the highest number is the target in force.
create table national_target (
    thing_id uuid not null references thing (id),
    framework text not null,
    indicator text not null,
    measure text not null,
    period text not null,
    no bigint not null,
    body text not null,
    change_no bigint not null references change (no) deferrable initially deferred,
    primary key (framework, indicator, measure, period, no)
);
