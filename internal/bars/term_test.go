package bars

import (
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/oktasim"
	"keydesk/internal/testkit"
)

// stopWithin is how long a supervisor waits for the program before it kills it.
const stopWithin = 10 * time.Second

// Asked to stop in the middle of changes, the program answers those that are under
// way, writes their outcomes, and ends with 0.
func TestStopUnderLoad(t *testing.T) {
	p := testkit.Run(t, testkit.Build(t), nil)
	c := p.As("admin")
	forms := make([]*testkit.Form, 24)
	for i := range forms {
		forms[i] = p.Exercise(c, "suspend").Form
	}
	p.Org.Reset()
	p.Org.Faults([]oktasim.Fault{{Operation: "SuspendUser", Delay: 300 * time.Millisecond}})
	arrived := make(chan struct{}, len(forms))
	p.Org.Hook("SuspendUser", func(string) { arrived <- struct{}{} })
	var answers atomic.Int64
	var all sync.WaitGroup
	for _, f := range forms {
		all.Go(func() {
			if c.Answers(t.Context(), f.Action, f.Values) == http.StatusOK {
				answers.Add(1)
			}
		})
	}
	for range len(forms) / 3 {
		<-arrived
	}
	if code := p.Stop(stopWithin); code != 0 {
		t.Errorf("exit code %d", code)
	}
	all.Wait()
	sent := p.Calls()["SuspendUser"]
	read(t, p, func(l *audit.Log) {
		rep, err := l.Verify(t.Context())
		acts, aerr := l.Acts(t.Context(), audit.Filter{Action: "suspend", Acts: true, Limit: 100})
		if err != nil || aerr != nil || len(rep.Faults) > 0 || rep.Open > 0 || len(acts) != sent {
			t.Errorf("%d sent, %d acts, %+v %v %v", sent, len(acts), rep, err, aerr)
		}
		for _, a := range acts {
			if a.End == nil || a.End.Result != audit.Done {
				t.Errorf("%s ended as %+v", a.Target, a.End)
			}
		}
	})
	if int(answers.Load()) != sent {
		t.Errorf("%d sent, %d answered", sent, answers.Load())
	}
	t.Logf("%d of %d changes were under way and ended", sent, len(forms))
}
