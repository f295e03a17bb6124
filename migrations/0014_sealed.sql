-- What is kept under seal: encrypted, each with a key of its own that a master key kept outside the
-- database wraps (sealed). What it says stands nowhere else.
create table sealed (
    id uuid primary key,
    -- What the text and its key are bound to: moved elsewhere, neither opens.
    thing_id uuid not null references thing (id),
    slot text not null,
    no bigint not null,
    -- The master key that wraps the key of this row.
    key_id text not null,
    wrapped bytea not null,
    nonce bytea not null,
    body bytea not null,
    unique (thing_id, slot, no)
);
create index sealed_key on sealed (key_id);

-- The confidential note on a contract: that it exists, and its versions by the digest of what is
-- sealed.
create table confidential_note (
    id uuid primary key references thing (id),
    contract_id uuid not null unique references contract (id)
);
create table confidential_note_version (
    note_id uuid not null references confidential_note (id),
    no bigint not null,
    -- SHA-256 of the encrypted text, which a rotation of keys leaves as it is.
    digest bytea not null,
    change_no bigint not null references change (no) deferrable initially deferred,
    primary key (note_id, no)
);
insert into append_only (name, frozen) values ('confidential_note', '');
insert into append_only (name, frozen) values ('confidential_note_version', '');
