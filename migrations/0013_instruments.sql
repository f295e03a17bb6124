-- What every page asks first: the last signature, and whether an act is under way.

create index instrument_signed on instrument (signed_change);
create index instrument_draft on instrument (contract_id) where state = 'draft';
