package oktasim

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestPasswordPolicy(t *testing.T) {
	p := &person{id: "00u", profile: profile{{"login", "Ann.Vo@x.example"}}}
	for password, want := range map[string]string{
		"Harbour7":            "",
		"Hafen7éÜ":            "",
		"ÄÖÜäöü12":            "",
		"Harbor7":             flawPolicy,
		"harbour7":            flawPolicy,
		"HARBOUR7":            flawPolicy,
		"Harbours":            flawPolicy,
		"":                    flawPolicy,
		"7Harbour-ann.vo":     flawPolicy,
		"7Harbour-ANN.VO":     flawPolicy,
		"7Harbour-x.example":  "",
		"Password1":           flawCommon,
		"P@ssw0rd":            flawCommon,
		"QWERTY123":           flawCommon,
		"Password1-and-more!": "",
	} {
		if got := p.passwordFlaw(password, false); got != want {
			t.Errorf("%q: %q, want %q", password, got, want)
		}
	}
}

// The documented password and answer open every account of the seed that has
// one, and temporary ones pass the policy.
func TestDocumentedSecrets(t *testing.T) {
	o := small(t)
	for _, p := range o.people {
		password := "Brightwater-" + p.profile.text("employeeNumber")
		if o.CheckPassword(p.id, password) != p.password || p.passwordFlaw(password, false) != "" {
			t.Errorf("%s, %s: password %v", p.login(), p.status, p.password)
		}
		if o.CheckAnswer(p.id, "Blue") != (p.question != "") {
			t.Errorf("%s: question %q", p.login(), p.question)
		}
	}
	if o.CheckPassword("00u", "") || o.CheckAnswer("00u", "") {
		t.Error("a stranger has secrets")
	}
	for range 100 {
		if temporary := o.temporary(); o.people[0].passwordFlaw(temporary, true) != "" {
			t.Errorf("%s does not pass", temporary)
		}
	}
}

func TestForeignPasswordsFitNothing(t *testing.T) {
	o := small(t)
	id := create(t, o, "", "", `,"credentials":{"password":{"hook":{"type":"default"}}}`).wantCode(200).text("id")
	for _, guess := range []string{"", "foreign", "default", "Brightwater-"} {
		if o.CheckPassword(id, guess) {
			t.Errorf("%q fits", guess)
		}
	}
}

// No secret can be read anywhere, in whatever form the organisation is printed.
func TestSecretsAreSealed(t *testing.T) {
	o := small(t)
	const password, answer = "Zanzibar7Lights", "quetzalcoatl"
	id := create(t, o, "", "", fmt.Sprintf(`,"credentials":{"password":{"value":%q},"recovery_question":{"question":"Who?","answer":%q}}`, password, answer)).text("id")
	printed := fmt.Sprintf("%#v %#v", *o.people[o.byID[id]], o.events.list) + string(get(t, o, userPath(id, "")).body)
	if strings.Contains(printed, password) || strings.Contains(printed, answer) {
		t.Error("a secret is in the clear")
	}
	before := o.Snapshot()
	credential(t, o, id, "change_password", changing1(password, password+"2")).wantCode(200)
	middle := o.Snapshot()
	credential(t, o, id, "change_recovery_question", asking(password+"2", "Who?", "xolotl")).wantCode(200)
	if before == middle || middle == o.Snapshot() {
		t.Error("a snapshot does not see secrets change")
	}
}

// The last four passwords are remembered, and no more.
func TestHistory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := &person{id: "00u"}
		chosen := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f", "g"}), 1, 20).Draw(t, "passwords")
		for _, password := range chosen {
			p.setPassword(password, begin())
		}
		last := chosen[max(0, len(chosen)-keeps):]
		for _, password := range []string{"a", "b", "c", "d", "e", "f", "g"} {
			recent := strings.Contains(strings.Join(last, ""), password)
			if p.used(password) != recent || p.knows(password) != (password == chosen[len(chosen)-1]) {
				t.Fatalf("after %v: %s used %v", chosen, password, p.used(password))
			}
		}
	})
}
