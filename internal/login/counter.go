package login

import (
	"time"

	"github.com/labstack/echo/v4"
)

// Counter is what a session is narrowed to while a person types at the counter:
// one action on that person. It ends with the session; nothing widens it again.
type Counter struct {
	Action   string `json:"action"`
	Person   string `json:"person"` // their id
	Name     string `json:"name"`
	Question string `json:"question,omitempty"` // the recovery question that is to be answered
	Note     string `json:"note"`
	Ticket   string `json:"ticket,omitempty"`
	Token    string `json:"token"` // one-time, of the action
	Until    int64  `json:"until"` // Unix milliseconds; after it the session is over
}

// Narrow turns the session into one that can do nothing but what k says, until the
// operator signs in again.
func (l *Login) Narrow(c echo.Context, k Counter, life time.Duration) error {
	ses, err := l.sessions.Get(c.Request(), l.sessions.name)
	if err != nil || ses.IsNew {
		return storeFault(err)
	}
	k.Until = l.cfg.Now().Add(life).UnixMilli()
	dataOf(ses).Counter = &k
	if err := ses.Save(c.Request(), c.Response()); err != nil {
		return storeFault(err)
	}
	return nil
}

// Counter returns what the session is narrowed to, and whether it is; open is
// false when its time is over.
func (l *Login) Counter(c echo.Context) (k Counter, open, narrowed bool) {
	ses, err := l.sessions.Get(c.Request(), l.sessions.name)
	if err != nil || ses.IsNew || dataOf(ses).Counter == nil {
		return Counter{}, false, false
	}
	k = *dataOf(ses).Counter
	return k, l.cfg.Now().UnixMilli() < k.Until, true
}
