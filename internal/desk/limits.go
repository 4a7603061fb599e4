package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"keydesk/internal/audit"
)

const (
	hour = time.Hour
	day  = 24 * time.Hour
)

// countedFor are quotas as they count for one operator: what a review takes away
// because they closed it is theirs as if they had done it by hand.
func countedFor(id string, quotas []audit.Quota) []audit.Quota {
	for i := range quotas {
		quotas[i].Of, quotas[i].Deputy, quotas[i].OnWord = id, string(Reviewer), named{ClosedBy: id}.String()
	}
	return quotas
}

// quotas are what the policy allows of a class.
func (p Policy) quotas(r Risk) []audit.Quota {
	var out []audit.Quota
	l := p.Limits[r]
	if l.Hour > 0 {
		out = append(out, audit.Quota{Class: string(r), Window: hour, Most: l.Hour})
	}
	if l.Day > 0 {
		out = append(out, audit.Quota{Class: string(r), Window: day, Most: l.Day})
	}
	return out
}

// overLimit turns a quota that is used up into a refusal, which says when it opens.
func (d *Desk) overLimit(ctx context.Context, x *deed, q *audit.QuotaError) error {
	window := q.Word()
	return d.refused(ctx, x, &Error{
		Kind: Limited, Action: x.spec.Action, Rule: "limit." + string(x.spec.Risk) + "." + window, RetryAfter: q.Opens.Sub(d.now()), Err: q,
		Msg: fmt.Sprintf("You have done %d of these acts within the %s, and that is the limit. Nothing was sent. It opens again %s.", q.Most, window, opens(q.Opens, d.now())),
		Ask: "If it is urgent, ask a colleague who may do this too.",
	})
}

// opens says how long until a moment.
func opens(at, now time.Time) string {
	left := at.Sub(now)
	switch {
	case left <= time.Minute:
		return "in a minute"
	case left < 2*hour:
		return fmt.Sprintf("in %d minutes", int((left+time.Minute-1)/time.Minute))
	}
	return fmt.Sprintf("in %d hours", int((left+hour-1)/hour))
}

// watch writes an alert into the record and the log when an act was the one that
// used up half of a quota.
func (d *Desk) watch(ctx context.Context, who Actor, seq int64, quotas []audit.Quota) {
	for _, q := range quotas {
		if q.Most < 2 || q.Used != (q.Most+1)/2 {
			continue
		}
		r := who.row("limit.alert")
		r.Phase, r.Class = audit.PhaseEvent, q.Class
		r.Detail = fmt.Sprintf("half of the limit is used: %d of %d %s acts within the %s", q.Used, q.Most, q.Class, q.Word())
		_, err := d.record.Add(ctx, r)
		d.log.WarnContext(ctx, "an operator has used half of a limit", "row", seq, "operator", who.ID, "class", q.Class, "used", q.Used, "most", q.Most, "error", err)
	}
}

// begin writes the intent. If it cannot be written, nothing happens.
func (d *Desk) begin(ctx context.Context, x *deed) error {
	quotas := countedFor(x.who.ID, d.policy.quotas(x.spec.Risk))
	seq, err := d.record.Begin(ctx, x.row(), x.shown.Nonce, x.turn.lease, quotas...)
	var spent *audit.SpentError
	var over *audit.QuotaError
	switch {
	case errors.As(err, &spent):
		return d.again(ctx, x, spent.Seq, nil)
	case errors.As(err, &over):
		return d.overLimit(ctx, x, over)
	case err != nil:
		return unrecorded(x.spec.Action, err)
	}
	x.seq = seq
	d.watch(ctx, x.who, x.seq, quotas)
	return nil
}
