package desk

import (
	"context"
	"sync"
	"time"

	"keydesk/internal/okta"
)

// optionalHolds is how long a read that the credential's rights leave out stays
// away before it is tried again: somebody may have given the right meanwhile.
const optionalHolds = 10 * time.Minute

// optional remembers which reads the console works without. Each process finds out
// for itself: it costs one call.
type optional struct {
	mu  sync.Mutex
	off map[Action]*absent
}

type absent struct {
	err   *Error
	since time.Time
}

func (o *optional) get(a Action, now time.Time) *Error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if at := o.off[a]; at != nil && now.Sub(at.since) < optionalHolds {
		return at.err
	}
	return nil
}

func (o *optional) set(a Action, e *Error, now time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.off == nil {
		o.off = map[Action]*absent{}
	}
	o.off[a] = &absent{e, now}
}

// ask makes a read that the console can do without. Where the credential lacks
// the right, or the organisation the feature, that is found out once. A refusal
// about one person says nothing of the others: they may be out of the reach of the
// credential's role.
func ask[T any](ctx context.Context, d *Desk, a Action, do func(context.Context) (T, error)) Read[T] {
	if e := d.optional.get(a, d.now()); e != nil {
		return Read[T]{Err: e}
	}
	v, err := do(ctx)
	r := part(v, err)(a)
	if okta.IsForbidden(err) && !aboutOne(a) || okta.IsFeatureOff(err) || lacking(err) != "" {
		r.Err.Off = true
		d.optional.set(a, r.Err, d.now())
	}
	return r
}

// aboutOne reports whether an optional read is about one person.
func aboutOne(a Action) bool { return a == "factors.list" || a == "users.blocks" || a == "logs.about" }

// Probe finds out which optional reads the credential's rights leave out, before
// anybody looks at a page. It is run at every start.
func (d *Desk) Probe(ctx context.Context) {
	ctx = okta.Background(ctx)
	page, err := d.okta.Users.List(ctx, okta.UserQuery{Limit: 1})
	if err != nil || len(page.Items) == 0 {
		return // the first page finds out
	}
	id := page.Items[0].ID
	ask(ctx, d, "factors.list", func(ctx context.Context) ([]okta.Factor, error) { return d.okta.Factors.List(ctx, id) })
	ask(ctx, d, "groups.find", func(ctx context.Context) ([]okta.Group, error) { return d.okta.Groups.Find(ctx, "", 1) })
	ask(ctx, d, "apps.find", func(ctx context.Context) ([]okta.App, error) { return d.okta.Apps.Find(ctx, "", 1) })
	ask(ctx, d, "schema.get", d.okta.Schema.Profile)
	ask(ctx, d, "links.kinds", d.okta.Links.Definitions)
	ask(ctx, d, "roles.holders", func(ctx context.Context) (okta.Page[okta.UserID], error) {
		return d.okta.Admins.List(ctx, okta.Cursor{}, 1)
	})
	ask(ctx, d, "users.blocks", func(ctx context.Context) ([]okta.Block, error) { return d.okta.Users.Blocks(ctx, id) })
	ask(ctx, d, "logs.about", func(ctx context.Context) ([]okta.LogEvent, error) {
		return d.okta.Logs.About(ctx, id, d.now().Add(-time.Hour), 1)
	})
}
