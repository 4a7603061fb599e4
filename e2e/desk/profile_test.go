package desk

import (
	"encoding/json"
	"net/http"
	"reflect"
	"testing"

	"keydesk/e2e/console"
)

// saves fills in why and saves a profile.
func saves(v *console.Visit) {
	v.Field("Reason").Fill(console.Reason)
	v.Button("Save").Click()
}

// A profile is edited in place: only what was changed is sent, of whatever kind,
// and everything else stays as it was.
func TestEditProfile(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	p := v.Ordinary(1)[0]
	for name, value := range map[string]any{"vip": false, "weeklyHours": 37.5, "holidayDays": 30.0, "floors": []any{1.0, 4.0}, "skills": []any{"first aid"}, "workplace": "home"} {
		v.Org.SetProfile(p.ID, name, value)
	}
	v.NextCall(p)
	v.Tab("Profile")
	before := v.Now(p).Profile
	v.Org.Reset()
	v.Field("Title").Fill("Keeper of keys")
	v.Field("Hours a week").Fill("20.25")
	v.Field("Days of holiday").Fill("28")
	v.Field("Floors the badge opens").Fill("2\n7")
	v.Field("Place of work").Choose("office")
	v.Field("VIP").Choose("Yes")
	v.Field("Skills").Fill("first aid\n\nGo, or “golang”")
	saves(v)
	v.See("Okta saved the profile.")
	covers(t, v, "PartialUpdateUser")
	sentOnce(t, v, "PartialUpdateUser")
	after := v.Now(p).Profile
	for name, want := range map[string]any{"title": "Keeper of keys", "weeklyHours": 20.25, "holidayDays": 28.0, "floors": []any{2.0, 7.0}, "workplace": "office", "vip": true, "skills": []any{"first aid", "Go, or “golang”"}} {
		if !reflect.DeepEqual(after[name], want) {
			t.Errorf("%s is %v, want %v", name, after[name], want)
		}
		delete(before, name)
		delete(after, name)
	}
	if !reflect.DeepEqual(before, after) {
		t.Errorf("more was changed: %v, was %v", after, before)
	}
	done(t, v, p, "users.update", console.Reason, "ACTIVE")
}

// To clear a value is a decision; what cannot be meant is said at the field, and
// nothing that was typed is lost.
func TestEditNeedsAnotherLook(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	p := v.Ordinary(1)[0]
	v.Org.SetProfile(p.ID, "holidayDays", 30.0)
	v.NextCall(p)
	v.Tab("Profile")
	v.Org.Reset()
	v.Expect(http.StatusUnprocessableEntity, "/users/*/profile")
	v.Field("Title").Fill("")
	v.Field("Days of holiday").Fill("a few")
	v.Field("Department").Fill("Lighthouses")
	saves(v)
	v.See("Type a whole number.", "This clears the value.")
	v.Field("Days of holiday").Holds("a few")
	v.Field("Department").Holds("Lighthouses")
	v.Field("Reason").Holds(console.Reason)
	nothingSent(t, v)
	v.Field("Days of holiday").Fill("3")
	v.Field("Clear it").Click()
	v.Button("Save").Click()
	v.See("Okta saved the profile.")
	now := v.Now(p).Profile
	if now["title"] != nil || now["holidayDays"] != 3.0 || now["department"] != "Lighthouses" {
		t.Errorf("the profile is %v", now)
	}
	sentOnce(t, v, "PartialUpdateUser")
}

// When somebody else was quicker both values are shown, and what was typed is
// saved only when that is said again.
func TestEditConflict(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	p := v.Ordinary(1)[0]
	v.NextCall(p)
	v.Tab("Profile")
	v.Org.Advance(2e9)
	v.Org.SetProfile(p.ID, "title", "Theirs")
	v.Org.Reset()
	v.Expect(http.StatusConflict, "/users/*/profile")
	v.Field("Title").Fill("Mine")
	saves(v)
	v.See("changed after this page was shown", "Okta has", "Theirs", "You typed", "Mine")
	v.Field("Title").Holds("Mine")
	nothingSent(t, v)
	v.Button("Save").Click()
	v.See("Okta saved the profile.")
	if got := v.Now(p).Profile["title"]; got != "Mine" {
		t.Errorf("the title is %v", got)
	}
}

// The bare JSON is there to read and, for admins, to replace: what is left out is
// removed, when that was said.
func TestReplaceProfile(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "admin")
	p := v.Ordinary(1)[0]
	v.NextCall(p)
	v.Tab("Profile")
	v.Go(v.Link("The profile as bare JSON"))
	var profile map[string]any
	if err := json.Unmarshal([]byte(v.Role("region", "The profile as JSON").Words()), &profile); err != nil || profile["login"] != p.Login {
		t.Fatalf("%v %v", profile, err)
	}
	delete(profile, "city")
	profile["title"] = "Keeper of keys"
	b, err := json.MarshalIndent(profile, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	v.Org.Reset()
	v.Expect(http.StatusUnprocessableEntity, "/users/*/raw")
	v.Field("Profile as JSON").Fill(string(b))
	v.Field("Reason").Fill(console.Reason)
	v.Button("Replace the profile").Click()
	v.See("This removes city.")
	nothingSent(t, v)
	v.Field("What is left out is to be removed").Click()
	v.Button("Replace the profile").Click()
	v.See("Okta replaced the profile.")
	covers(t, v, "UpdateUser")
	sentOnce(t, v, "UpdateUser")
	if now := v.Now(p).Profile; now["city"] != nil || now["title"] != "Keeper of keys" {
		t.Errorf("the profile is %v", now)
	}
	done(t, v, p, "users.replace", console.Reason, "ACTIVE")
}

// An auditor reads a profile; the page says who may edit it.
func TestProfileIsClosedToAuditors(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "auditor")
	p := v.Ordinary(1)[0]
	v.NextCall(p)
	v.Tab("Profile")
	v.See(p.Login, "Your role, auditor, does not include this.", "Ask a member of Keydesk Helpdesk")
	if v.Button("Save").Visible() {
		t.Error("saving is offered")
	}
	nothingSent(t, v)
}

// To replace a profile is for admins: the helpdesk reads it and is told so.
func TestReplaceIsClosedToTheHelpdesk(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	p := v.Ordinary(1)[0]
	v.NextCall(p)
	v.Tab("Profile")
	v.Org.Reset()
	v.Go(v.Link("The profile as bare JSON"))
	v.See(p.Login, "Replace the whole profile", "Your role, helpdesk, does not include this.", "Ask a member of Keydesk Admins")
	if v.Button("Replace the profile").Visible() {
		t.Error("it is offered")
	}
	nothingSent(t, v)
}
