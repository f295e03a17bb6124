-- What kinds of organisations, of those that roles tell apart, the contracts of a framework bind, as
-- its revision in force says: rights are read without its model. Frameworks that are here already
-- are told by the text of theirs.
create table framework_party (
    framework text not null,
    kind text not null,
    primary key (framework, kind)
);

insert into framework_party (framework, kind)
select f.code, 'establishment'
from framework f
join framework_revision r on r.framework = f.code and r.no = f.current_no
where r.model like '%"kind":"establishment"%';
