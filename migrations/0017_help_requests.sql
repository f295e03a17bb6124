-- What people ask of the support of their region, which may pass it on to the national one.
create table help_request (
    id uuid primary key references thing (id),
    person_id uuid not null references person (id),
    -- The agency whose support takes it; empty where the national one does from the start.
    organisation text not null,
    -- Whether it was passed on, or began there.
    national boolean not null,
    -- The page it was asked from, and what the person saw there: no figure, no text of the page.
    page text not null,
    title text not null,
    seen text not null,
    state text not null check (state in ('open', 'closed')),
    -- Whether the person waits for a word of the support.
    awaits boolean not null,
    created_change bigint not null references change (no) deferrable initially deferred
);
create index help_request_person on help_request (person_id);
create index help_request_state on help_request (state);

-- What was said; never changed.
create table help_message (
    request_id uuid not null references help_request (id),
    no bigint not null,
    kind text not null check (kind in ('ask', 'answer', 'pass_on', 'close')),
    body text not null,
    change_no bigint not null references change (no) deferrable initially deferred,
    primary key (request_id, no)
);
insert into append_only (name, frozen) values ('help_message', '');
