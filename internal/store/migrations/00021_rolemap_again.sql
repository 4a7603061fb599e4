-- +goose Up
-- Something has happened to roles of groups since the walk: the next one is due.
alter table role_walk add column again boolean not null default false;

-- +goose Down
alter table role_walk drop column again;
