package login

import (
	"context"
	"net/http"
	"testing"
	"time"
)

// TestEndsAreRecorded: each end of a session is told once, with why, whoever finds
// that it is over.
func TestEndsAreRecorded(t *testing.T) {
	for name, tc := range map[string]struct {
		end  func(r *rig, b *browser)
		want []string
	}{
		"signed out":       {func(_ *rig, b *browser) { b.do(http.MethodPost, consoleURL+"/auth/logout") }, []string{endedHere}},
		"signed in anew":   {func(_ *rig, b *browser) { b.signIn("") }, []string{endedAnew}},
		"idle, by request": {func(r *rig, b *browser) { r.clock.advance(15 * time.Minute); b.who(); b.who() }, []string{endedIdle}},
		"idle, by sweep":   {func(r *rig, _ *browser) { r.clock.advance(16*time.Minute + time.Second); r.sweep(); r.sweep() }, []string{endedIdle}},
		"12 hours":         {func(r *rig, b *browser) { r.use(b, 12*time.Hour); r.sweep() }, []string{endedAbsolute}},
		"12 hours, sweep":  {func(r *rig, b *browser) { r.use(b, 12*time.Hour-time.Minute); r.clock.advance(time.Minute); r.sweep() }, []string{endedAbsolute}},
		"not yet":          {func(r *rig, b *browser) { r.clock.advance(15*time.Minute - time.Millisecond); b.who(); r.sweep() }, nil},
		"by a colleague":   {func(r *rig, b *browser) { r.endBy(b) }, nil}, // whose act has a row of its own
	} {
		t.Run(name, func(t *testing.T) {
			r, ended := confirming(t, nil)
			b := r.browser()
			b.signIn("")
			tc.end(r, b)
			want := make([]string, len(tc.want))
			for i, w := range tc.want {
				want[i] = "Dana Kim: " + w
			}
			ended.are(t, want...)
		})
	}
}

func (r *rig) sweep() {
	r.t.Helper()
	if err := r.login.Sweep(r.t.Context()); err != nil {
		r.t.Error(err)
	}
}

// use has the browser ask for a page every ten minutes.
func (r *rig) use(b *browser, d time.Duration) {
	r.t.Helper()
	for ; d > 0; d -= 10 * time.Minute {
		r.clock.advance(min(d, 10*time.Minute))
		b.who()
	}
}

func (r *rig) endBy(b *browser) {
	r.t.Helper()
	who, _ := b.who()
	list, err := r.login.Sessions(r.t.Context())
	if err != nil || len(list) != 1 || list[0].Who.Session != who.Session || list[0].Who.Name != "Dana Kim" || list[0].Who.Address == "" {
		r.t.Fatalf("%+v %v", list, err)
	}
	if err := r.login.EndSession(r.t.Context(), who.Session); err != nil {
		r.t.Error(err)
	}
	if _, in := b.who(); in {
		r.t.Error("still signed in")
	}
}

// TestLeft: looking at how long a session goes on does not make it longer.
func TestLeft(t *testing.T) {
	r := newRig(t)
	b := r.browser()
	if left := r.left(b); left != (Left{}) {
		t.Errorf("nobody: %+v", left)
	}
	b.signIn("")
	first := r.left(b)
	if first.For != 15*time.Minute || first.Last || first.Who == "" {
		t.Errorf("%+v", first)
	}
	for range 14 {
		r.clock.advance(time.Minute)
		r.left(b)
	}
	if left := r.left(b); left.For != time.Minute || left.Who != first.Who {
		t.Errorf("%+v", left)
	}
	b.who()
	r.use(b, 11*time.Hour+40*time.Minute)
	if left := r.left(b); left.For != 6*time.Minute || !left.Last {
		t.Errorf("at the end: %+v", left)
	}
	r.clock.advance(6 * time.Minute)
	if left := r.left(b); left != (Left{}) {
		t.Errorf("over: %+v", left)
	}
}

func (r *rig) left(b *browser) (left Left) {
	r.t.Helper()
	r.leftIs.Store(&left)
	b.get(consoleURL + "/left")
	return left
}

// TestIDs: the ids that cookies hold are 256 bits, and a million of them differ.
func TestIDs(t *testing.T) {
	seen := make(map[string]struct{}, 1_000_000)
	for range 1_000_000 {
		id := secret()
		if len(id) != secretLen {
			t.Fatal(id)
		}
		seen[id[:22]] = struct{}{} // 132 bits of them
	}
	if len(seen) != 1_000_000 {
		t.Errorf("%d differ", len(seen))
	}
}

// TestSealed: what lies in the database opens with the cookie alone.
func TestSealed(t *testing.T) {
	cookie := secret()
	sealed, err := seal(cookie, "tokens", tokens{ID: "eyJ.the.token"})
	if err != nil {
		t.Fatal(err)
	}
	var got tokens
	if err := unseal(cookie, "tokens", sealed, &got); err != nil || got.ID != "eyJ.the.token" {
		t.Error(got, err)
	}
	for name, try := range map[string][3]string{
		"its hash":        {hash(cookie), "tokens", sealed},
		"another cookie":  {secret(), "tokens", sealed},
		"another purpose": {cookie, "draft", sealed},
		"cut":             {cookie, "tokens", sealed[:10]},
		"changed":         {cookie, "tokens", "A" + sealed[1:len(sealed)-1] + "A"},
		"rubbish":         {cookie, "tokens", "%"},
	} {
		if err := unseal(try[0], try[1], try[2], &got); err == nil {
			t.Errorf("opened with %s", name)
		}
	}
}

// TestSessionsThatStay: where somebody changed how the database works, so that sessions
// stay, nobody is told that one has ended.
func TestSessionsThatStay(t *testing.T) {
	r := newRig(t)
	b := r.browser()
	b.signIn("")
	how := `create trigger stays before delete on web_session begin select raise(ignore); end`
	if r.db.Shared() {
		how = `create function stays() returns trigger language plpgsql as 'begin return null; end';
			create trigger stays before delete on web_session for each row execute function stays()`
	}
	if _, err := r.db.W.ExecContext(t.Context(), how); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // another test may have the same database
		_, err := r.db.W.ExecContext(context.Background(), map[bool]string{true: `drop function stays cascade`, false: `drop trigger stays`}[r.db.Shared()])
		if err != nil {
			t.Error(err)
		}
	})
	if p := b.do(http.MethodPost, consoleURL+"/auth/logout"); p.status != http.StatusServiceUnavailable {
		t.Errorf("signed out: %d %s", p.status, p.body)
	}
	ended, err := r.login.sessions.endNow(t.Context(), endedIssuer, `actor_id <> ''`)
	if err == nil || ended != 0 {
		t.Errorf("%d ended, %v", ended, err)
	}
}
