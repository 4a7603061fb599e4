package desk

import (
	"context"
	"fmt"
	"sync"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/okta"
)

// manyPeople is how many people's pages an operator opens on a day before the record
// says that this is many, and again for every so many more.
const manyPeople = 500

// readers remember whose page an operator opened today, so that most pages need no
// word to the database.
type readers struct {
	mu  sync.Mutex
	day int64
	of  map[[2]string]bool
}

// maxReaders bounds what is remembered; what is forgotten is looked up again.
const maxReaders = 20_000

// first reports whether the page is opened for the first time, as far as is known.
func (s *readers) first(now time.Time, actor, target string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if day := now.UTC().Unix() / 86400; s.of == nil || day != s.day || len(s.of) >= maxReaders {
		s.day, s.of = day, map[[2]string]bool{}
	}
	key := [2]string{actor, target}
	seen := s.of[key]
	s.of[key] = true
	return !seen
}

func (s *readers) forget(actor, target string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.of, [2]string{actor, target})
}

// paced is how many pages and lists an operator reads within a minute before what they
// read leaves a part of Okta's rate to everybody else.
const paced = 120

// pace counts what operators read in this minute.
type pace struct {
	mu     sync.Mutex
	minute int64
	of     map[string]int
}

// hurried counts one more, and reports whether that is more than a person reads.
func (p *pace) hurried(now time.Time, actor string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if m := now.Unix() / 60; p.of == nil || m != p.minute {
		p.minute, p.of = m, map[string]int{}
	}
	p.of[actor]++
	return p.of[actor] > paced
}

// noted records, once a day for each operator and thing, a look at what few should
// look at.
func (d *Desk) noted(ctx context.Context, who Actor, a Action, what string) {
	key := string(a) + " " + what
	if d.readers.first(d.now(), who.ID, key) && d.seen(ctx, who, a, okta.User{}, what) != nil {
		d.readers.forget(who.ID, key) // the next look has its row
	}
}

// countReader counts whose pages an operator opens. Who opens very many gets a row that
// says so, and the log a warning; nothing is closed to them.
func (d *Desk) countReader(ctx context.Context, who Actor, id okta.UserID) {
	if !d.readers.first(d.now(), who.ID, id.String()) {
		return
	}
	ctx = context.WithoutCancel(ctx)
	people, again, err := d.record.Opened(ctx, who.ID, id.String())
	if err == nil && !again && people > 1 && (people-1)%manyPeople == 0 {
		r := who.row("alert.reading")
		r.Phase, r.Class, r.Detail = audit.PhaseEvent, string(Reading), fmt.Sprintf("%d people's pages opened on this day", people)
		_, err = d.record.Add(ctx, r)
		d.log.WarnContext(ctx, "an operator opens very many people's pages", "operator", who.ID, "people", people)
	}
	if err != nil {
		d.readers.forget(who.ID, id.String())
		d.log.ErrorContext(ctx, "an opened page could not be counted", "error", err)
	}
}
