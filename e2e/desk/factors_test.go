package desk

import (
	"net/http"
	"testing"

	"keydesk/e2e/console"
	"keydesk/internal/oktasim"
)

// What a person signs in with is on the page, and gone from it once it was reset.
func TestFactors(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	p := v.Ordinary(1)[0]
	v.NextCall(p)
	rows, err := v.Role("table", "").Role("row", "").Count()
	if err != nil || rows != p.Factors+1 {
		t.Errorf("%d factors are shown, not %d: %v", rows-1, p.Factors, err)
	}
	v.Gone("No factor is enrolled.")
	v.Org.Reset()
	v.Act("Reset factors", console.Why{Reason: "Lost the telephone"})
	v.See("Okta reset the factors.", "No factor is enrolled.", "Lost the telephone")
	if n := v.Now(p).Factors; n != 0 {
		t.Errorf("%d factors are left", n)
	}
	covers(t, v, "ResetFactors")
	sentOnce(t, v, "ResetFactors")
	done(t, v, p, "reset_factors", "Lost the telephone", "ACTIVE")
	v.Again()
	v.See("No factor is enrolled.")
}

// Factors that cannot be read name the permission that is missing; the account
// can be worked on all the same.
func TestFactorsCannotBeRead(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	v.Org.Faults([]oktasim.Fault{{Operation: "ListFactors", Status: http.StatusForbidden}})
	v.Find("Ann Vo")
	v.See("lacks the permission", "okta.users.read", "Ann is locked out")
	v.Act("Unlock", console.Why{})
	v.See("Okta unlocked the account.")
	status(t, v, v.Ann(), "ACTIVE")
	v.Org.Reset()
	v.Link("Try again").Click()
	v.Gone("lacks the permission")
	v.See("Okta Verify")
}
