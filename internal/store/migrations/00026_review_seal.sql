-- +goose Up
-- What is sealed of a review is vouched for from its start to its end, and the close
-- stays as it was when what was left is carried out again.
alter table review add column start_mac text not null default '';  -- over who started it, of what, and when; the key is not here
alter table review add column end_mac text not null default '';    -- over how the revokes ended, and what the map held then
alter table review add column unsealed text not null default '';   -- why there is no sealed evidence, as a word; empty: there is, or will be

-- Who carried out again what was left, in their order.
create table review_again (
	review text not null,
	n      integer not null,  -- from 1
	at     bigint not null,
	who    text not null,     -- JSON: as whom the revokes are decided from then on
	mac    text not null,     -- over the above
	primary key (review, n)
);

-- +goose Down
drop table review_again;
alter table review drop column unsealed;
alter table review drop column end_mac;
alter table review drop column start_mac;
