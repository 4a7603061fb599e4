package okta

import (
	"cmp"
	"context"
	"encoding/json"
	"time"
)

// Logs is the room of Okta's System Log, outside the User API. Needs
// okta.logs.read.
type Logs service

// LogEvent is something that happened. Its words may hold what somebody typed.
type LogEvent struct {
	Published time.Time
	Type      string // such as user.session.start
	Message   string
	Outcome   string // SUCCESS, FAILURE ...
	Reason    string // of an outcome that is not SUCCESS, mostly
	Actor     string // who did it, by name, else by id
	Client    string // the address that it came from
	About     []LogAbout
}

// LogAbout is one of the things that an event is about.
type LogAbout struct {
	ID   string `json:"id"`
	Type string `json:"type"` // such as User, UserGroup
}

// The attributes that events are looked for by.
const (
	AttrEventType Attr = "eventType"
	AttrTarget    Attr = "target.id"
)

// Since reads the oldest events since then that an expression asks for, 200 of them
// at most (listLogEvents of Okta's log API).
func (s *Logs) Since(ctx context.Context, since time.Time, filter Expr) ([]LogEvent, error) {
	if filter.err != nil {
		return nil, &Error{Op: string(listLogEvents), Err: filter.err}
	}
	r, err := request{op: listLogEvents}.sized(maxLimit)
	if err != nil {
		return nil, err
	}
	r.set("filter", filter.String())
	r.set("sortOrder", "ASCENDING")
	r.set("since", since.UTC().Format(logTime))
	var events []LogEvent
	_, err = s.client.get(ctx, r, &events)
	return events, err
}

// logTime is how Okta writes the time of an event.
const logTime = "2006-01-02T15:04:05.000Z"

// About reads the newest events about the person since then, limit of them at
// most (listLogEvents of Okta's log API): the newest first. With limit 0 it is
// Okta's default of 100, the most is 200; with no since the last seven days.
func (s *Logs) About(ctx context.Context, id UserID, since time.Time, limit int) ([]LogEvent, error) {
	if id.IsZero() {
		return nil, &Error{Op: string(listLogEvents), Err: ErrBadID}
	}
	r, err := request{op: listLogEvents}.sized(limit)
	if err != nil {
		return nil, err
	}
	r.set("filter", Eq("target.id", Value{id.String()}).String())
	r.set("sortOrder", "DESCENDING")
	if !since.IsZero() {
		r.set("since", since.UTC().Format(logTime))
	}
	var events []LogEvent // the log has no last page, so the first must do
	_, err = s.client.get(ctx, r, &events)
	return events, err
}

// UnmarshalJSON takes out of an event what is shown of it.
func (e *LogEvent) UnmarshalJSON(b []byte) error {
	var w struct {
		Published time.Time `json:"published"`
		Type      string    `json:"eventType"`
		Message   string    `json:"displayMessage"`
		Outcome   struct {
			Result string `json:"result"`
			Reason string `json:"reason"`
		} `json:"outcome"`
		Actor struct {
			ID        string `json:"id"`
			Name      string `json:"displayName"`
			Alternate string `json:"alternateId"`
		} `json:"actor"`
		Client struct {
			Address string `json:"ipAddress"`
		} `json:"client"`
		About []LogAbout `json:"target"`
	}
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	*e = LogEvent{
		Published: w.Published, Type: w.Type, Message: w.Message, Outcome: w.Outcome.Result, Reason: w.Outcome.Reason,
		Actor: cmp.Or(w.Actor.Name, w.Actor.Alternate, w.Actor.ID), Client: w.Client.Address, About: w.About,
	}
	return nil
}
