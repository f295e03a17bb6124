-- Who prepares an act keeps it to itself until it opens it to the other parties. Empty where it is
-- open to them; what was begun before is.

alter table instrument add column keeper text not null default '';
