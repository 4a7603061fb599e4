package review

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"keydesk/internal/rolemap"
)

// sameMoment is how far two moments may lie apart that say when one role was granted:
// the record's clock and Okta's differ.
const sameMoment = 2 * time.Minute

// stamp is a moment as evidence and bundles hold it; the zero moment is empty.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// moment reads what stamp writes; what cannot be read is the zero moment.
func moment(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t
}

// evidenceOf copies what the map has of an assignment.
func evidenceOf(a rolemap.Assignment) Evidence {
	p := a.Person
	e := Evidence{
		Person: Subject{Person{p.ID.String(), p.Name, p.Login}, string(p.Status), p.Department, stamp(p.LastLogin), p.Factors},
		Role:   Role{a.Role.String(), string(a.Type), a.Label, a.Definition, a.ResourceSet, a.How, a.Assignee, a.Through},
		Reach:  Reach(a.Reach), Words: a.TargetWords(), Since: stamp(a.Since), ReadAt: stamp(p.ReadAt), By: a.By, Outside: a.Outside, Problem: p.Problem,
	}
	if a.Reach == rolemap.Unknown {
		e.Reach = Unknown
	}
	for _, t := range a.Targets {
		e.Targets = append(e.Targets, Target{string(t.Kind), t.ID, t.Label})
	}
	for _, m := range a.Marks {
		e.Marks = append(e.Marks, Mark{string(m.Name), m.Label, m.Why})
	}
	return e
}

// Direct reports whether the role is the person's own, and not a group's.
func (r Role) Direct() bool { return r.How != "GROUP" }

// Named is the role as scopes and rules name it: the type of a standard one, the
// label of a custom one.
func (r Role) Named() string {
	if r.Type == "CUSTOM" {
		return r.Label
	}
	return r.Type
}

// limits are the ids of the groups and apps that it is limited to, sorted.
func (e Evidence) limits() []string {
	var ids []string
	for _, t := range e.Targets {
		if t.Kind != string(rolemap.Set) {
			ids = append(ids, t.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// since says what differs from an assignment as it was before, a sentence each.
func (e Evidence) since(was Evidence) (out []string) {
	say := func(differs bool, format string, args ...any) {
		if differs {
			out = append(out, fmt.Sprintf(format, args...))
		}
	}
	say(moment(e.Since).Sub(moment(was.Since)).Abs() > sameMoment, "It was granted %s; before it was one of %s.", day(e.Since), day(was.Since))
	say(e.Role.Type != was.Role.Type, "It was %s; now it is %s.", was.Role.Label, e.Role.Label)
	say(!strings.EqualFold(e.Person.Login, was.Person.Login), "The account was %s; now it is %s.", was.Person.Login, e.Person.Login)
	say(e.Reach != was.Reach || !slices.Equal(e.limits(), was.limits()), "It reached %s; now it reaches %s.", was.Words, e.Words)
	say(e.Role.ResourceSet != was.Role.ResourceSet || e.Role.Definition != was.Role.Definition, "What the custom role is made of is another: %s.", e.Role.Label)
	say(e.Person.Status != was.Person.Status, "The account was %s; now it is %s.", strings.ToLower(was.Person.Status), strings.ToLower(e.Person.Status))
	for _, m := range e.Marks {
		say(!slices.ContainsFunc(was.Marks, func(o Mark) bool { return o.Name == m.Name }), "New: %s", m.Why)
	}
	return out
}

// day is the day of a stamp, for sentences.
func day(s string) string {
	if t := moment(s); !t.IsZero() {
		return t.Format("2 January 2006")
	}
	return "a day that is not known"
}
