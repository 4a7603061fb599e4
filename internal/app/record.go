package app

import (
	"context"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"os"
	"sync"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/config"
	"keydesk/internal/sinks"
)

// recordParts say what becomes of the record beside being kept.
type recordParts struct {
	keyFile string // empty: the key follows from the console's own
	keep    time.Duration
	sinks   []sinks.Sink
	key     audit.Key
}

func recordOf(s config.Serve) (recordParts, error) {
	p := recordParts{keyFile: s.SigningKey(), keep: s.Keep}
	roots, err := sinks.Roots(s.RecordCAFile)
	if err != nil {
		return p, err
	}
	if s.RecordStdout {
		p.sinks = append(p.sinks, sinks.Stdout(os.Stdout))
	}
	if s.RecordSyslog != "" {
		k, err := sinks.Syslog(s.RecordSyslog, roots)
		if err != nil {
			return p, err
		}
		p.sinks = append(p.sinks, k)
	}
	if s.RecordWebhook != "" {
		p.sinks = append(p.sinks, sinks.Webhook(s.RecordWebhook, s.RecordWebhookSecret, roots, time.Now))
	}
	return p, nil
}

// signingKey is the key in the file, or one that follows from the console's.
func signingKey(file string, from []byte) (audit.Key, error) {
	if file != "" {
		return audit.LoadKey(file)
	}
	seed, err := hkdf.Key(sha256.New, from, nil, "keydesk record signing key", ed25519.SeedSize)
	if err != nil {
		return audit.Key{}, err
	}
	return audit.KeyOf(seed), nil
}

const (
	signPoll  = time.Second
	trimEvery = time.Hour
)

// keepRecord signs the record's head, sends the record out and cuts off what is too
// old, until ctx ends. What was written to the end is signed then.
func (a *App) keepRecord(ctx context.Context) {
	ship := &sinks.Shipper{Record: a.Record, Sinks: a.record.sinks, Poll: time.Second, Log: a.log}
	var beside sync.WaitGroup
	beside.Go(func() { ship.Run(ctx) })
	if a.record.keep > 0 {
		beside.Go(func() { a.trim(ctx, ship.Names()) })
	}
	tick := time.NewTicker(signPoll)
	defer tick.Stop()
	for said := ""; ctx.Err() == nil; {
		problem := a.Record.Problem()
		if _, err := a.Record.Sign(ctx, a.record.key, false); err != nil {
			problem = err.Error()
		}
		if problem != "" && problem != said && ctx.Err() == nil {
			a.log.ErrorContext(ctx, "the record is not signed as it should be", "error", problem)
		}
		said = problem // once, until it works again
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
	beside.Wait()
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if err := a.Desk.CountRefusals(end); err != nil {
		a.log.WarnContext(end, "refusals that were counted could not be recorded", "error", err)
	}
	if _, err := a.Record.Sign(end, a.record.key, true); err != nil {
		a.log.WarnContext(end, "the head of the record could not be signed at the end", "error", err)
	}
}

// trim cuts off rows that are older than they have to be kept.
func (a *App) trim(ctx context.Context, sinkNames []string) {
	tick := time.NewTicker(trimEvery)
	defer tick.Stop()
	for ctx.Err() == nil {
		row := audit.Row{ActorName: "Keydesk", Action: "record.cut", Class: "record"}
		n, err := a.Record.Trim(ctx, a.record.key, a.now().Add(-a.record.keep), sinkNames, row)
		if err != nil && !errors.Is(err, context.Canceled) {
			a.log.ErrorContext(ctx, "old rows of the record could not be cut off", "error", err)
		}
		if n > 0 {
			a.log.InfoContext(ctx, "old rows of the record were cut off", "rows", n)
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
}
