package handlers_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"keydesk/internal/testkit"
)

// replacing is the form of the bare profile.
func replacing(t *testing.T, k *testkit.Kit, c *testkit.Client, id string) (*testkit.Form, map[string]any) {
	t.Helper()
	f := formAt(t, c, "/users/"+id+"/raw", "/raw")
	var p map[string]any
	if err := json.Unmarshal([]byte(f.Values.Get("profile")), &p); err != nil {
		t.Fatal(err)
	}
	k.Org.Reset()
	return f, p
}

func typed(t *testing.T, p map[string]any) string {
	t.Helper()
	b, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// What a replacement would remove has to be meant: left out or null, it takes the
// tick.
func TestReplaceRemovesOnPurpose(t *testing.T) {
	t.Parallel()
	for name, remove := range map[string]func(map[string]any){
		"left out": func(p map[string]any) { delete(p, "skills") },
		"null":     func(p map[string]any) { p["skills"] = nil },
	} {
		k, w := wired(t)
		c := k.As("admin")
		p := ordinary(t, k, 1)[0]
		furnished(k, p.ID)
		f, profile := replacing(t, k, c, p.ID)
		remove(profile)
		profile["title"] = "Keeper of keys"
		f.Values.Set("profile", typed(t, profile))
		w.changes()
		got := c.Post(f.Action, f.Values)
		if sent := w.changes(); got.Status != http.StatusUnprocessableEntity || len(sent) != 0 || !got.Has("This removes skills") {
			t.Errorf("%s: %d, sent %+v: %s", name, got.Status, sent, short(got))
			continue
		}
		again := reasoned(got, "/raw")
		if again.Values.Get("profile") != typed(t, profile) || again.Values.Get("confirm") == "true" || !strings.Contains(got.Body, `name="confirm"`) {
			t.Errorf("%s: typed %q", name, again.Values.Get("profile"))
		}
		again.Values.Set("confirm", "true")
		got = c.Post(again.Action, again.Values)
		now, _ := k.Org.Person(p.ID)
		if sent := w.changes(); got.Status != http.StatusOK || len(sent) != 1 || sent[0].Method != http.MethodPut || sent[0].IfMatch == "" || now.Profile["skills"] != nil || now.Title != "Keeper of keys" || now.Profile["vip"] != true {
			t.Errorf("%s, with the tick: %d, sent %+v: %s", name, got.Status, sent, short(got))
		}
		if a := onlyAct(t, k, p.ID, "users.replace"); !strings.Contains(a.Params, "title") || !strings.Contains(a.Params, "skills") {
			t.Errorf("%s: recorded %q", name, a.Params)
		}
	}
}

// What is no profile is told as such, sends nothing, and stays as it was typed.
func TestReplaceGarbage(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("admin")
	p := ordinary(t, k, 1)[0]
	before := k.Org.Snapshot()
	for _, text := range []string{
		"", "null", "[]", "{}", "7", `"x"`, "{", `{"title":}`, `{"title":"a"} {"title":"b"}`, `{"title":"a"}x`, `{'title':'a'}`,
		strings.Repeat("[", 50_000), `{"title":"` + strings.Repeat("x", 100_000), "\xff",
	} {
		f, _ := replacing(t, k, c, p.ID)
		f.Values.Set("profile", text)
		got := c.Post(f.Action, f.Values)
		if got.Status != http.StatusUnprocessableEntity || writes(k) != 0 || k.Org.Snapshot() != before {
			t.Errorf("%.60q: %d, %v: %s", text, got.Status, k.Calls(), short(got))
		}
		if again := got.Form("/raw"); text != "" && text != "\xff" && (again == nil || again.Values.Get("profile") != text) {
			t.Errorf("%.60q: what was typed is lost", text)
		}
	}
	f, profile := replacing(t, k, c, p.ID)
	profile["title"], profile["firstName"] = map[string]any{"nested": []any{1, "x"}}, []any{[]any{}}
	f.Values.Set("profile", typed(t, profile))
	got := c.Post(f.Action, f.Values)
	if again := got.Form("/raw"); got.Status != http.StatusUnprocessableEntity && got.Status != http.StatusConflict || k.Org.Snapshot() != before || again == nil || again.Values.Get("profile") != typed(t, profile) {
		t.Errorf("nested: %d %s", got.Status, short(got))
	}
	f.Values.Set("profile", strings.Repeat(" ", 300_000))
	k.Org.Reset()
	turnedDown(t, k, "huge", c.Post(f.Action, f.Values), http.StatusRequestEntityTooLarge, "larger than anything the console asks for")
}

// An attribute that is there twice is a slip of which nobody can tell what is
// meant.
func TestReplaceWithAnAttributeTwice(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("admin")
	p := ordinary(t, k, 1)[0]
	f, profile := replacing(t, k, c, p.ID)
	text := strings.TrimSuffix(typed(t, profile), "}") + `,"title":"Keeper of keys"}`
	f.Values.Set("profile", text)
	got := c.Post(f.Action, f.Values)
	turnedDown(t, k, "twice", got, http.StatusUnprocessableEntity, "title")
	if again := got.Form("/raw"); again == nil || again.Values.Get("profile") != text {
		t.Error("what was typed is lost")
	}
}

// The form of the bare profile, sent as it came, changes nothing, whatever signs
// stand in it; with one edit the record names that one alone.
func TestReplaceUntouched(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("admin")
	p := ordinary(t, k, 1)[0]
	furnished(k, p.ID)
	k.Org.SetProfile(p.ID, "division", "R&D <north> \u2028")
	f, _ := replacing(t, k, c, p.ID)
	if !strings.Contains(f.Values.Get("profile"), "R&D <north>") {
		t.Errorf("the profile is not shown as it is: %s", f.Values.Get("profile"))
	}
	turnedDown(t, k, "untouched", c.Post(f.Action, f.Values), http.StatusUnprocessableEntity, "Nothing differs from what Okta has.")
	f, _ = replacing(t, k, c, p.ID)
	f.Values.Set("profile", strings.Replace(f.Values.Get("profile"), `"Clerk"`, `"Keeper of keys"`, 1))
	if got := c.Post(f.Action, f.Values); got.Status != http.StatusOK {
		t.Fatalf("%d %s", got.Status, short(got))
	}
	if a := newest(t, k, "users.replace"); a.Params != "changed=title removed=" {
		t.Errorf("recorded %q", a.Params)
	}
}
