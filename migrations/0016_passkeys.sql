-- Passkeys: keys kept by people's devices, each of which opens one account.
create table passkey (
    id uuid primary key,
    person_id uuid not null references person (id),
    -- The name by which the device knows the key.
    credential bytea not null unique,
    -- The public key and what goes with it, in JSON.
    material text not null,
    -- What its owner calls it.
    name text not null,
    -- How often the device says it has signed; it never goes backwards.
    count bigint not null,
    created_at bigint not null,
    seen_at bigint,
    created_change bigint not null references change (no) deferrable initially deferred
);
create index passkey_person on passkey (person_id);
