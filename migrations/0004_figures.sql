-- Files received, what was read in them, and the figures they gave.

create table blob (
    sha bytea primary key,
    size bigint not null,
    stored bytea not null
);

-- A file read against the state of one moment, and what became of it.
create table batch (
    id uuid primary key,
    intake text not null,
    state text not null check (state in ('reading', 'unreadable', 'rehearsed', 'committed', 'undone', 'dropped')),
    file_name text not null,
    blob_sha bytea not null references blob (sha),
    settings text not null,
    mapping text not null,
    failure text,
    at_change bigint not null,
    created_by uuid,
    created_at bigint not null,
    attempt bigint not null,
    seen_at bigint not null,
    rows_read bigint not null,
    rows_total bigint not null,
    created_rows bigint not null,
    changed_rows bigint not null,
    unchanged_rows bigint not null,
    refused_cells bigint not null,
    committed_change bigint references change (no) deferrable initially deferred,
    undone_change bigint references change (no) deferrable initially deferred
);
create index batch_created on batch (created_at);

-- How the columns of a file were read when it was committed, by who supplies it.
create table mapping_memory (
    intake text not null,
    supplier text not null,
    signature text not null,
    mapping text not null,
    learnt_from uuid not null references batch (id),
    primary key (intake, supplier, signature)
);

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
    choices text,
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
    -- The first day, in Paris, on which everybody may see it.
    embargo_until text,
    batch_id uuid references batch (id),
    sheet text,
    row_no bigint,
    col_no bigint,
    fictional boolean not null,
    primary key (observation_id, no)
);
create index revision_change on revision (change_no);
create index revision_batch on revision (batch_id, observation_id);

-- A value contested: until it is answered, both are shown.
create table contest (
    id uuid primary key references thing (id),
    observation_id uuid not null references observation (id),
    revision_no bigint not null,
    reason text not null,
    own_value text,
    due_on text not null,
    opened_change bigint not null references change (no) deferrable initially deferred,
    outcome text check (outcome in ('accepted', 'maintained')),
    answer text,
    answered_change bigint references change (no) deferrable initially deferred,
    check ((outcome is null) = (answered_change is null))
);
create index contest_observation on contest (observation_id);
create index contest_opened on contest (opened_change);
create index contest_answered on contest (answered_change);

-- Who wants to be told of what. A liking, not a fact: it may be given up without a trace.
create table follow (
    person_id uuid not null references person (id),
    framework text not null,
    indicator text not null,
    measure text not null,
    primary key (person_id, framework, indicator, measure)
);
create index follow_measure on follow (measure);

-- What a change did to what somebody follows.
create table figure_event (
    person_id uuid not null references person (id),
    change_no bigint not null references change (no) deferrable initially deferred,
    measure text not null,
    arrived bigint not null,
    corrected bigint not null,
    visible_from text,
    primary key (person_id, change_no, measure)
);

-- Documents: what they are about, and the files they were, one after the other.
create table document (
    id uuid primary key references thing (id),
    kind text not null,
    subject text not null,
    place text not null,
    period text not null
);
create index document_about on document (kind, subject);

create table document_version (
    document_id uuid not null references document (id),
    no bigint not null,
    name text not null,
    media text not null,
    size bigint not null,
    sha bytea not null references blob (sha),
    why text,
    change_no bigint not null references change (no) deferrable initially deferred,
    primary key (document_id, no)
);
