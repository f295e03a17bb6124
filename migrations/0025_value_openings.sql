-- To whom frameworks open the values of the measures they follow, where they say it.
create table measure_opening (
    framework text not null,
    measure text not null,
    audience text not null,
    primary key (framework, measure)
);
