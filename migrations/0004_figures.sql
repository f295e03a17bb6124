-- Files received, what was read in them, and the figures they gave.

create table blob (
    sha bytea primary key,
    size bigint not null,
    media text not null,
    stored bytea not null
);

-- A file read against the state of one moment: rehearsed, then committed or dropped.
create table batch (
    id uuid primary key,
    intake text not null,
    state text not null check (state in ('rehearsed', 'committed', 'undone', 'dropped')),
    file_name text not null,
    blob_sha bytea not null references blob (sha),
    settings text not null,
    at_change bigint not null,
    created_by uuid,
    created_at bigint not null,
    committed_change bigint references change (no) deferrable initially deferred,
    undone_change bigint references change (no) deferrable initially deferred
);
create index batch_created on batch (created_at);

create table batch_row (
    batch_id uuid not null references batch (id),
    no bigint not null,
    sheet text not null,
    row_no bigint not null,
    col_no bigint not null,
    verdict text not null check (verdict in ('created', 'changed', 'unchanged')),
    subject text not null,
    before_state text,
    after_state text not null,
    primary key (batch_id, no)
);

create table problem (
    batch_id uuid not null references batch (id),
    no bigint not null,
    sheet text not null,
    row_no bigint not null,
    col_no bigint not null,
    code text not null,
    severity text not null check (severity in ('refusal', 'warning', 'question')),
    message text not null,
    primary key (batch_id, no)
);

-- What is observed: a measure, in a place, over a period, for the whole or a part of it.
create table observation (
    id uuid primary key,
    measure text not null,
    place text not null references place (code),
    period text not null,
    breakdown text not null,
    unique (measure, place, period, breakdown)
);

-- What was said of it, one after the other; the last one holds. Never updated, never deleted.
create table revision (
    observation_id uuid not null references observation (id),
    no bigint not null,
    change_no bigint not null references change (no) deferrable initially deferred,
    kind text not null check (kind in ('number', 'ratio', 'yes_no', 'text', 'unavailable', 'withdrawn')),
    micros bigint,
    den_micros bigint,
    body text,
    provisional boolean not null,
    reference_date text,
    received_at bigint not null,
    supplier text not null,
    source text,
    comment text,
    embargo text,
    batch_id uuid references batch (id),
    sheet text,
    row_no bigint,
    col_no bigint,
    fictional boolean not null,
    primary key (observation_id, no)
);
create index revision_change on revision (change_no);
create index revision_batch on revision (batch_id);
