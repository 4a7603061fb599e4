-- +goose Up
-- What one process at a time works on, where several share the database.
create table lease (
	name      text primary key,
	holder    text not null,
	fence     bigint not null,        -- grows with every holder
	ends_at   bigint not null         -- by the clock of the database
);

-- The intents whose end is not known. The record holds them too, but would have to
-- be searched from its beginning.
create table open_intent (
	seq       bigint primary key,
	target_id text not null
);
create index open_intent_target on open_intent (target_id);
insert into open_intent (seq, target_id) select seq, target_id from record i
	where phase = 'intent' and not exists (select 1 from record o where o.intent = i.seq and o.result <> 'unknown');

-- +goose Down
drop table open_intent;
drop table lease;
