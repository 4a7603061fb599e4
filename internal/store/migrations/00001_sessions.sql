-- One text for SQLite and PostgreSQL: text, bigint, integer and boolean only;
-- times are Unix milliseconds; ids are made by the program.

-- +goose Up
create table web_session (
	id_hash    text primary key,      -- SHA-256 of what the cookie holds
	actor_id   text not null,
	data       text not null,         -- JSON
	created_at bigint not null,
	seen_at    bigint not null,
	expires_at bigint not null
);
create index web_session_actor on web_session (actor_id);
create index web_session_expiry on web_session (expires_at);

create table login_attempt (
	state_hash   text primary key,
	browser_hash text not null,       -- SHA-256 of the cookie that binds the attempt to one browser
	nonce        text not null,
	verifier     text not null,
	redirect_uri text not null,
	return_to    text not null,
	address      text not null,       -- who began it: each address may hold only so many
	expires_at   bigint not null
);
create index login_attempt_browser on login_attempt (browser_hash);
create index login_attempt_address on login_attempt (address, expires_at);
create index login_attempt_expiry on login_attempt (expires_at);

create table staff (
	issuer  text not null,
	subject text not null,
	okta_id text not null,            -- empty when nobody in Okta could be found
	tier    text not null,            -- empty when in no group of the console
	name    text not null,
	seen_at bigint not null,
	primary key (issuer, subject)
);
create index staff_okta on staff (okta_id);

-- +goose Down
drop table staff;
drop table login_attempt;
drop table web_session;
