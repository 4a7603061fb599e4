package tests

import (
	"regexp"
	"strings"
	"testing"
)

// habits are what templates must not do: what needs eval or an inline hole in
// the policy, and what htmx 2 knew and htmx 4 does not.
func habits() map[string]string {
	return map[string]string{
		`\bhx-on\b`:                  "evaluates its value",
		`["{]js:`:                    "evaluates its value",
		`hx-trigger="[^"]*\[`:        "a filter evaluates its value",
		`\bhx-vars\b`:                "evaluates its value",
		`\son[a-z]+="`:               "an inline handler is refused by the policy",
		`\sstyle=["{]`:               "an inline style is refused by the policy",
		`<style`:                     "an inline style is refused by the policy",
		`<script>`:                   "an inline script is refused by the policy",
		`javascript:`:                "an inline script is refused by the policy",
		`\bhx-ext\b`:                 "htmx 4 names its extensions in the htmx-config meta",
		`\bsse-(swap|connect)\b`:     "htmx 4 calls it hx-sse:connect",
		`\bhx-disabled-elt\b`:        "htmx 4 calls it hx-disable",
		`\bhtmx:(before|after)[A-Z]`: "htmx 4 writes htmx:after:swap",
	}
}

func TestTemplatesKeepToHtmx4(t *testing.T) {
	for _, suffix := range []string{".templ", "static/app.js"} {
		err := walk(suffix, func(name, text string) error {
			report(t, habitFaults(name, text))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func habitFaults(name, text string) (faults []string) {
	for pattern, why := range habits() {
		if m := regexp.MustCompile(pattern).FindString(text); m != "" {
			faults = append(faults, name+": "+strings.TrimSpace(m)+": "+why)
		}
	}
	return faults
}

func TestHabitsAreSeen(t *testing.T) {
	for text, want := range map[string]int{
		`<div hx-on:click="x()">`:                    1,
		`<div hx-vals="js:{a: 1}">`:                  1,
		`<input hx-trigger="keyup[ctrlKey]">`:        1,
		`<p style="color: red">`:                     1,
		`<p onclick="x()">`:                          1,
		`<div hx-ext="sse" sse-connect="/x">`:        2,
		`<button hx-disable="find button">`:          0,
		`<input hx-trigger="input changed, search">`: 0,
		`<button class="on" data-one="1">`:           0,
	} {
		if got := habitFaults("x.templ", text); len(got) != want {
			t.Errorf("%s: %q", text, got)
		}
	}
}
