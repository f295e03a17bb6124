-- The history of an indicator is read by what stands under its framework and that of a kind by
-- its things.

create index thing_scope on thing (scope_id);
create index thing_kind on thing (kind);
