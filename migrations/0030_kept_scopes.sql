-- Whose history a thing is in never changes: nobody moves it out of the sight of those it concerns.
insert into append_only (name, frozen) values ('scope', '');
