package login

import (
	"context"
	"database/sql"
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

// GlanceHeader marks a request that a page makes by itself, to see how far something
// is: it does not keep the session of somebody who is gone from ending.
const GlanceHeader = "Keydesk-Glance"

// errEnded is returned when a session was ended while a request used it. The
// request must not bring it back.
var errEnded = errors.New("login: the session has ended")

// sessionData is everything that a session carries. What others than the session's
// own requests change, or ask for, has a column of its own.
type sessionData struct {
	Actor    string   `json:"actor"` // Claims.ActorID
	OktaID   string   `json:"okta_id,omitempty"`
	Unmapped string   `json:"unmapped,omitempty"`
	Email    string   `json:"email,omitempty"`
	Name     string   `json:"name,omitempty"`
	AuthTime int64    `json:"auth_time,omitempty"` // Unix seconds
	Counter  *Counter `json:"counter,omitempty"`   // set while somebody types at the counter

	Handle    string   `json:"-"` // names the session; worth nothing to who has it
	SID       string   `json:"-"` // the issuer's name for its own
	Roles     []string `json:"-"`
	Confirmed int64    `json:"-"` // when the roles were last asked for, Unix milliseconds
	Address   string   `json:"-"` // where the sign-in came from
	Agent     string   `json:"-"`
	tokens    tokens   // set at a sign-in alone; see webSessions.tokens

	created, expires int64
	mac              string // over the row as it was last read or written
}

type dataKey struct{}

// webSessions keeps sessions in the database behind the interface of
// gorilla/sessions. The cookie holds 256 random bits and nothing else, the
// database their hash, so neither can be made from the other.
type webSessions struct {
	db             *store.DB
	key            []byte // vouches for rows; see sum
	name           string
	options        sessions.Options
	idle, absolute time.Duration
	now            func() time.Time
	seen           seen
	ended          func(ctx context.Context, d sessionData, why string)
}

var _ sessions.Store = (*webSessions)(nil)

func newSessions(cfg Config, db *store.DB) *webSessions {
	s := &webSessions{
		db: db, key: cfg.Key, name: "keydesk", idle: cfg.Idle, absolute: cfg.Absolute, now: cfg.Now, seen: seen{at: map[string]int64{}},
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
	row, err := s.load(r.Context(), hash(k.Value), r.Header.Get(GlanceHeader) != "")
	if errors.Is(err, sql.ErrNoRows) {
		return ses, nil
	}
	if err != nil {
		return ses, err
	}
	ses.ID, ses.IsNew = k.Value, false
	err = row.decode(d)
	return ses, err
}

// load returns a session that is within both limits, and notes that it was used
// now, unless this was a glance. One that is past them is ended, and so is one that the console did not write.
func (s *webSessions) load(ctx context.Context, id string, glance bool) (row, error) {
	w, err := s.read(ctx, `where id_hash = $1`, id)
	if err != nil {
		return w, err
	}
	now := s.now()
	switch {
	case !s.ours(w):
		return w, errors.Join(s.end(ctx, id, NotOurs), sql.ErrNoRows)
	case w.expires <= now.UnixMilli():
		return w, errors.Join(s.end(ctx, id, endedAbsolute), sql.ErrNoRows)
	case !s.seen.use(id, w.seen, now, s.idle, glance):
		return w, errors.Join(s.end(ctx, id, endedIdle), sql.ErrNoRows)
	}
	if !glance && now.UnixMilli()-w.seen >= touchEvery.Milliseconds() {
		s.touch(ctx, id, now)
	}
	return w, nil
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
		return s.end(ctx, hash(ses.ID), endedHere)
	}
	d := dataOf(ses)
	if ses.ID != "" {
		return s.update(ctx, ses.ID, d)
	}
	id := secret()
	if err := s.insert(ctx, id, d); err != nil {
		return err
	}
	ses.ID, ses.IsNew = id, false
	http.SetCookie(w, sessions.NewCookie(ses.Name(), id, ses.Options))
	return nil
}

func (s *webSessions) insert(ctx context.Context, id string, d *sessionData) error {
	now := s.now().UnixMilli()
	d.Handle, d.created, d.expires = secret()[:nameLen], now, now+s.absolute.Milliseconds()
	sealed, err1 := seal(id, "tokens", d.tokens)
	w, err2 := s.rowOf(id, d)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	d.mac = w.mac
	_, err := s.db.W.ExecContext(ctx, `insert into web_session (id_hash, actor_id, data, created_at, seen_at, expires_at, handle, sid, roles, confirmed_at, address, agent, sealed, mac)
		values ($1, $2, $3, $4, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		w.id, w.Actor, w.data, w.created, w.expires, w.Handle, w.SID, w.roles, w.Confirmed, w.Address, w.Agent, sealed, w.mac)
	return err
}

// update never inserts: a session that was ended meanwhile stays ended. It writes
// the roles that the request knows, with when they were asked for: what another
// request has learned since is asked again when that is a minute ago.
func (s *webSessions) update(ctx context.Context, cookie string, d *sessionData) error {
	w, err := s.rowOf(cookie, d)
	if err != nil {
		return err
	}
	res, err := s.db.W.ExecContext(ctx, `update web_session set data = $1, actor_id = $2, roles = $3, confirmed_at = $4, mac = $5 where id_hash = $6 and expires_at > $7`,
		w.data, w.Actor, w.roles, w.Confirmed, w.mac, w.id, s.now().UnixMilli())
	if err != nil {
		return err
	}
	d.mac = w.mac
	return changedOne(res)
}

func changedOne(res sql.Result) error {
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(errEnded, err)
	}
	return nil
}

// renew signs the browser in with d under a new id, whatever cookie it came
// with, and ends the session that it had.
func (s *webSessions) renew(r *http.Request, w http.ResponseWriter, d *sessionData) error {
	ses, _ := s.Get(r, s.name) // what cannot be read is replaced all the same
	if err := s.end(r.Context(), hash(ses.ID), endedAnew); err != nil {
		return err
	}
	ses.ID, ses.Values[dataKey{}] = "", d
	return s.Save(r, w, ses)
}

// raise gives the browser's session a new id, and what a fresh sign-in of the same
// operator told. It keeps its name, and with it what its pages were given.
func (s *webSessions) raise(r *http.Request, w http.ResponseWriter, ses *sessions.Session, d *sessionData) error {
	ctx, id := r.Context(), secret()
	was, err := s.read(ctx, `where id_hash = $1`, hash(ses.ID)) // as it is after the issuer was asked
	if err != nil {
		return err
	}
	if err := was.decode(&was.sessionData); err != nil || was.Counter != nil || !s.ours(was) {
		return errors.Join(errEnded, err) // another tab narrowed it meanwhile, and nothing widens it
	}
	draft, err := s.draft(ctx, ses.ID)
	if err != nil {
		return err
	}
	kept := ""
	if draft != nil {
		if kept, err = seal(id, "draft", draft); err != nil {
			return err
		}
	}
	now := s.now().UnixMilli()
	d.Handle, d.created, d.expires = was.Handle, was.created, now+s.absolute.Milliseconds()
	sealed, err1 := seal(id, "tokens", d.tokens)
	n, err2 := s.rowOf(id, d)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	d.mac = n.mac
	res, err := s.db.W.ExecContext(ctx, `update web_session set id_hash = $1, data = $2, seen_at = $3, expires_at = $4, sid = $5, roles = $6, confirmed_at = $7, address = $8, agent = $9, sealed = $10, draft = $11, mac = $12
		where id_hash = $13 and mac = $14`, n.id, n.data, now, n.expires, n.SID, n.roles, n.Confirmed, n.Address, n.Agent, sealed, kept, n.mac, hash(ses.ID), was.mac)
	if err != nil {
		return err
	}
	if err := changedOne(res); err != nil {
		return err
	}
	s.seen.forget(hash(ses.ID))
	ses.ID, ses.Values[dataKey{}] = id, d
	http.SetCookie(w, sessions.NewCookie(ses.Name(), id, ses.Options))
	return nil
}

func dataOf(ses *sessions.Session) *sessionData {
	d, _ := ses.Values[dataKey{}].(*sessionData)
	return d
}
