-- Where an organisation is written to: a mailbox that several of its people read.

create table organisation_contact (
    organisation text primary key references organisation (code),
    address text not null,
    changed_in bigint not null references change (no) deferrable initially deferred
);
