package oktasim

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestHookRunsBetweenAuthorityAndEffect(t *testing.T) {
	o := small(t)
	p := o.FirstWith(active)
	var seen []string
	o.Hook("SuspendUser", func(id string) {
		now, _ := o.Person(id)
		seen = append(seen, now.Status)
		o.SetStatus(id, lockedOut)
	})
	post(t, o, userPath(p.ID, "/lifecycle/suspend")).wantError(400, "E0000001", "Cannot suspend a user that is not active")
	o.Hook("SuspendUser", nil)
	o.SetStatus(p.ID, active)
	post(t, o, userPath(p.ID, "/lifecycle/suspend")).wantCode(200)
	if !slices.Equal(seen, []string{active}) {
		t.Errorf("the hook saw %v", seen)
	}
}

func TestHookOfARead(t *testing.T) {
	o := small(t)
	p := o.FirstWith(active)
	o.Hook("ListAssignedRolesForUser", func(id string) { o.GrantRole(id, "ORG_ADMIN") })
	if r := get(t, o, userPath(p.Login, "/roles")); r.text("0/type") != "ORG_ADMIN" {
		t.Errorf("%s", r.body)
	}
}

func TestHookRunsOnlyForWhoMayCallAndExists(t *testing.T) {
	o := small(t)
	ran := false
	o.Hook("GetUser", func(string) { ran = true })
	get(t, o, userPath("nobody", ""))
	r := request(o, "GET", "/api/v1/users/me")
	r.Header.Set("Authorization", "SSWS no")
	send(t, o, r)
	if ran {
		t.Error("the hook ran")
	}
	defer func() {
		if recover() == nil {
			t.Error("a misspelled operation was taken")
		}
	}()
	o.Hook("Unlock", nil)
}

func TestSnapshotSeesEveryChangeAndNoRead(t *testing.T) {
	o := small(t)
	id := o.FirstWith(active).ID
	last := o.Snapshot()
	for name, change := range map[string]func(){
		"status":   func() { o.SetStatus(id, recovery) },
		"profile":  func() { o.SetProfile(id, "title", "Poet") },
		"role":     func() { o.GrantRole(id, "APP_ADMIN") },
		"group":    func() { o.JoinGroup(id, "New") },
		"factors":  func() { post(t, o, userPath(id, "/lifecycle/reset_factors")) },
		"sessions": func() { call1(t, o, "DELETE", userPath(id, "/sessions")) },
		"link":     func() { call1(t, o, "PUT", userPath(id, "/linkedObjects/mentor/ann.vo")) },
		"block":    func() { o.Block(id) },
		"password": func() { edit(t, o, "POST", id, `{"credentials":{"password":{"value":"Harbour7Lights"}}}`) },
		"answer": func() {
			edit(t, o, "POST", id, `{"credentials":{"recovery_question":{"question":"Far away?","answer":"the sea"}}}`)
		},
		"somebody new": func() { create(t, o, "", "", "") },
	} {
		change()
		now := o.Snapshot()
		if now == last {
			t.Errorf("%s changed, the snapshot did not", name)
		}
		last = now
	}
	for _, op := range Operations() {
		if op.Method == "GET" {
			get(t, o, op.Path)
			get(t, o, userPath(id, "/roles"))
		}
	}
	o.Faults([]Fault{{Operation: "*", Status: 500}})
	o.Advance(time.Hour)
	if o.Snapshot() != last {
		t.Error("a read changed the snapshot")
	}
	o.Faults(nil)
	for range 2 { // deactivated, erased
		call1(t, o, "DELETE", userPath(id, "")).wantCode(204)
		if now := o.Snapshot(); now == last {
			t.Error("somebody left, the snapshot did not change")
		} else {
			last = now
		}
	}
}

func TestClockRunsAndAdvances(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := New(Options{People: 50, Start: begin()})
		<-time.After(3 * time.Second)
		o.Advance(time.Hour)
		if got := o.Now(); !got.Equal(begin().Add(time.Hour + 3*time.Second)) {
			t.Errorf("%v", got)
		}
		if got := New(Options{People: 50}).Now(); !got.Equal(time.Now()) {
			t.Errorf("without a start the clock shows %v", got)
		}
	})
}

func TestSettersRefuseStrangers(t *testing.T) {
	o := small(t)
	for name, f := range map[string]func(){
		"SetStatus": func() { o.SetStatus("00u", active) },
		"GrantRole": func() { o.GrantRole("", "ORG_ADMIN") },
		"FirstWith": func() { o.FirstWith("ASLEEP") },
		"AdminWith": func() { o.AdminWith("POPE") },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s took it", name)
				}
			}()
			f()
		}()
	}
	if _, ok := o.Person("00u"); ok {
		t.Error("found somebody")
	}
	if _, ok := o.ByLogin("nobody@brightwater.example"); ok {
		t.Error("found somebody")
	}
}

func TestAdminsOfThreeKinds(t *testing.T) {
	o := small(t)
	for _, kind := range []string{"HELP_DESK_ADMIN", "USER_ADMIN", "APP_ADMIN"} {
		whole, limited := o.AdminWith(kind), o.LimitedAdmin(kind)
		if whole.ID == limited.ID || !slices.Equal(whole.Roles, limited.Roles) {
			t.Errorf("%s: %v, %v", kind, whole, limited)
		}
	}
	for _, kind := range []string{"USER_ADMIN", "APP_ADMIN", "SUPER_ADMIN"} {
		if p := o.GroupAdmin(kind); !slices.Equal(p.Roles, []string{kind}) || p.ID == o.AdminWith(kind).ID {
			t.Errorf("%s: %v", kind, p)
		}
	}
	if p := o.AdminWith("SUPER_ADMIN"); p.ID == o.TokenOwner() {
		t.Error("the token's owner is offered as an administrator")
	}
}
