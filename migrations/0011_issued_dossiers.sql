-- Dossiers as they were issued: the text they are drawn from, and the files that were drawn. What
-- was issued stays as it is.
create table issued_dossier (
    id uuid primary key references thing (id),
    contract_id uuid not null references contract (id),
    section_key text not null,
    year bigint not null,
    -- The day on which terms and figures were known, and the last change that was.
    as_of text not null,
    known_change bigint not null,
    -- Which version of the renderer drew the files.
    renderer text not null,
    manifest bytea not null references blob (sha),
    issued_change bigint not null references change (no) deferrable initially deferred
);
create index issued_dossier_contract on issued_dossier (contract_id);
insert into append_only (name, frozen) values ('issued_dossier', '');

create table issued_file (
    dossier_id uuid not null references issued_dossier (id),
    format text not null check (format in ('pdf', 'xlsx', 'docx')),
    name text not null,
    size bigint not null,
    sha bytea not null references blob (sha),
    primary key (dossier_id, format)
);
insert into append_only (name, frozen) values ('issued_file', '');

-- The dossiers of all the contracts of a framework, issued one after the other for whoever asked.
create table print_run (
    id uuid primary key,
    framework text not null,
    year bigint not null,
    -- The day asked for, where one is.
    day text,
    person_id uuid not null references person (id),
    created_at bigint not null,
    -- Until when a process works on it; it may be taken up again afterwards.
    claimed_until bigint not null,
    done_at bigint
);
create index print_run_created on print_run (created_at);

create table print_run_item (
    run_id uuid not null references print_run (id),
    rank bigint not null,
    contract_slug text not null,
    section_key text not null,
    label text not null,
    dossier_id uuid references issued_dossier (id),
    failure text,
    primary key (run_id, rank)
);
