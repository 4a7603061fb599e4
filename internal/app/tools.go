package app

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"keydesk/handlers"
	"keydesk/internal/config"
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
