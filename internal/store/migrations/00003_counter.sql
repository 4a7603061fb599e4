-- +goose Up
-- After a counter was opened in an operator's session, the issuer's word that they
-- are signed in counts only if it saw proof of who they are after that.
alter table staff add column fresh_after bigint not null default 0;
alter table login_attempt add column fresh boolean not null default false;

-- +goose Down
alter table login_attempt drop column fresh;
alter table staff drop column fresh_after;
