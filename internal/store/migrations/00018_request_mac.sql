-- +goose Up
-- What waits has to be asked for anew: nothing vouches for the rows there are.
update approval set state = 'expired', input = '' where state = 'waiting';
alter table approval add column mac text not null default ''; -- over what was asked for, by whom, and until when; the key is not here

-- +goose Down
alter table approval drop column mac;
