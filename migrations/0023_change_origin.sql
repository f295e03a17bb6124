-- From where a change was made: a network address, or « terminal » for the command line. It stands
-- outside the digest, so that it can be forgotten after a year, as what is kept of accesses.

alter table change add column origin text;

