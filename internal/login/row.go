package login

import (
	"encoding/json"
	"strconv"
	"strings"

	"keydesk/internal/store"
)

// NotOurs is why a session ends whose row somebody wrote or changed who has the
// database and not the console's key.
const NotOurs = "the row was not this console's"

// row is a session as the database has it.
type row struct {
	sessionData
	id, data, roles string
	seen            int64
}

const rowColumns = `id_hash, actor_id, data, handle, sid, roles, confirmed_at, address, agent, created_at, seen_at, expires_at, mac`

func (w *row) scan(from interface{ Scan(...any) error }) error {
	return from.Scan(&w.id, &w.Actor, &w.data, &w.Handle, &w.SID, &w.roles, &w.Confirmed, &w.Address, &w.Agent, &w.created, &w.seen, &w.expires, &w.mac)
}

// rowOf is the row of the session under a cookie, vouched for.
func (s *webSessions) rowOf(cookie string, d *sessionData) (row, error) {
	raw, err := json.Marshal(d)
	w := row{sessionData: *d, id: hash(cookie), data: string(raw), roles: strings.Join(d.Roles, ",")}
	w.mac = s.sum(w)
	return w, err
}

// sum vouches for what decides who a session is, for how long, and what ends it.
// What changes with every use, and what only its cookie opens, stands outside.
func (s *webSessions) sum(w row) string {
	ms := func(at int64) string { return strconv.FormatInt(at, 10) }
	return store.Mac(s.key, "session", w.id, w.Actor, w.data, w.Handle, w.SID, w.roles, ms(w.Confirmed), ms(w.created), ms(w.expires))
}

// ours reports whether the console wrote the row as it stands.
func (s *webSessions) ours(w row) bool { return store.SameMac(w.mac, s.sum(w)) }

// decode fills d with all that the row holds.
func (w *row) decode(d *sessionData) error {
	*d = w.sessionData
	if w.roles != "" {
		d.Roles = strings.Split(w.roles, ",")
	}
	return json.Unmarshal([]byte(w.data), d)
}
