// Package sinks sends the record out of the house: to standard output, to syslog,
// to a webhook. The record itself is the queue: each sink has a cursor in the
// database, goes on where it stood after a restart, and holds nobody up. A line
// arrives at least once; its row number tells a second time from the first.
package sinks

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"keydesk/internal/audit"
)

// Sink is a place outside.
type Sink struct {
	Name string
	send func(ctx context.Context, lines []audit.Sent) error
}

const (
	batch    = 200             // rows that are sent at once
	hold     = 2 * time.Minute // how long a turn lasts that nobody gives back
	patience = 20 * time.Second
	lastGap  = 5 * time.Minute // between two tries, at most
)

// Shipper sends the record to its sinks.
type Shipper struct {
	Record *audit.Log
	Sinks  []Sink
	Poll   time.Duration // how often a sink looks for more, and how soon it tries again at first
	Log    *slog.Logger
}

// Names are the sinks by name: what has to have arrived before rows are cut off.
func (s *Shipper) Names() []string {
	out := make([]string, len(s.Sinks))
	for i, k := range s.Sinks {
		out[i] = k.Name
	}
	return out
}

// Run sends until ctx ends, each sink for itself. Of several processes one sends to a
// sink at a time.
func (s *Shipper) Run(ctx context.Context) {
	holder := rand.Text()
	var wg sync.WaitGroup
	for _, k := range s.Sinks {
		wg.Go(func() { s.run(ctx, k, holder) })
	}
	wg.Wait()
	if len(s.Sinks) > 0 {
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = s.Record.Release(end, holder) // else the turn runs out by itself
	}
}

func (s *Shipper) run(ctx context.Context, k Sink, holder string) {
	gap := s.Poll
	for wait := time.Duration(0); pause(ctx, wait); {
		more, err := s.once(ctx, k, holder)
		switch {
		case err != nil && ctx.Err() == nil:
			s.Log.WarnContext(ctx, "the record could not be sent", "sink", k.Name, "again_in", gap.String(), "error", err)
			wait, gap = gap, min(2*gap, lastGap)
		case more:
			wait, gap = 0, s.Poll
		default:
			wait, gap = s.Poll, s.Poll
		}
	}
}

func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return ctx.Err() == nil
	}
}

// once sends one batch and reports whether there may be more.
func (s *Shipper) once(ctx context.Context, k Sink, holder string) (more bool, err error) {
	cursor, mine, err := s.Record.Claim(ctx, k.Name, holder, hold)
	if err != nil || !mine {
		return false, err
	}
	lines, next, err := s.Record.Pending(ctx, cursor, batch)
	if errors.Is(err, audit.ErrAhead) {
		err = errors.Join(err, s.Record.Stuck(ctx, holder, k.Name, words(err)))
	}
	if err != nil || len(lines) == 0 {
		return false, err
	}
	sctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := k.send(sctx, lines); err != nil {
		if ctx.Err() == nil {
			err = errors.Join(err, s.Record.Stuck(ctx, holder, k.Name, words(err)))
		}
		return false, err
	}
	return len(lines) >= batch, s.Record.Arrived(ctx, holder, next)
}

// words are an error for the page of the record: what happened, without addresses.
func words(err error) string {
	var status statusError
	switch {
	case errors.As(err, &status):
		return status.Error()
	case errors.Is(err, audit.ErrAhead):
		return audit.ErrAhead.Error()
	case errors.Is(err, context.DeadlineExceeded):
		return "no answer in time"
	}
	return "it cannot be reached"
}

// Stdout writes the record to w, as lines of the program's own log are written.
func Stdout(w io.Writer) Sink {
	log := slog.New(slog.NewJSONHandler(w, nil))
	return Sink{"stdout", func(ctx context.Context, lines []audit.Sent) error {
		for _, l := range lines {
			log.LogAttrs(ctx, slog.LevelInfo, "record", slog.Any("line", raw(l.JSON)))
		}
		return nil
	}}
}

// raw is JSON that is in a line as it is.
type raw []byte

// MarshalJSON returns the JSON.
func (r raw) MarshalJSON() ([]byte, error) { return r, nil }

// statusError is an answer that is not yes.
type statusError int

func (s statusError) Error() string { return fmt.Sprintf("it answered with status %d", int(s)) }
