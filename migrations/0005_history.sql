-- The tables whose rows are added and never changed. Triggers of the engine, which each has in its
-- own words (platform::db), refuse to delete their rows, to empty them, and to update them.

create table append_only (
    name text primary key,
    -- The columns that an update may not touch, separated by commas; empty for all of them.
    frozen text not null
);

-- The reason given may be erased: it stands outside the digests.
insert into append_only (name, frozen) values ('change', 'no, at, kind, actor, token, prev, hash');
insert into append_only (name, frozen) values ('entry', '');
insert into append_only (name, frozen) values ('revision', '');
insert into append_only (name, frozen) values ('national_target', '');
insert into append_only (name, frozen) values ('framework_revision', '');
insert into append_only (name, frozen) values ('framework_file', '');
insert into append_only (name, frozen) values ('document_version', '');
