package login

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"keydesk/internal/desk"
)

// confirming is a rig whose operators are asked about as a test says, and what ended.
func confirming(t *testing.T, ask func(context.Context, desk.Actor) ([]desk.Role, bool, error)) (*rig, *ends) {
	t.Helper()
	e := &ends{}
	return newRig(t, func(c *Config) {
		c.Confirm = ask
		c.Ended = func(_ context.Context, who desk.Actor, why string) { e.add(who.Name + ": " + why) }
	}), e
}

// ends are the sessions that ended, in words.
type ends struct {
	mu   sync.Mutex
	said []string
}

func (e *ends) add(s string) { e.mu.Lock(); defer e.mu.Unlock(); e.said = append(e.said, s) }

func (e *ends) are(t *testing.T, want ...string) {
	t.Helper()
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.said) != len(want) {
		t.Fatalf("ended %q, want %q", e.said, want)
	}
	for i := range want {
		if e.said[i] != want[i] {
			t.Errorf("ended %q, want %q", e.said, want)
		}
	}
}

// TestRolesAreConfirmed: no page rests on roles older than a minute, nobody is asked
// within it, and a role that was gained is not among them.
func TestRolesAreConfirmed(t *testing.T) {
	var asked atomic.Int32
	var held atomic.Pointer[[]desk.Role]
	held.Store(&[]desk.Role{desk.Helpdesk})
	r, ended := confirming(t, func(context.Context, desk.Actor) ([]desk.Role, bool, error) {
		asked.Add(1)
		return *held.Load(), true, nil
	})
	b := r.browser()
	b.signIn("")
	for range 3 {
		r.clock.advance(19 * time.Second)
		if who, _ := b.who(); len(who.Roles) != 1 {
			t.Errorf("roles %v", who.Roles)
		}
	}
	if asked.Load() != 0 {
		t.Errorf("asked %d times within the minute", asked.Load())
	}
	held.Store(&[]desk.Role{})
	r.clock.advance(3 * time.Second)
	for range 3 {
		if who, in := b.who(); !in || len(who.Roles) != 0 {
			t.Errorf("in %v with %v", in, who.Roles)
		}
	}
	if asked.Load() != 1 {
		t.Errorf("asked %d times, want once", asked.Load())
	}
	ended.are(t)
}

// TestAskedOnce: requests that come together share one question.
func TestAskedOnce(t *testing.T) {
	var asked atomic.Int32
	free, begun := make(chan struct{}), make(chan struct{}, 20)
	r, _ := confirming(t, func(context.Context, desk.Actor) ([]desk.Role, bool, error) {
		asked.Add(1)
		begun <- struct{}{}
		<-free
		return []desk.Role{desk.Helpdesk}, true, nil
	})
	b := r.browser()
	b.signIn("")
	cookie := b.cookie("__Host-keydesk").Value
	r.clock.advance(time.Minute)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() { r.with(cookie).get(consoleURL + "/") })
	}
	<-begun
	close(free)
	all.Wait()
	if n := asked.Load(); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

// TestStoppedIsSignedOut: copied cookies die with the operator's account.
func TestStoppedIsSignedOut(t *testing.T) {
	r, ended := confirming(t, func(context.Context, desk.Actor) ([]desk.Role, bool, error) {
		return nil, false, &desk.Error{Kind: desk.Denied}
	})
	b := r.browser()
	b.signIn("")
	copied := b.cookie("__Host-keydesk").Value
	r.clock.advance(time.Minute)
	for range 200 {
		if _, in := r.with(copied).who(); in {
			t.Fatal("still signed in")
		}
	}
	ended.are(t, "Dana Kim: "+endedStopped)
}

// TestNobodyToAsk: where nobody can say whether an operator still is one, a session
// lasts an hour.
func TestNobodyToAsk(t *testing.T) {
	for name, ask := range map[string]func(context.Context, desk.Actor) ([]desk.Role, bool, error){
		"never": func(_ context.Context, who desk.Actor) ([]desk.Role, bool, error) { return who.Roles, false, nil },
		"not now": func(context.Context, desk.Actor) ([]desk.Role, bool, error) {
			return nil, false, errors.New("no answer")
		},
	} {
		t.Run(name, func(t *testing.T) {
			r, ended := confirming(t, ask)
			b := r.browser()
			b.signIn("")
			for range 5 {
				r.clock.advance(12*time.Minute - 200*time.Millisecond)
				if who, in := b.who(); !in || len(who.Roles) != 1 {
					t.Fatalf("in %v, roles %v", in, who.Roles)
				}
			}
			r.clock.advance(time.Second)
			if _, in := b.who(); in {
				t.Error("signed in after an hour")
			}
			ended.are(t, "Dana Kim: "+endedUnasked)
		})
	}
}

