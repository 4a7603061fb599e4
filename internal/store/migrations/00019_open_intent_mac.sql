-- +goose Up
-- Over the row of an intent whose end is not known; the key is not here. What was left
-- open before is looked at, and not gone on with.
alter table open_intent add column mac text not null default '';

-- +goose Down
alter table open_intent drop column mac;
