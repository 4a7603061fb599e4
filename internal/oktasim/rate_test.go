package oktasim

import (
	"net/http"
	"strconv"
	"testing"
	"time"
)

func quotaOf(t *testing.T, r reply) (limit, remaining int, reset time.Time) {
	t.Helper()
	number := func(name string) int {
		n, err := strconv.Atoi(r.head.Get(name))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return n
	}
	return number("X-Rate-Limit-Limit"), number("X-Rate-Limit-Remaining"), time.Unix(int64(number("X-Rate-Limit-Reset")), 0)
}

func TestAWindowFillsAndPasses(t *testing.T) {
	o := New(Options{People: 50, Start: begin(), Limit: 3})
	id := o.FirstWith(active).ID
	for want := 2; want >= 0; want-- {
		limit, remaining, reset := quotaOf(t, get(t, o, userPath(id, "")).wantCode(200))
		if limit != 3 || remaining != want || !reset.Equal(begin().Add(time.Minute)) {
			t.Errorf("%d of %d, reset %v; want %d", remaining, limit, reset, want)
		}
	}
	r := get(t, o, userPath(id, ""))
	r.wantError(429, "E0000047")
	if limit, remaining, reset := quotaOf(t, r); limit != 3 || remaining != 0 || !reset.Equal(begin().Add(time.Minute)) {
		t.Errorf("429: %d of %d, reset %v", remaining, limit, reset)
	}
	if r.head.Get("Retry-After") != "" {
		t.Error("Okta sends no Retry-After")
	}
	o.Advance(59 * time.Second)
	get(t, o, userPath(id, "")).wantCode(429)
	o.Advance(time.Second)
	if _, remaining, reset := quotaOf(t, get(t, o, userPath(id, "")).wantCode(200)); remaining != 2 || reset.Before(begin().Add(119*time.Second)) {
		t.Errorf("next window: %d left, reset %v", remaining, reset)
	}
}

func TestBuckets(t *testing.T) {
	o := New(Options{People: 50, Start: begin(), Limit: 2})
	id := o.FirstWith(active).ID
	post(t, o, userPath(id, "/lifecycle/suspend")).wantCode(200)
	get(t, o, userPath(id, "/groups")).wantCode(200) // the same bucket
	before := o.Snapshot()
	post(t, o, userPath(id, "/lifecycle/unsuspend")).wantCode(429)
	call1(t, o, "DELETE", userPath(id, "/sessions")).wantCode(429)
	if o.Snapshot() != before {
		t.Error("a call over the limit took effect")
	}
	get(t, o, userPath(id, "")).wantCode(200)
	get(t, o, "/api/v1/users").wantCode(200)
	if _, remaining, _ := quotaOf(t, get(t, o, userPath("nobody", ""))); remaining != 0 {
		t.Errorf("a 404 does not count: %d left", remaining)
	}
}

func TestTheDateIsTheOrganisations(t *testing.T) {
	o := New(Options{People: 50, Start: begin()})
	o.Advance(48 * time.Hour)
	date, err := http.ParseTime(get(t, o, "/api/v1/users/me").head.Get("Date"))
	if err != nil || date.Sub(begin().Add(48*time.Hour)) > time.Minute || date.Before(begin().Add(48*time.Hour)) {
		t.Errorf("Date %v, %v", date, err)
	}
}
