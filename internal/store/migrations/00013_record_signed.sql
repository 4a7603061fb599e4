-- +goose Up
-- What the console has signed: heads of the record, cuts at its old end, and
-- that another key takes over.
create table record_checkpoint (
	id        bigint primary key,
	kind      text not null,
	seq       bigint not null,        -- the last row that it covers
	hash      text not null,          -- and that row's hash
	at        bigint not null,
	cut       bigint not null,        -- of a cut: how many rows were ever cut
	cut_from  bigint not null,        -- the time of the first of them
	cut_to    bigint not null,        -- and of the last
	next_key  text not null,          -- the public key that takes over
	key       text not null,          -- the public key that signed
	signature text not null
);
create index record_checkpoint_seq on record_checkpoint (seq);

-- How far the record was sent to each place outside.
create table record_cursor (
	sink       text primary key,
	seq        bigint not null,       -- the last row that arrived
	checkpoint bigint not null,       -- and the last checkpoint
	at         bigint not null,       -- when something last arrived
	problem    text not null,         -- why nothing arrives now; empty when it does
	holder     text not null,         -- who sends
	until      bigint not null        -- and for how long that is theirs
);

-- Whose pages an operator opened on a day, to notice who reads too many.
create table record_reader (
	day       bigint not null,        -- days since 1970, UTC
	actor_id  text not null,
	target_id text not null,
	primary key (day, actor_id, target_id)
);

-- +goose Down
drop table record_reader;
drop table record_cursor;
drop table record_checkpoint;
