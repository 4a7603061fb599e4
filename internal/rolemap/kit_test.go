package rolemap_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"keydesk/internal/okta"
	"keydesk/internal/oktasim"
	"keydesk/internal/rolemap"
	"keydesk/internal/testkit"
)

func userID(t *testing.T, s string) okta.UserID {
	t.Helper()
	id, err := okta.ParseUserID(s)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func of(t *testing.T, k *testkit.Kit, id string) []rolemap.Assignment {
	t.Helper()
	all, err := k.Map.Of(t.Context(), userID(t, id))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// Whoever's page is looked at is taken in, without a call more than the page makes;
// what was not asked stays as it was known.
func TestLooksAreTakenIn(t *testing.T) {
	k := small(t)
	walk(t, k.Map)
	c := k.As("owner")
	p := k.Org.LimitedAdmin("HELP_DESK_ADMIN")
	k.Org.LimitRole(p.ID, "HELP_DESK_ADMIN", "Contractors")
	k.Org.SetStatus(p.ID, "SUSPENDED")
	if got := c.Get("/users/" + p.ID); got.Status != http.StatusOK {
		t.Fatal(got.Status)
	}
	if got := of(t, k, p.ID); len(got) != 1 || got[0].Person.Status != okta.Suspended || got[0].TargetWords() == "Contractors" || !got[0].Has(rolemap.Gone) {
		t.Errorf("the person's page does not say what the role reaches: %+v", got)
	}
	if got := c.Get("/users/" + p.ID + "/roles"); got.Status != http.StatusOK {
		t.Fatal(got.Status)
	}
	if got := of(t, k, p.ID); len(got) != 1 || got[0].TargetWords() != "Contractors" {
		t.Errorf("%+v", got)
	}
	k.Org.TakeRole(p.ID, "HELP_DESK_ADMIN")
	c.Get("/users/" + p.ID)
	if got := of(t, k, p.ID); len(got) != 0 {
		t.Errorf("%+v", got)
	}
	equals(t, k.Map, k.Org)
}

// A page that could not read a person's groups takes no group's name out of the map.
func TestLookWithoutGroups(t *testing.T) {
	k := small(t)
	walk(t, k.Map)
	p := k.Org.GroupAdmin("USER_ADMIN")
	k.Org.SetStatus(p.ID, "PASSWORD_EXPIRED")
	c := k.As("owner")
	k.Org.Faults([]oktasim.Fault{{Operation: "ListUserGroups", Status: http.StatusForbidden}})
	c.Get("/users/" + p.ID)
	k.Org.Faults(nil)
	if got := of(t, k, p.ID); len(got) != 1 || got[0].Person.Status != okta.PasswordExpired {
		t.Errorf("%+v", got)
	}
	equals(t, k.Map, k.Org)
}

// What a change in Keydesk does is in the map soon, with who did it.
func TestActsAreTakenIn(t *testing.T) {
	k := small(t)
	w := walk(t, k.Map)
	admin := k.As("admin")
	e := k.Exercise(admin, "roles.assign")
	if got := admin.Post(e.Form.Action, e.Form.Values); got.Status >= 400 {
		t.Fatal(got.Status, got.Text())
	}
	if err := k.Map.Reread(t.Context()); err != nil {
		t.Fatal(err)
	}
	equals(t, k.Map, k.Org)
	got := of(t, k, e.Person.ID)
	if len(got) != 1 || got[0].By != "Omar Reyes" || got[0].Seq == 0 || got[0].Outside || got[0].Since.IsZero() {
		t.Errorf("%+v", got)
	}
	r := k.Exercise(admin, "roles.remove")
	held := of(t, k, r.Person.ID)
	if got := admin.Post(r.Form.Action, r.Form.Values); got.Status >= 400 {
		t.Fatal(got.Status, got.Text())
	}
	if err := k.Map.Reread(t.Context()); err != nil {
		t.Fatal(err)
	}
	equals(t, k.Map, k.Org)
	changes, err := k.Map.Changes(t.Context(), w.Ended, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	for person, kind := range map[string]rolemap.ChangeKind{e.Person.ID: rolemap.Granted, r.Person.ID: rolemap.Taken} {
		i := slices.IndexFunc(changes, func(c rolemap.Change) bool { return c.Assignment().Person.ID.String() == person && c.Kind == kind })
		if i < 0 || changes[i].By != "Omar Reyes" || changes[i].Seq == 0 {
			t.Errorf("%s: %d of %+v; held %+v", kind, i, changes, held)
		}
	}
}

// A role that was granted elsewhere while there was a record is marked; what the record
// could not know of is not.
func TestGrantedOutside(t *testing.T) {
	k := small(t)
	k.As("owner") // the record begins
	k.Advance(time.Hour)
	p := k.Org.FirstWith("ACTIVE")
	k.Org.GrantRole(p.ID, "READ_ONLY_ADMIN")
	walk(t, k.Map)
	all, sum, err := k.Map.Now(t.Context(), rolemap.Filter{Mark: rolemap.PastUs})
	if err != nil || len(all) != 1 || all[0].Person.ID.String() != p.ID || sum.Marks[rolemap.PastUs] != 1 {
		t.Errorf("%+v %v", all, err)
	}
}

// What is done past Keydesk is in Okta's log, and so in the map before the next walk.
func TestFollows(t *testing.T) {
	k := small(t)
	w := walk(t, k.Map)
	k.As("owner") // the record begins
	k.Advance(5 * time.Minute)
	p, q := k.Org.FirstWith("ACTIVE"), k.Org.AdminWith("READ_ONLY_ADMIN")
	past(t, k, http.MethodPost, "/users/"+p.ID+"/roles", `{"type":"HELP_DESK_ADMIN"}`)
	past(t, k, http.MethodDelete, "/users/"+q.ID+"/roles/"+of(t, k, q.ID)[0].Role.String(), "")
	k.Org.Reset()
	since := w.Started
	for range 3 { // the third time there is nothing more to read
		next, err := k.Map.Follow(t.Context(), since)
		if err != nil || !next.After(w.Started) {
			t.Fatal(next, err)
		}
		equals(t, k.Map, k.Org)
		if got := of(t, k, p.ID); len(got) != 1 || got[0].By != "Keydesk Service" || got[0].Seq != 0 || !got[0].Outside {
			t.Errorf("%+v", got)
		}
		k.Advance(5 * time.Minute)
		since = next
	}
	if n := k.Calls()["ListAssignedRolesForUser"]; n < 2 || n > 4 {
		t.Errorf("two people were read %d times", n)
	}
	k.Org.Faults([]oktasim.Fault{{Operation: "ListLogEvents", Status: http.StatusForbidden}})
	if _, err := k.Map.Follow(t.Context(), since); err != nil {
		t.Errorf("a credential that may not read the log: %v", err)
	}
}

// More events than one answer of Okta's log holds are read to their end, also where a
// search for something else has found a later one; and who joined a group that carries
// a role, or left it, is read again.
func TestFollowsToTheEnd(t *testing.T) {
	k := small(t)
	w := walk(t, k.Map)
	k.Advance(5 * time.Minute)
	p, q, late := k.Org.FirstWith("ACTIVE"), k.Org.AdminWith("READ_ONLY_ADMIN"), k.Org.AdminWith("REPORT_ADMIN")
	for range 105 { // two events each, more than one answer holds
		past(t, k, http.MethodPost, "/users/"+p.ID+"/roles", `{"type":"HELP_DESK_ADMIN"}`)
		past(t, k, http.MethodDelete, "/users/"+p.ID+"/roles/JBCUYUC7IRCVGS27IFCE2SKO", "")
		k.Advance(time.Second)
	}
	past(t, k, http.MethodDelete, "/users/"+q.ID+"/roles/"+of(t, k, q.ID)[0].Role.String(), "")
	k.Advance(20 * time.Minute)
	by := k.Org.GroupAdmin("USER_ADMIN")
	carries := of(t, k, by.ID)[0].Through
	k.Org.JoinGroup(late.ID, carries)
	k.Org.LeaveGroup(by.ID, carries)
	k.Advance(5 * time.Minute)
	if _, err := k.Map.Follow(t.Context(), w.Started); err != nil {
		t.Fatal(err)
	}
	equals(t, k.Map, k.Org)
	if got := of(t, k, late.ID); len(got) != 2 || len(of(t, k, q.ID)) != 0 {
		t.Errorf("%+v", got)
	}
}

// A limit that cannot be read is not known: neither everything nor limited.
func TestUnknownReach(t *testing.T) {
	k := small(t)
	k.Org.Faults([]oktasim.Fault{
		{Operation: "ListGroupTargetsForGroupRole", Status: http.StatusForbidden},
		{Operation: "ListApplicationTargetsForApplicationAdministratorRoleForUser", Status: http.StatusForbidden},
		{Operation: "ListFactors", Status: http.StatusForbidden},
		{Operation: "GetGroup", Status: http.StatusForbidden},
		{Operation: "ListResourceSets", Status: http.StatusForbidden},
	})
	walk(t, k.Map)
	all, sum, err := k.Map.Now(t.Context(), rolemap.Filter{})
	if err != nil || sum.ByReach[rolemap.Unknown] == 0 || sum.Marks[rolemap.Unreadable] != sum.ByReach[rolemap.Unknown] || sum.Marks[rolemap.NoFactor] != 0 {
		t.Errorf("%+v %v", sum, err)
	}
	for _, a := range all {
		asked := a.Type.GroupTargets() && !a.Direct() || a.Type.AppTargets() && a.Direct()
		if asked && a.Reach != rolemap.Unknown || a.Person.Factors != -1 {
			t.Errorf("%s of %s reaches %q, %d factors", a.Type, a.Person.Login, a.Reach, a.Person.Factors)
		}
	}
	k.Org.Faults(nil)
	k.Advance(time.Hour) // that the names of resource sets are not to be had is remembered for a while
	walk(t, k.Map)
	equals(t, k.Map, k.Org)
}

// Okta that answers badly stops the walk, and it goes on where it was.
func TestBadAnswers(t *testing.T) {
	k := small(t)
	for i, f := range []oktasim.Fault{
		{Operation: "ListAssignedRolesForUser", Status: http.StatusBadGateway, Body: "html"},
		{Operation: "ListUsers", Body: "cut"},
		{Operation: "ListRoleHolders", Body: "html"},
		{Operation: "GetGroup", Status: http.StatusInternalServerError},
		{Operation: "ListAssignedRolesForUser", Body: "empty"},
	} {
		k.Org.Faults([]oktasim.Fault{f})
		if err := k.Map.Walk(t.Context()); err == nil {
			t.Errorf("%d: the walk took it", i)
		}
	}
	k.Org.Faults(nil)
	walk(t, k.Map)
	equals(t, k.Map, k.Org)
}

// Who is gone holds nothing, and what they held stays in the map's past.
func TestErased(t *testing.T) {
	k := small(t)
	w := walk(t, k.Map)
	var p rolemap.Assignment
	for _, a := range equals(t, k.Map, k.Org) {
		if a.Person.Status == okta.Deprovisioned {
			p = a
		}
	}
	if p.Person.ID.IsZero() {
		t.Fatal("nobody is deactivated and holds a role")
	}
	erase(t, k, p.Person.ID.String())
	walk(t, k.Map)
	equals(t, k.Map, k.Org)
	was, err := k.Map.At(t.Context(), w.Ended)
	if err != nil || !slices.ContainsFunc(was, func(a rolemap.Assignment) bool { return a.Key() == p.Key() && a.Person.Login == p.Person.Login }) {
		t.Errorf("the past lost them: %v", err)
	}
}

func erase(t *testing.T, k *testkit.Kit, id string) {
	t.Helper()
	past(t, k, http.MethodDelete, "/users/"+id, "")
}

// past makes a call past Keydesk, as somebody in Okta's own console does.
func past(t *testing.T, k *testkit.Kit, method, path, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "https://org.example/api/v1"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "SSWS "+k.Org.Token())
	r.Header.Set("Content-Type", "application/json")
	w := &discard{header: http.Header{}}
	k.Org.ServeHTTP(w, r)
	if w.status >= 300 {
		t.Fatalf("%s %s: %d", method, path, w.status)
	}
}

type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
func (d *discard) WriteHeader(status int)      { d.status = status }