// TestNobodyAnswers: while nobody answers, pages do not wait for it one by one.
func TestNobodyAnswers(t *testing.T) {
	var asked atomic.Int32
	r, _ := confirming(t, func(context.Context, desk.Actor) ([]desk.Role, bool, error) {
		asked.Add(1)
		return nil, false, errors.New("no answer")
	})
	b := r.browser()
	b.signIn("")
	r.clock.advance(time.Minute)
	for range 14 {
		r.clock.advance(time.Second)
		b.who()
	}
	if asked.Load() != 1 {
		t.Errorf("asked %d times in a quarter of a minute", asked.Load())
	}
}

// TestUserinfoConfirms: an issuer that gives an access token is asked with it, and
// its refusal counts.
func TestUserinfoConfirms(t *testing.T) {
	for name, tc := range map[string]struct {
		info  map[string]any
		fault http.HandlerFunc
		roles int
		told  bool
		taken bool
		fails bool
	}{
		"still in the group": {info: map[string]any{"sub": "dana", "groups": []string{"Keydesk Helpdesk"}}, roles: 1, told: true},
		"moved out":          {info: map[string]any{"sub": "dana", "groups": []string{}}, told: true},
		"says nothing of it": {info: map[string]any{"sub": "dana"}},
		"another person":     {info: map[string]any{"sub": "root", "groups": []string{"Keydesk Owners"}}, fails: true},
		"taken back":         {fault: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }, fails: true, taken: true},
		"out of order":       {fault: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }, fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			var groups []string
			var told bool
			var err error
			r, _ := confirming(t, func(ctx context.Context, who desk.Actor) ([]desk.Role, bool, error) {
				groups, told, err = who.Groups(ctx)
				return who.Roles, false, nil
			})
			r.issuer.userinfo = map[string]any{"sub": "dana"}
			b := r.browser()
			b.signIn("")
			r.issuer.userinfo = tc.info
			if tc.fault != nil {
				r.issuer.handle["/tenant/userinfo"] = tc.fault
			}
			r.clock.advance(time.Minute)
			b.who()
			if len(groups) != tc.roles || told != tc.told || (err != nil) != tc.fails || errors.Is(err, desk.ErrTakenBack) != tc.taken {
				t.Errorf("%v %v %v", groups, told, err)
			}
		})
	}
}

// TestOneSilenceIsNotAnothers: whose own question is never answered does not keep
// others from being asked about, and while somebody is silent no page waits.
func TestOneSilenceIsNotAnothers(t *testing.T) {
	var asked atomic.Int32
	r, _ := confirming(t, func(_ context.Context, who desk.Actor) ([]desk.Role, bool, error) {
		if who.ID == issuerURL+"#root" {
			return nil, false, errors.New("no answer")
		}
		asked.Add(1)
		return nil, true, nil
	})
	silent, other := r.browser(), r.browser()
	other.signIn("")
	r.issuer.claims = set("sub", "root")
	silent.signIn("")
	r.clock.advance(time.Minute)
	silent.who()
	for who, in := other.who(); len(who.Roles) != 0; who, in = other.who() { // asked about in the background
		if !in {
			t.Fatal("signed out")
		}
	}
	if asked.Load() != 1 {
		t.Errorf("asked %d times", asked.Load())
	}
}

// TestAskedOnceAMinute: who cannot be asked about is not asked about for every page.
func TestAskedOnceAMinute(t *testing.T) {
	var asked atomic.Int32
	r, _ := confirming(t, func(_ context.Context, who desk.Actor) ([]desk.Role, bool, error) {
		asked.Add(1)
		return who.Roles, false, nil
	})
	b := r.browser()
	b.signIn("")
	r.clock.advance(time.Minute)
	for range 59 {
		r.clock.advance(time.Second)
		b.who()
	}
	if asked.Load() != 1 {
		t.Errorf("asked %d times in a minute", asked.Load())
	}
}
