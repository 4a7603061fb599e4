package okta

import (
	"errors"
	"net/http"
	"sync/atomic"
	"testing"
)

// A change that is not permitted any more at the last moment is not sent, and known
// not to be; reading needs no permit.
func TestPermit(t *testing.T) {
	var sent atomic.Int64
	c := client(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent.Add(1)
		says(http.StatusOK, person(bobID))(w, r)
	}))
	over := errors.New("somebody else has taken over")
	ctx := WithPermit(t.Context(), func() error { return over })
	err := c.Lifecycle.Suspend(ctx, mustID(bobID))
	if !errors.Is(err, over) || IsUnsure(err) || sent.Load() != 0 {
		t.Errorf("%v, sent %d times", err, sent.Load())
	}
	if _, err := c.Users.Get(ctx, mustID(bobID)); err != nil || sent.Load() != 1 {
		t.Errorf("%v, sent %d times", err, sent.Load())
	}
	if err := c.Lifecycle.Suspend(WithPermit(t.Context(), func() error { return nil }), mustID(bobID)); err != nil || sent.Load() != 2 {
		t.Errorf("%v, sent %d times", err, sent.Load())
	}
}
