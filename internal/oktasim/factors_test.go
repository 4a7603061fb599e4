package oktasim

import (
	"slices"
	"strings"
	"testing"
)

func TestFactors(t *testing.T) {
	o := New(Options{Start: begin()})
	prefixes := map[string]string{"push": "opf", "sms": "mbl", "webauthn": "fwf", "question": "ufs", "token:software:totp": "ost"}
	seen := map[string]bool{}
	for _, p := range o.People()[:300] {
		o.Advance(1e9)
		r := get(t, o, userPath(p.ID, "/factors")).wantCode(200)
		list := r.decoded().([]any)
		if len(list) != p.Factors || r.head["Link"] != nil {
			t.Fatalf("%d factors, want %d", len(list), p.Factors)
		}
		for _, f := range list {
			f := f.(map[string]any)
			kind := f["factorType"].(string)
			seen[kind] = true
			links := f["_links"].(map[string]any)
			if !strings.HasPrefix(f["id"].(string), prefixes[kind]) || f["status"] != "ACTIVE" || links["self"] == nil || links["user"] == nil {
				t.Errorf("%v", f)
			}
			if (links["questions"] != nil) != (kind == "question") || (links["verify"] == nil) != (kind == "question") {
				t.Errorf("%s: links %v", kind, links)
			}
		}
	}
	if len(seen) != len(prefixes) {
		t.Errorf("kinds of factor: %v", seen)
	}
}

func TestFactorShape(t *testing.T) {
	o := small(t)
	id := o.FirstWith(lockedOut).ID
	body := get(t, o, userPath(id, "/factors")).body
	want := strings.Fields("id factorType provider vendorName status created lastUpdated profile _links")
	if got := keys(t, body[1:len(body)-1])[:len(want)]; !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	post(t, o, userPath(id, "/lifecycle/reset_factors")).wantCode(200)
	if body := get(t, o, userPath(id, "/factors")).body; string(body) != "[]" {
		t.Errorf("%s", body)
	}
	get(t, o, userPath("nobody", "/factors")).wantError(404, "E0000007")
}

func TestUnenrollOne(t *testing.T) {
	o := small(t)
	p := o.first("two factors", func(p *person) bool { return len(p.factors) > 1 })
	ids := get(t, o, userPath(p.ID, "/factors")).ids()
	call1(t, o, "DELETE", userPath(p.ID, "/factors/"+ids[0])).wantCode(204)
	if left := get(t, o, userPath(p.ID, "/factors")).ids(); !slices.Equal(left, ids[1:]) {
		t.Errorf("%v, were %v", left, ids)
	}
	r := call1(t, o, "DELETE", userPath(p.ID, "/factors/"+ids[0]))
	r.wantError(404, "E0000007")
	if want := "Not found: Resource not found: " + ids[0] + " (UserFactor)"; r.text("errorSummary") != want {
		t.Errorf("%s", r.text("errorSummary"))
	}
}
