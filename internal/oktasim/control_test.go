package oktasim

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func control(t *testing.T, o *Org, method, path, body string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	o.Control().ServeHTTP(w, httptest.NewRequest(method, path, strings.NewReader(body)))
	return w
}

func TestControlTakesFaults(t *testing.T) {
	o := small(t)
	id := o.FirstWith(lockedOut).ID
	w := control(t, o, "POST", "/__faults",
		`[{"operation":"UnlockUser","times":1,"status":503,"body":"html","delay":"1ms"},{"operation":"*","limit":"rate"}]`)
	if w.Code != http.StatusNoContent {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	post(t, o, userPath(id, "/lifecycle/unlock")).wantCode(503)
	post(t, o, userPath(id, "/lifecycle/unlock")).wantCode(429)
	if control(t, o, "POST", "/__faults", `[]`).Code != http.StatusNoContent {
		t.Error("[] was not taken")
	}
	post(t, o, userPath(id, "/lifecycle/unlock")).wantCode(200)
}

func TestControlRefusesInWords(t *testing.T) {
	o := small(t)
	o.Faults([]Fault{{Operation: "GetUser", Status: 500}})
	for body, want := range map[string]string{
		``:                                      "EOF",
		`{}`:                                    "cannot unmarshal object",
		`[{"operation":"UnlockUser","time":3}]`: `unknown field "time"`,
		`[{"operation":"UnlockUser","delay":"2"}]`: `delay "2" is no duration such as 2s`,
		`[{"operation":"UnlockUser","delay":2}]`:   "cannot unmarshal number",
		`[{"operation":"*"},{"operation":"Nap"}]`:  `fault 2: operation "Nap" is not served here`,
		`[{"times":1}]`: "operation is missing",
	} {
		w := control(t, o, "POST", "/__faults", body)
		if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), want) || !strings.HasPrefix(w.Body.String(), "faults not taken: ") {
			t.Errorf("%s: %d %s", body, w.Code, w.Body)
		}
	}
	get(t, o, "/api/v1/users/me").wantCode(500) // what was there before is still there
}

func TestControlShowsAndForgetsTheLog(t *testing.T) {
	o := small(t)
	if got := control(t, o, "GET", "/__log", "").Body.String(); got != "[]\n" {
		t.Errorf("empty log: %q", got)
	}
	id := o.FirstWith(active).ID
	post(t, o, userPath(id, "/lifecycle/suspend?x=1"))
	get(t, o, "/api/v1/nothing")
	w := control(t, o, "GET", "/__log", "")
	var got []map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || len(got) != 2 || w.Header().Get("Content-Type") != "application/json" {
		t.Fatalf("%v: %s", err, w.Body)
	}
	first := got[0]
	if first["seq"] != 1.0 || first["operation"] != "SuspendUser" || first["method"] != "POST" || first["status"] != 200.0 ||
		first["path"] != userPath(id, "/lifecycle/suspend") || first["query"] != "x=1" || !strings.HasPrefix(first["at"].(string), "2031-03-03T09:30") {
		t.Errorf("%v", first)
	}
	if got[1]["operation"] != "" || got[1]["status"] != 404.0 {
		t.Errorf("%v", got[1])
	}
	control(t, o, "POST", "/__reset", "")
	if len(o.Log()) != 0 {
		t.Error("the log is still there")
	}
}

func TestControlIsNotTheOrganisation(t *testing.T) {
	o := small(t)
	if w := control(t, o, "GET", "/api/v1/users", ""); w.Code != http.StatusNotFound {
		t.Errorf("%d", w.Code)
	}
	if w := control(t, o, "GET", "/__faults", ""); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("%d", w.Code)
	}
	get(t, o, "/__log").wantError(404, "E0000008")
}

func TestTheLogForgetsTheOldest(t *testing.T) {
	var j journal
	for range 2*journalKeeps + 1 {
		j.begin(&call{r: httptest.NewRequest("GET", "/", nil)})
	}
	all := j.all()
	if len(all) != journalKeeps+1 || all[0].Seq != journalKeeps+1 {
		t.Errorf("%d entries from %d", len(all), all[0].Seq)
	}
	j.end(1, 200) // forgotten: nothing happens
	j.end(2*journalKeeps+1, 204)
	if all = j.all(); all[len(all)-1].Status != 204 || all[0].Status != 0 {
		t.Error("the status went to another entry")
	}
}

func FuzzFault(f *testing.F) {
	f.Add(`{"operation":"UnlockUser","times":3,"status":503,"body":"html","delay":"2s","drop":"after-read","limit":"rate"}`)
	f.Add(`{"operation":"*"}`)
	f.Add(`{"delay":"-5h"}`)
	f.Add(`null`)
	f.Fuzz(func(t *testing.T, s string) {
		var fault Fault
		if json.Unmarshal([]byte(s), &fault) == nil && fault.check() == nil && (fault.Operation == "" || fault.Delay < 0 || fault.Times < 0) {
			t.Fatalf("%s was taken as %+v", s, fault)
		}
	})
}
