package console

import (
	"slices"
	"strings"

	"keydesk/internal/oktasim"
)

// Name is a person's name as pages write it.
func Name(p oktasim.Person) string { return p.FirstName + " " + p.LastName }

// Ann is Ann Vo, who is always there and locked out at first.
func (v *Visit) Ann() oktasim.Person {
	v.t.Helper()
	p, ok := v.Org.ByLogin("ann.vo@brightwater.example")
	if !ok {
		v.t.Fatal("Ann Vo is not there")
	}
	return p
}

// Now is a person as the organisation has them now.
func (v *Visit) Now(p oktasim.Person) oktasim.Person {
	v.t.Helper()
	now, ok := v.Org.Person(p.ID)
	if !ok {
		v.t.Fatalf("%s is not there", p.Login)
	}
	return now
}

// Ordinary are n people who are active, have factors, sessions, tokens and
// remembered devices, hold no admin role and do not work in the console.
func (v *Visit) Ordinary(n int) []oktasim.Person {
	v.t.Helper()
	var out []oktasim.Person
	for _, p := range v.Org.People() {
		staff := slices.ContainsFunc(p.Groups, func(g string) bool { return strings.HasPrefix(g, "Keydesk ") })
		equipped := p.Factors > 0 && p.Sessions > 0 && p.Tokens > 0 && p.Devices > 0
		if p.Status == "ACTIVE" && len(p.Roles) == 0 && !staff && equipped {
			out = append(out, p)
		}
		if len(out) == n {
			return out
		}
	}
	v.t.Fatalf("only %d ordinary people of %d", len(out), n)
	return nil
}
