-- +goose Up
-- The number of the ticket that a review was closed under, where the policy asks for one.
alter table review add column ticket text not null default '';

-- +goose Down
alter table review drop column ticket;
