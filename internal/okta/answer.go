package okta

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"sync/atomic"
	"time"
)

// maxBody is more than any answer of the operations here: 200 people with wide
// profiles stay under 2 MiB.
const maxBody = 8 << 20

var errTooLarge = errors.New("the answer is larger than 8 MiB")

// answer is what came back, as far as it came: broken says why body is not all
// of it.
type answer struct {
	status int
	header http.Header
	body   []byte
	broken error
	renew  bool // with a renewed credential it may be another
}

// decode reads JSON and nothing else: no other type, nothing behind it, and no
// null, which would pass for an empty list.
func (a answer) decode(out any) error {
	if a.broken != nil {
		return a.broken
	}
	t, _, err := mime.ParseMediaType(a.header.Get("Content-Type"))
	if err != nil || t != "application/json" {
		return fmt.Errorf("the answer (%d bytes) is not application/json", len(a.body))
	}
	if bytes.Equal(bytes.TrimSpace(a.body), []byte("null")) {
		return errors.New("the answer is null")
	}
	return describe(json.Unmarshal(a.body, out))
}

// describe tells where JSON does not fit without repeating what stands there,
// which may be a secret.
func describe(err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("the answer is not JSON from byte %d on", e.Offset)
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("the answer's field %q is not of the type it should be", e.Field)
	}
	return errors.New("the answer holds a value that cannot be read")
}

func (a answer) requestID() string {
	id := a.header.Get("X-Okta-Request-Id")
	if len(id) > 128 || !allOf(id, visible) {
		return ""
	}
	return id
}

func (a answer) receipt() Receipt {
	date, err := http.ParseTime(a.header.Get("Date"))
	if err != nil {
		date = time.Time{}
	}
	return Receipt{Status: a.status, RequestID: a.requestID(), Date: date}
}

// Receipt is what a record needs to know of a call: it leads to Okta's own log.
type Receipt struct {
	Status    int       // 0: no answer
	RequestID string    // key into Okta's System Log
	Date      time.Time // Okta's clock, not ours
	Writes    string    // the request ids of every change made with the context so far, separated by spaces
}

// IDs are the request ids that lead to what was changed, or to the last call where
// nothing was.
func (r Receipt) IDs() string { return cmp.Or(r.Writes, r.RequestID) }

type (
	receiptKey    struct{}
	backgroundKey struct{}
	permitKey     struct{}
)

// WithReceipt has r filled by the last call made with the context, whether it
// succeeds or fails. The context is for calls one after another: calls at once
// need one each.
func WithReceipt(ctx context.Context, r *Receipt) context.Context {
	return context.WithValue(ctx, receiptKey{}, r)
}

func receiptOf(ctx context.Context) *Receipt {
	if r, ok := ctx.Value(receiptKey{}).(*Receipt); ok {
		return r
	}
	return new(Receipt)
}

// WithPermit has permit asked at the last moment before each call that changes
// something; after an error of it nothing is sent.
func WithPermit(ctx context.Context, permit func() error) context.Context {
	return context.WithValue(ctx, permitKey{}, permit)
}

func permitted(ctx context.Context) error {
	if permit, ok := ctx.Value(permitKey{}).(func() error); ok {
		return permit()
	}
	return nil
}

// Background marks calls that nobody is looking at. They leave a fifth of each
// rate window to people, and wait for the next one as long as the context allows.
func Background(ctx context.Context) context.Context {
	return Within(ctx, backgroundShare, new(atomic.Int64))
}

// Within is Background for calls that leave more of each window to people: they stop
// for the rest of it once share per cent are used, by whomever, and take at least one.
// Each try of a call is counted.
func Within(ctx context.Context, share int, calls *atomic.Int64) context.Context {
	return context.WithValue(ctx, backgroundKey{}, budget{min(max(share, 1), backgroundShare), calls})
}

const backgroundShare = 80 // per cent

// budget is what calls in the background may use of a window.
type budget struct {
	share int
	calls *atomic.Int64
}

func inBackground(ctx context.Context) bool { return shareOf(ctx) > 0 }

// shareOf is the share of calls in the background, and 0 for a person's.
func shareOf(ctx context.Context) int {
	b, _ := ctx.Value(backgroundKey{}).(budget)
	return b.share
}

func count(ctx context.Context) {
	if b, ok := ctx.Value(backgroundKey{}).(budget); ok {
		b.calls.Add(1)
	}
}
