package login

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/gorilla/sessions"

	"keydesk/internal/store"
)

const (
	touchEvery    = time.Minute
	touchPatience = 200 * time.Millisecond
)

// errEnded is returned when a session was ended while a request used it. The
// request must not bring it back.
var errEnded = errors.New("login: the session has ended")

// sessionData is everything that a session carries.
type sessionData struct {
	Actor    string   `json:"actor"` // Claims.ActorID
	OktaID   string   `json:"okta_id,omitempty"`
	Unmapped string   `json:"unmapped,omitempty"`
	Email    string   `json:"email,omitempty"`
	Name     string   `json:"name,omitempty"`
	Roles    []string `json:"roles,omitempty"`
	AuthTime int64    `json:"auth_time,omitempty"` // Unix seconds
	IDToken  string   `json:"id_token,omitempty"`  // for signing out at the issuer
	Counter  *Counter `json:"counter,omitempty"`   // set while somebody types at the counter
}

type dataKey struct{}

// webSessions keeps sessions in the database behind the interface of
// gorilla/sessions. The cookie holds 256 random bits and nothing else, the
// database their hash, so neither can be made from the other.
type webSessions struct {
	db             *store.DB
	name           string
	options        sessions.Options
	idle, absolute time.Duration
	now            func() time.Time
	seen           seen
}

var _ sessions.Store = (*webSessions)(nil)

func newSessions(cfg Config, db *store.DB) *webSessions {
	s := &webSessions{
		db: db, name: "keydesk", idle: cfg.Idle, absolute: cfg.Absolute, now: cfg.Now, seen: seen{at: map[string]int64{}},
		options: sessions.Options{Path: "/", HttpOnly: true, Secure: cfg.Secure, SameSite: http.SameSiteLaxMode},
	}
	if cfg.Secure {
		s.name = hostOnlyPrefix + s.name
	}
	return s
}

// Get returns the request's session, read from the database once a request.
func (s *webSessions) Get(r *http.Request, name string) (*sessions.Session, error) {
	return sessions.GetRegistry(r).Get(s, name)
}

// New reads the session that the request's cookie names. An unknown, ended or
// expired one gives a new, empty session; a fault of the database is an error
// and must not be taken for "signed out".
func (s *webSessions) New(r *http.Request, name string) (*sessions.Session, error) {
	ses := sessions.NewSession(s, name)
	options := s.options
	d := &sessionData{}
	ses.Options, ses.IsNew, ses.Values[dataKey{}] = &options, true, d
	k, err := r.Cookie(name)
	if err != nil || len(k.Value) != secretLen {
		return ses, nil //nolint:nilerr // no cookie is no session, not a failure
	}
	id := hash(k.Value)
	raw, err := s.load(r.Context(), id)
	if errors.Is(err, sql.ErrNoRows) {
		return ses, nil
	}
	if err != nil {
		return ses, err
	}
	ses.ID, ses.IsNew = k.Value, false
	return ses, json.Unmarshal([]byte(raw), d)
}

// load returns the data of a session that is within both limits, and notes that
// it was used now.
func (s *webSessions) load(ctx context.Context, id string) (raw string, err error) {
	now := s.now()
	var written int64
	err = s.db.R.QueryRowContext(ctx, `select data, seen_at from web_session where id_hash = $1 and expires_at > $2`, id, now.UnixMilli()).Scan(&raw, &written)
	if err != nil {
		return "", err
	}
	if !s.seen.use(id, written, now, s.idle) {
		return "", sql.ErrNoRows
	}
	if now.UnixMilli()-written >= touchEvery.Milliseconds() {
		s.touch(ctx, id, now)
	}
	return raw, nil
}

// touch has the database learn of a use. Where it cannot be written, this process
// knows all the same, and reading goes on.
func (s *webSessions) touch(ctx context.Context, id string, now time.Time) {
	ctx, cancel := context.WithTimeout(ctx, touchPatience)
	defer cancel()
	_, _ = s.db.W.ExecContext(ctx, `update web_session set seen_at = $1 where id_hash = $2 and seen_at < $1`, now.UnixMilli(), id)
}

// Save writes the session back, or ends it when its MaxAge is negative. A new
// one gets its id, and the response its cookie: call it before the first byte
// of the body.
func (s *webSessions) Save(r *http.Request, w http.ResponseWriter, ses *sessions.Session) error {
	ctx := r.Context()
	if ses.Options.MaxAge < 0 {
		http.SetCookie(w, sessions.NewCookie(ses.Name(), "", ses.Options))
		return s.end(ctx, ses.ID)
	}
	d := dataOf(ses)
	raw, err := json.Marshal(d)
	if err != nil {
		return err
	}
	if ses.ID != "" {
		return s.update(ctx, hash(ses.ID), d.Actor, string(raw))
	}
	id, now := secret(), s.now()
	_, err = s.db.W.ExecContext(ctx, `insert into web_session (id_hash, actor_id, data, created_at, seen_at, expires_at) values ($1, $2, $3, $4, $4, $5)`,
		hash(id), d.Actor, string(raw), now.UnixMilli(), now.Add(s.absolute).UnixMilli())
	if err != nil {
		return err
	}
	ses.ID, ses.IsNew = id, false
	http.SetCookie(w, sessions.NewCookie(ses.Name(), id, ses.Options))
	return nil
}

// update never inserts: a session that was ended meanwhile stays ended.
func (s *webSessions) update(ctx context.Context, id, actor, raw string) error {
	res, err := s.db.W.ExecContext(ctx, `update web_session set data = $1, actor_id = $2 where id_hash = $3 and expires_at > $4`, raw, actor, id, s.now().UnixMilli())
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(errEnded, err)
	}
	return nil
}

// renew signs the browser in with d under a new id, whatever cookie it came
// with, and ends the session that it had.
func (s *webSessions) renew(r *http.Request, w http.ResponseWriter, d *sessionData) error {
	ses, _ := s.Get(r, s.name) // what cannot be read is replaced all the same
	if err := s.end(r.Context(), ses.ID); err != nil {
		return err
	}
	ses.ID, ses.Values[dataKey{}] = "", d
	return s.Save(r, w, ses)
}

func (s *webSessions) end(ctx context.Context, id string) error {
	if id == "" {
		return nil
	}
	_, err := s.db.W.ExecContext(ctx, `delete from web_session where id_hash = $1`, hash(id))
	s.seen.forget(hash(id))
	return err
}

func (s *webSessions) endAll(ctx context.Context, actor string) error {
	_, err := s.db.W.ExecContext(ctx, `delete from web_session where actor_id = $1`, actor)
	return err
}

// sweep leaves idle sessions a little longer than they can be used: seen_at may
// lag behind the last use by touchEvery.
func (s *webSessions) sweep(ctx context.Context) error {
	now := s.now()
	s.seen.sweep(now.Add(-s.idle))
	_, err := s.db.W.ExecContext(ctx, `delete from web_session where expires_at <= $1 or seen_at <= $2`,
		now.UnixMilli(), now.Add(-s.idle-touchEvery).UnixMilli())
	return err
}

func dataOf(ses *sessions.Session) *sessionData {
	d, _ := ses.Values[dataKey{}].(*sessionData)
	return d
}
