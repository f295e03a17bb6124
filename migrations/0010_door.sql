-- Mails, links that open an account, second factors, and more of what people do that changes
-- nothing.

-- Mails to be sent, written with what causes them. The body is emptied once it served or cannot:
-- it may hold a link that opens an account.
create table mail (
    id uuid primary key,
    -- What it tells, so that it is written once.
    dedup text not null unique,
    address text not null,
    subject text not null,
    body text not null,
    created_at bigint not null,
    -- The next try; put off by whoever takes it up, so that no other sends it meanwhile.
    due_at bigint not null,
    -- After this nobody wants it any more.
    useless_at bigint not null,
    attempts bigint not null,
    state text not null check (state in ('waiting', 'sent', 'refused', 'useless')),
    done_at bigint,
    problem text
);
create index mail_due on mail (state, due_at);

-- Links sent by mail, each good for one use. The secret is in the link; its digest alone is kept.
create table access_link (
    digest bytea primary key,
    person_id uuid not null references person (id),
    kind text not null check (kind in ('invitation', 'reset')),
    created_at bigint not null,
    expires_at bigint not null,
    used_at bigint
);
create index access_link_person on access_link (person_id);

-- The application that gives a person codes (RFC 6238).
create table authenticator (
    person_id uuid primary key references person (id),
    secret bytea not null,
    -- The last step of thirty seconds whose code served: no code serves twice.
    last_step bigint not null,
    created_change bigint not null references change (no) deferrable initially deferred
);

-- What opens an account in place of a code, once each.
create table recovery_code (
    person_id uuid not null references person (id),
    digest bytea not null,
    used_at bigint,
    primary key (person_id, digest)
);

-- What was refused, taken away or read: the template of the address, never the address itself.
alter table access_event add column detail text;
create index access_event_at on access_event (at, id);

-- Whether the identifier of a session is to be renewed at its next request: what it opens changed.
alter table session add column renew boolean;

-- Who asked for the last changes, and when: what the history is searched by.
create index change_actor on change (actor, no);
