-- Addresses at which a spreadsheet reads one table for a person. The secret is in the address; its
-- digest alone is kept.
create table table_address (
    id uuid primary key references thing (id),
    person_id uuid not null references person (id),
    name text not null,
    -- The table, and what was chosen of it as the query of an address.
    table_name text not null,
    choices text not null,
    digest bytea not null unique,
    expires_on text not null,
    created_change bigint not null references change (no) deferrable initially deferred,
    revoked_change bigint references change (no) deferrable initially deferred,
    -- When it was last read, to the hour; of this no history is kept.
    used_at bigint
);
create index table_address_person on table_address (person_id);
