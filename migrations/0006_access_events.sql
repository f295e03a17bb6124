-- What people did that changed nothing: signing in, being refused. Beside the history, so that a
-- flood of refusals never waits for the writers' queue nor holds it.

create table access_event (
    id uuid primary key,
    at bigint not null,
    kind text not null,
    person_id uuid,
    -- What the account was called, as a digest: also where no account has that address.
    account bytea,
    -- The browser, as the digest of a cookie of its own.
    device bytea,
    -- The network address it came from; personal, so outside the seals, and erased in time.
    origin text,
    done boolean not null,
    seal_no bigint
);
create index access_event_account on access_event (account, at);
create index access_event_origin on access_event (origin, at);
create index access_event_person on access_event (person_id, at);
create index access_event_seal on access_event (seal_no, id);

-- Events are sealed in batches, each tied to the one before it.
create table access_seal (
    no bigint primary key,
    at bigint not null,
    events bigint not null,
    prev bytea not null,
    hash bytea not null
);
insert into append_only (name, frozen) values ('access_seal', '');
