-- +goose Up
-- Of the decisions on one assignment the later one counts, whichever review ends last.
alter table review_last add column decided_at bigint not null default 0;
update review_last set decided_at = coalesce((select i.decided_at from review_item i where i.review = review_last.review and i.n = review_last.n), 0);

-- +goose Down
alter table review_last drop column decided_at;
