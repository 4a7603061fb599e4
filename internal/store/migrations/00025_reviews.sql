-- +goose Up
-- Reviews of who holds which admin role.
create table review (
	id         text primary key,
	name       text not null,
	plan       text not null,        -- JSON: of what, by whom, until when
	owner_id   text not null,        -- who started it, in Okta
	owner_name text not null,
	state      text not null,        -- filling, open, closing, closed, stopped
	as_of      bigint not null,      -- when the map had been read that it was started from
	started_at bigint not null,
	due_at     bigint not null,
	closed_at  bigint not null,      -- when it was closed, or stopped
	ended_at   bigint not null,      -- when the last revoke had its end
	closer     text not null,        -- JSON: who closed it, as whom the revokes are decided
	close_mac  text not null,        -- over the closer, the moment, the ticket and what was decided; the key is not here
	first_seq  bigint not null,      -- the row of the record with which it began
	reminded   integer not null,     -- how many reminders were given
	manifest   text not null         -- JSON: what was sealed at the end; empty before
);
create index review_state on review (state, due_at);

-- What is reviewed: assignments as they were at the start, and what is decided of each.
create table review_item (
	review        text not null,
	n             integer not null,  -- its place in the review, from 1
	key           text not null,     -- the assignment
	person_id     text not null,
	evidence      text not null,     -- JSON, as it was at the start
	mac           text not null,     -- over the evidence and who decides
	reviewer      text not null,     -- their id in Okta; empty while it is nobody's
	reviewer_name text not null,
	fallback      text not null,     -- why it is not who the rule named, as a sentence
	asking        integer not null,  -- 1 while the reviewer that the rule names is still looked up
	verdict       text not null,     -- keep, revoke, skip; empty while undecided
	note          text not null,
	decider       text not null,     -- JSON: who decided
	decider_id    text not null,
	decider_name  text not null,
	decided_at    bigint not null,
	seq           bigint not null,   -- the row of the record of the decision
	carried       text not null,     -- the review from which the decision is carried forward
	word_mac      text not null,     -- over the decision
	version       integer not null,  -- grows with every change of the above
	outcome       text not null,     -- of a revoke; empty before
	why           text not null,
	ask           text not null,
	attempt       integer not null,
	not_before    bigint not null,   -- when it is tried again
	outcome_seq   bigint not null,   -- the row of the record of the outcome
	outcome_at    bigint not null,
	primary key (review, n)
);
create index review_item_reviewer on review_item (reviewer, review);
create unique index review_item_key on review_item (review, key);

-- The last decision on each assignment in a review that ended.
create table review_last (
	key    text primary key,
	review text not null,
	n      integer not null
);

-- Every decision in the order in which they came: pace and streaks.
create table review_step (
	seq     bigint primary key,      -- the row of the record
	review  text not null,
	n       integer not null,
	by_id   text not null,
	verdict text not null,
	looked  integer not null,        -- whether the evidence was opened
	at      bigint not null
);
create index review_step_review on review_step (review, by_id, seq);

-- What the map held of a review's people afterwards, and the files that were sealed.
create table review_snapshot (
	review text not null,
	which  text not null,            -- after, or the name of a file
	body   text not null,            -- JSON, or of a file gzip in base64
	primary key (review, which)
);

-- +goose Down
drop table review_snapshot;
drop table review_step;
drop table review_last;
drop table review_item;
drop table review;
