-- +goose Up
-- What a row says more since the second encoding. Rows of the first keep v = 1,
-- and their hash.
alter table record add column v bigint not null default 1;
alter table record add column auth_time bigint not null default 0;   -- when the issuer last saw proof of who the operator is; 0: not known
alter table record add column policy text not null default '';       -- the version of the policy that decided
alter table record add column okta_at bigint not null default 0;     -- the clock of Okta's answer; 0: no answer

create index record_at on record (at);
create index record_action on record (action, seq);

-- +goose Down
drop index record_action;
drop index record_at;
alter table record drop column okta_at;
alter table record drop column policy;
alter table record drop column auth_time;
alter table record drop column v;
