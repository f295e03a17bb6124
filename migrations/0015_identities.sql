-- Identities of a provider of OpenID Connect, each bound to the account that it opens. What a
-- provider calls somebody means nothing without the identity provider behind it.
create table identity (
    id uuid primary key,
    person_id uuid not null references person (id),
    issuer text not null,
    -- Empty where the provider names none.
    idp text not null,
    subject text not null,
    -- What was said at the last sign-in: where they work, at which level and how they signed in.
    siret text,
    acr text,
    amr text not null,
    bound_at bigint not null,
    seen_at bigint not null,
    bound_change bigint not null references change (no) deferrable initially deferred,
    unique (issuer, idp, subject)
);
create index identity_person on identity (person_id);
