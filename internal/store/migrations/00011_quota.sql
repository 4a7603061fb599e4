-- +goose Up
-- Limits are counted from the record: what one operator began of a class lately.
create index record_quota on record (actor_id, class, at) where phase = 'intent';

-- +goose Down
drop index record_quota;
