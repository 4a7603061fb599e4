-- +goose Up
-- Sessions from before have none of what is asked of them now: everybody signs in once more.
delete from web_session;
alter table web_session add column handle text not null default '';         -- names the session in the record and on its page; stays over a fresh sign-in
alter table web_session add column sid text not null default '';            -- the issuer's name for its own session
alter table web_session add column roles text not null default '';          -- what of the sign-in's roles is still held, separated by commas
alter table web_session add column confirmed_at bigint not null default 0;  -- when that was last asked
alter table web_session add column address text not null default '';
alter table web_session add column agent text not null default '';
alter table web_session add column sealed text not null default '';         -- the issuer's tokens; the key is in the cookie alone
alter table web_session add column draft text not null default '';          -- what was typed before a fresh sign-in; sealed as well
create unique index web_session_handle on web_session (handle);
create index web_session_sid on web_session (sid);

alter table login_attempt add column again text not null default '';        -- the session that asked for a fresh sign-in
alter table login_attempt add column actor_id text not null default '';     -- and who has to be the one who signs in
alter table login_attempt add column begun_at bigint not null default 0;

create table logout_token (
	jti_hash   text primary key,
	expires_at bigint not null
);

-- +goose Down
drop table logout_token;
alter table login_attempt drop column begun_at;
alter table login_attempt drop column actor_id;
alter table login_attempt drop column again;
drop index web_session_sid;
drop index web_session_handle;
alter table web_session drop column draft;
alter table web_session drop column sealed;
alter table web_session drop column agent;
alter table web_session drop column address;
alter table web_session drop column confirmed_at;
alter table web_session drop column roles;
alter table web_session drop column sid;
alter table web_session drop column handle;
