-- A document attached to a value under embargo, or to the contest of one, is kept as the value is:
-- until its day, from all but who brought it. What was attached to a value before is kept until the
-- last day said of it, from all but who attached it.

alter table document add column embargo_until text;
alter table document add column loaded_by uuid;

update document set
    embargo_until = (select max(r.embargo_until) from observation o
                     join revision r on r.observation_id = o.id
                     where o.measure = document.subject and o.place = document.place
                       and o.period = document.period),
    loaded_by = (select c.actor from document_version v
                 join change c on c.no = v.change_no
                 where v.document_id = document.id and v.no = 1)
where kind = 'value';
