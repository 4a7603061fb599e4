-- +goose Up
-- What an act yielded and may be shown once: sealed, with a key that is not here.
create table shown_once (
	id         text primary key,
	session    text not null,         -- the name of the session that may see it
	seq        bigint not null,       -- the row of the act
	action     text not null,
	what       text not null,
	target_id  text not null,
	target     text not null,         -- the person's login
	name       text not null,
	sealed     text not null,         -- empty once it was shown or has expired
	expires_at bigint not null
);
create index shown_once_expiry on shown_once (expires_at);

-- +goose Down
drop table shown_once;
