-- The yearly review of rights: for the whole country, or for one organisation, and the grants that
-- somebody confirmed in it. What is ended is ended as ever.

create table rights_review (
    id uuid primary key references thing (id),
    year bigint not null,
    -- Empty for the whole country.
    organisation text not null,
    due_on text not null,
    opened_change bigint not null references change (no) deferrable initially deferred,
    -- How many of its reminders were written.
    reminders bigint not null,
    unique (year, organisation)
);

create table rights_review_answer (
    review_id uuid not null references rights_review (id),
    grant_id uuid not null references access_grant (id),
    confirmed_change bigint not null references change (no) deferrable initially deferred,
    primary key (review_id, grant_id)
);
