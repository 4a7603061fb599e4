package views

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"keydesk/internal/desk"
)

func TestCounterFields(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	for action, want := range map[desk.Action][]string{
		"change_password":                   {"old password off", "new password new-password", "again password new-password"},
		"change_recovery_question":          {"old password off", "question text off", "answer password off"},
		"forgot_password_recovery_question": {"answer password off", "new password new-password", "again password new-password"},
	} {
		root := parse(t, Counter(x.frame(), x.counter(action)))
		form := one(t, root, func(n *html.Node) bool { _, ok := lookup(n, "data-idle"); return ok })
		if attr(form, "action") != "/counter/"+string(action) || attr(form, "method") != "post" || attr(form, "data-idle") != "120" || attr(form, "data-alive") != "/counter/alive" {
			t.Errorf("%s: form %v", action, form.Attr)
		}
		var got []string
		focused := 0
		for _, in := range all(form, tagged("input")) {
			got = append(got, joined(" ", attr(in, "name"), attr(in, "type"), attr(in, "autocomplete")))
			if _, ok := lookup(in, "autofocus"); ok {
				focused++
			}
		}
		if !slices.Equal(got, want) || focused != 1 {
			t.Errorf("%s: fields %q, %d with the focus", action, got, focused)
		}
	}
	if counterFields("unlock") != nil || counterSays(x.offer("unlock", yes()).Spec).Title != "Unlock" {
		t.Error("something else can be typed at the counter")
	}
}

// The page leads nowhere, shows nothing of the operator but the name, and sends
// what is typed to one place without help of script.
func TestCounterLeadsNowhere(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	for name, page := range x.counterPages() {
		root := parse(t, page)
		var out []string
		for _, n := range all(root, tagged("a", "form")) {
			out = append(out, attr(n, "href")+attr(n, "action"))
		}
		want := []string{"#main", "/auth/login?return_to=%2F"}
		if name != "counter, end" {
			want = []string{"#main", out[1], "/auth/logout"}
			if !strings.HasPrefix(out[1], "/counter/") {
				t.Errorf("%s: sent to %s", name, out[1])
			}
		}
		if !slices.Equal(out, want) {
			t.Errorf("%s leads to %q", name, out)
		}
		if s := source(t, page); strings.Contains(s, "dana.kim@") || strings.Contains(s, "hx-post") || strings.Contains(s, `id="q"`) {
			t.Errorf("%s shows the operator's console", name)
		}
	}
}

func TestCounterSays(t *testing.T) {
	t.Parallel()
	pages := fixture{plain}.counterPages()
	root := reads(
		t, pages["counter, password"], "Change your password", "For Ann Vo", "Your password changes at once", "The two new passwords differ.",
		"Dana Kim opened this page for you. What you type goes to Okta and is kept nowhere else. The page closes by itself after 2 minutes without a key.",
	)
	again := one(t, root, byID("again"))
	if _, focused := lookup(again, "autofocus"); !focused || attr(again, "aria-invalid") != "true" || attr(again, "aria-describedby") != "counter-problem" {
		t.Errorf("the field at fault is %v", again.Attr)
	}
	for _, in := range all(root, func(n *html.Node) bool { return attr(n, "type") == "password" }) {
		if attr(in, "value") != "" {
			t.Error("a password came back to the page")
		}
		one(t, root, func(n *html.Node) bool { return attr(n, "data-show") == attr(in, "id") })
	}
	reads(t, pages["counter, answer"], "Your question First pet?")
	reads(t, pages["counter, end"], "Changed", "Okta changed the password. Sign in. Ask an owner.", "Give the device back.", "Error id e1")
}

func TestSpell(t *testing.T) {
	t.Parallel()
	for secs, want := range map[int]string{120: "2 minutes", 60: "1 minute", 90: "90 seconds", 30: "30 seconds"} {
		if got := spell(secs); got != want {
			t.Errorf("%d: %q", secs, got)
		}
	}
}

// What the page asks of script, the script does.
func TestCounterScript(t *testing.T) {
	t.Parallel()
	script := sources(t, "../static/app.js")["../static/app.js"]
	for _, hook := range []string{`"form[data-idle]"`, "dataset.idle", "dataset.alive", `"#stop"`, `"#closing"`, "dataset.show"} {
		if !strings.Contains(script, hook) {
			t.Errorf("the script knows nothing of %s", hook)
		}
	}
}
