-- +goose Up
alter table login_attempt add column used boolean not null default false;

-- +goose Down
alter table login_attempt drop column used;
