-- What lists filtered by reach are read by: the files of a person or of an organisation, the latest
-- first; the establishments of the region of an agency.

drop index batch_created_by;
drop index batch_organisation;
create index batch_created_by on batch (created_by, created_at);
create index batch_organisation on batch (organisation, created_at);
create index place_within on place (within_code);
create index organisation_place on organisation (place_code);
