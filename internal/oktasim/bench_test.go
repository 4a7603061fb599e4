package oktasim

import (
	"net/http/httptest"
	"testing"
)

// The two answers a console asks for most: what the simulator adds to a page's
// time must stay far below what is measured of the page.
func BenchmarkAnswers(b *testing.B) {
	o := New(Options{Start: begin(), Limit: 1 << 30})
	for name, target := range map[string]string{
		"person": userPath(o.FirstWith(lockedOut).ID, ""),
		"page25": search(`profile.lastName sw "m" or profile.firstName sw "m"`, "limit", "25"),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				w := httptest.NewRecorder()
				if o.ServeHTTP(w, request(o, "GET", target)); w.Code != 200 {
					b.Fatal(w.Body)
				}
			}
		})
	}
}
