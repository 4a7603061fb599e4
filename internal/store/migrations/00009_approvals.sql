-- +goose Up
create table approval (
	id          text primary key,
	seq         bigint not null,      -- the row of the record in which it was asked for; its public number
	actor       text not null,        -- JSON: who asked, as whom it would be done
	actor_id    text not null,
	actor_name  text not null,
	action      text not null,
	target_id   text not null,
	target      text not null,        -- the person's login
	name        text not null,
	needs       text not null,        -- the lowest console role that may approve
	why         text not null,        -- the sentence why a second person is needed
	params      text not null,        -- what was chosen, as the record keeps it
	effects     text not null,        -- JSON: what will happen, a sentence each
	input       text not null,        -- JSON: what the change is done from; empty once decided
	note        text not null,
	ticket      text not null,
	asked_at    bigint not null,
	expires_at  bigint not null,
	state       text not null,
	by_id       text not null,
	by_name     text not null,
	by_note     text not null,
	decided_at  bigint not null,
	ended       text not null,        -- how an approved change ended, as a sentence
	ended_seq   bigint not null       -- and its row in the record
);

create index approval_state on approval (state, expires_at);
create index approval_target on approval (target_id, state);

-- +goose Down
drop table approval;
