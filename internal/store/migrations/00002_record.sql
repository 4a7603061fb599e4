-- +goose Up
create table record (
	seq        bigint primary key,
	at         bigint not null,
	phase      text not null,
	intent     bigint not null,
	actor_id   text not null,
	actor_name text not null,
	actor_role text not null,
	session    text not null,
	address    text not null,
	action     text not null,
	op         text not null,
	target_id  text not null,
	target     text not null,
	class      text not null,
	reason     text not null,
	ticket     text not null,
	params     text not null,
	result     text not null,
	detail     text not null,
	status     bigint not null,
	request_id text not null,
	before     text not null,
	after      text not null,
	prev       text not null,
	hash       text not null
);
create index record_intent on record (intent) where intent > 0;
create index record_target on record (target_id, seq);
create index record_actor on record (actor_id, seq);

create table action_token (
	token text primary key,
	seq   bigint not null,
	at    bigint not null
);

-- +goose Down
drop table action_token;
drop table record;
