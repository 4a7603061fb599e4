package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"keydesk/handlers"
	"keydesk/internal/audit"
	"keydesk/internal/config"
	"keydesk/internal/store"
)

// Routes writes one line for each route: method, path, permission, operation.
func Routes(w io.Writer) error {
	for _, r := range (&handlers.Handlers{}).Routes() {
		perm, op := string(r.Perm), r.Op
		if perm == "" {
			perm = "-"
		}
		if r.Open {
			perm = "open"
		}
		if op == "" {
			op = "-"
		}
		if _, err := fmt.Fprintf(w, "%-5s %-60s %-15s %s\n", r.Method, braces(r.Path), perm, op); err != nil {
			return err
		}
	}
	return nil
}

// braces writes a path's parameters as {id}.
func braces(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if name, ok := strings.CutPrefix(p, ":"); ok {
			parts[i] = "{" + name + "}"
		}
	}
	return strings.Join(parts, "/")
}

// ErrBroken is returned by Verify when the record does not hold.
var ErrBroken = errors.New("the record does not hold")

// Verify checks the record of a database, also while a console runs on it,
// and says what it found.
func Verify(ctx context.Context, v config.AuditVerify, w io.Writer) error {
	if err := v.Check(); err != nil {
		return err
	}
	db, err := store.OpenForReading(ctx, v.Database())
	if err != nil {
		return err
	}
	rep, err := audit.New(db, time.Now).Verify(ctx)
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	for _, f := range rep.Faults {
		_, _ = fmt.Fprintf(w, "row %d %s\n", f.Seq, f.What)
	}
	if len(rep.Faults) > 0 {
		return fmt.Errorf("%w: %d places", ErrBroken, len(rep.Faults))
	}
	_, err = fmt.Fprintf(w, "%d rows, every one linked to the one before it; %d acts without an outcome\nhead %s\n"+
		"A chain without a signed head finds accidents and partial edits. Rows cut off at the end, or a chain computed anew, show only against a head that was kept elsewhere.\n",
		rep.Rows, rep.Open, rep.Head)
	return err
}

// Healthcheck asks a console whether it is alive.
func Healthcheck(ctx context.Context, h config.Healthcheck) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(h.URL, "/")+"/healthz", nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %s", h.URL, resp.Status)
	}
	return nil
}
