-- +goose Up
-- Who holds which admin role over what, as it was read from Okta. A row of
-- role_held is valid from from_at until to_at: what it says was true in between, as
-- far as the map looked.
create table role_person (
	id         text primary key,
	login      text not null,
	name       text not null,
	status     text not null,
	department text not null,
	last_login bigint not null,       -- 0: never
	factors    bigint not null,       -- how many; -1: not read
	read_at    bigint not null,       -- when the last whole read began; 0: never
	stale_at   bigint not null,       -- what was read before this has to be read again; 0: nothing has
	problem    text not null          -- why the roles could not be read; empty when they were
);
create index role_person_stale on role_person (stale_at) where stale_at > 0;

create table role_held (
	person_id  text not null,
	role_id    text not null,         -- Okta's; not unique by itself
	how        text not null,         -- USER or GROUP
	assignee   text not null,         -- the person, or the group that carries the role
	from_at    bigint not null,       -- when the map first saw it so
	to_at      bigint not null,       -- when it first saw it otherwise; 0: it is so
	type       text not null,
	label      text not null,
	definition text not null,         -- of a custom role
	resources  text not null,         -- of a custom role: its resource set
	through    text not null,         -- name of the group
	reach      text not null,         -- empty: could not be read
	targets    text not null,         -- JSON
	since      bigint not null,       -- when it was granted, as far as is known; 0: not known
	by_name    text not null,         -- who granted it, from the record
	by_seq     bigint not null,       -- and in which row
	outside    boolean not null,      -- granted past the record, while there was one
	primary key (person_id, role_id, how, assignee, from_at)
);
create unique index role_held_now on role_held (person_id, role_id, how, assignee) where to_at = 0;
create index role_held_from on role_held (from_at);
create index role_held_to on role_held (to_at);

-- When an assignment was last reviewed.
create table role_reviewed (
	person_id text not null,
	role_id   text not null,
	how       text not null,
	assignee  text not null,
	at        bigint not null,
	by_name   text not null,
	primary key (person_id, role_id, how, assignee)
);

-- Each walk over the organisation, and how far it has come.
create table role_walk (
	id         bigint primary key,
	started_at bigint not null,
	ended_at   bigint not null,       -- 0: not yet
	way        text not null,         -- holders, or people
	page       text not null,         -- Okta's cursor of the page under way
	last       text not null,         -- the last person of it who was done
	stage      text not null,         -- list, then rest: those in the map whom the list did not name
	done       bigint not null,       -- people read
	total      bigint not null,       -- 0: not known
	calls      bigint not null,       -- calls to Okta
	problem    text not null          -- why it does not go on; empty when it does
);

-- +goose Down
drop table role_walk;
drop table role_reviewed;
drop table role_held;
drop table role_person;
