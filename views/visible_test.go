package views

import (
	"strings"
	"testing"

	"keydesk/internal/audit"
)

// Nothing in a row can hide, break or turn around what an auditor reads.
func TestRecordHidesNothing(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	for _, odd := range []string{"\r", "\n", "\x1b[31m", "\u2028", "\u202e", "\u2066", "\ufeff", "\u00ad", "\u0085"} {
		a := x.act(audit.PhaseIntent, audit.Done)
		for _, s := range []*string{&a.ActorName, &a.ActorID, &a.Reason, &a.Target, &a.Params, &a.Detail, &a.Address, &a.Session, &a.End.Detail, &a.End.RequestID, &a.Policy} {
			*s = "before" + odd + "after"
		}
		a.TargetID = "x"
		for name, html := range map[string]string{
			"record": source(t, AuditMain(x.frame(), AuditProps{Acts: []audit.Act{a}})), "timeline": source(t, timeline(x.frame(), []audit.Act{a}, true)),
		} {
			shown := strings.Count(html, "before"+visible(odd)+"after")
			if strings.Contains(html, "before"+odd) || shown < 3 || name == "record" && shown < 10 {
				t.Errorf("%s: %q is shown %d times as %s", name, odd, shown, visible(odd))
			}
		}
	}
	for _, plain := range []string{"Ömar", "\u0645\u06cc\u200c\u062e", "\U0001f469\u200d\U0001f692", "a b"} {
		if visible(plain) != plain {
			t.Errorf("%q becomes %q", plain, visible(plain))
		}
	}
}
