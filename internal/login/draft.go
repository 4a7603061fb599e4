package login

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"net/url"

	"github.com/labstack/echo/v4"

	"keydesk/internal/desk"
)

// maxDraft bounds what is kept of a form, in bytes.
const maxDraft = 64 << 10

// Draft is what an operator had typed when they were asked to sign in again. It
// lies sealed in the session, is read once, and never holds a secret.
type Draft struct {
	Action desk.Action `json:"action"`
	On     desk.Object `json:"on"`
	Person string      `json:"person,omitempty"` // the id in the address of the form's page; empty where it is about nobody
	About  string      `json:"about,omitempty"`  // a request that waits, where the form was a decision
	Values url.Values  `json:"values"`

	Name string `json:"name"` // for the page that it is kept for alone: another window with the same cookie may keep another
}

// KeepDraft keeps d for after a fresh sign-in, in place of an earlier one, and returns
// the name under which it is taken; empty when it is too long to be kept.
func (l *Login) KeepDraft(c echo.Context, d Draft) (name string, err error) {
	ses, err := l.sessions.Get(c.Request(), l.sessions.name)
	if err != nil || ses.IsNew {
		return "", storeFault(errors.Join(err, errEnded))
	}
	d.Name = rand.Text()
	if b, err := json.Marshal(d); err != nil || len(b) > maxDraft {
		return "", err
	}
	sealed, err := seal(ses.ID, "draft", d)
	if err != nil {
		return "", err
	}
	res, err := l.db.W.ExecContext(c.Request().Context(), `update web_session set draft = $1 where id_hash = $2`, sealed, hash(ses.ID))
	if err == nil {
		err = changedOne(res)
	}
	if err != nil {
		return "", storeFault(err)
	}
	return d.Name, nil
}

// TakeDraft returns what was kept under a name for a page about a person, and forgets
// it; nil when there is nothing, or it was typed elsewhere or about somebody else.
func (l *Login) TakeDraft(c echo.Context, name, person string) (*Draft, error) {
	ses, err := l.sessions.Get(c.Request(), l.sessions.name)
	if err != nil || ses.IsNew {
		return nil, err
	}
	d, err := l.sessions.draft(c.Request().Context(), ses.ID)
	if err != nil || d == nil || d.Person != person || d.Name != name {
		return nil, err
	}
	_, err = l.db.W.ExecContext(c.Request().Context(), `update web_session set draft = '' where id_hash = $1`, hash(ses.ID))
	return d, err
}

func (s *webSessions) draft(ctx context.Context, cookie string) (*Draft, error) {
	var sealed string
	err := s.db.R.QueryRowContext(ctx, `select draft from web_session where id_hash = $1`, hash(cookie)).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) || sealed == "" {
		return nil, nil //nolint:nilnil // nothing is kept
	}
	if err != nil {
		return nil, err
	}
	var d Draft
	return &d, unseal(cookie, "draft", sealed, &d)
}

// tokens are what the issuer gave for this session.
func (s *webSessions) tokens(ctx context.Context, cookie string) (t tokens, err error) {
	var sealed string
	if err := s.db.R.QueryRowContext(ctx, `select sealed from web_session where id_hash = $1`, hash(cookie)).Scan(&sealed); err != nil {
		return t, err
	}
	return t, unseal(cookie, "tokens", sealed, &t)
}
