package pages

import (
	"strings"
	"testing"

	"keydesk/e2e/console"
)

// After signing out, Back shows none of a dozen pages and more: each asks for a
// sign-in, and nothing is stored in the browser at any time.
func TestBackAfterSigningOut(t *testing.T) {
	t.Parallel()
	v := console.Serve(t).Enter(t, "admin", wide)
	for _, r := range rooms(v) {
		v.Page.Open(r.path)
		v.Ready()
		if stored, err := v.Evaluate("localStorage.length + sessionStorage.length"); err != nil || stored != 0 {
			t.Errorf("%s stores %v (%v)", r.name, stored, err)
		}
		v.SignOut("admin")
		v.Back()
		v.Heading("Who are you today?").Shown()
		if text, err := v.Content(); err != nil || strings.Contains(text, "class=\"rail\"") {
			t.Errorf("%s is shown after signing out (%v)", r.name, err)
		}
		v.SignIn("admin")
		v.Ready()
	}
}
