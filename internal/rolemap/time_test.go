package rolemap

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"keydesk/internal/okta"
	"keydesk/internal/store"
	"keydesk/internal/storetest"
)

// Whatever somebody holds over time, the map at a moment is what was true at it; what
// changed between two is what differs between them.
func TestValidTime(t *testing.T) {
	db := storetest.Open(t)
	m := New(db, nil, time.Now, slog.New(slog.DiscardHandler))
	serial := 0
	rapid.Check(t, func(rt *rapid.T) {
		serial++
		p := person(rt, serial)
		base := int64(1_700_000_000_000)
		type moment struct {
			at   int64
			held map[string]string // key -> print
		}
		truth := []moment{{base, nil}}
		at := base
		for range rapid.IntRange(1, 12).Draw(rt, "readings") {
			at += 100 * rapid.Int64Range(0, 2).Draw(rt, "gap")
			r := reading{person: p, kept: map[string]bool{}}
			r.person.ReadAt = time.UnixMilli(at)
			now := map[string]string{}
			for _, role := range rapid.SliceOfDistinct(rapid.IntRange(0, 3), rapid.ID[int]).Draw(rt, "roles") {
				a := held0(rt, r.person, role)
				r.held = append(r.held, a)
				now[a.Key()] = a.Print()
			}
			if err := db.Alone(t.Context(), func(ctx context.Context, tx *sql.Tx) error { return keep(ctx, tx, r) }); err != nil {
				rt.Fatal(err)
			}
			truth = append(truth, moment{at, now})
		}
		for i, then := range truth {
			if i+1 < len(truth) && truth[i+1].at == then.at {
				continue // two at one moment: the later one counts
			}
			if got := prints(rt, m, p.ID, then.at+50); i > 0 && !cmp.Equal(got, then.held) {
				rt.Fatalf("at %d the map has %v, true was %v", then.at-base, got, then.held)
			}
		}
		if got, want := prints(rt, m, p.ID, 0), truth[len(truth)-1].held; len(got)+len(want) > 0 && !cmp.Equal(got, want) {
			rt.Fatalf("now the map has %v, true is %v", got, want)
		}
	})
}

// A key is taken apart as it was put together, and nothing else is taken for one.
func FuzzKey(f *testing.F) {
	f.Add("00u1111111111111111x/JBCUYUC7IRCVGS27IFCE2SKO/GROUP/00g1")
	f.Add("00u1111111111111111x//USER/")
	f.Fuzz(func(t *testing.T, key string) {
		k, err := parseKey(key)
		if err != nil {
			return
		}
		id, err1 := okta.ParseUserID(k[0])
		role, err2 := okta.ParseRoleID(k[1])
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		if got := (Assignment{Person: Person{ID: id}, Role: role, How: k[2], Assignee: k[3]}).Key(); got != key {
			t.Errorf("%q is %q", key, got)
		}
	})
}

func person(rt *rapid.T, n int) Person {
	id, err := okta.ParseUserID(fmt.Sprintf("00u%017d", n))
	if err != nil {
		rt.Fatal(err)
	}
	return Person{ID: id, Login: "a@example.com", Name: "Ann Vo", Status: okta.Active, Factors: 1}
}

func held0(rt *rapid.T, p Person, role int) Assignment {
	id, _ := okta.ParseRoleID(fmt.Sprintf("ra%d", role))
	a := Assignment{Person: p, Role: id, Type: okta.HelpDeskAdmin, Label: "Help Desk Administrator", How: "USER", Assignee: p.ID.String(), Reach: Everything}
	for _, n := range rapid.SliceOfNDistinct(rapid.IntRange(0, 2), 0, 2, rapid.ID[int]).Draw(rt, "targets") {
		a.Reach, a.Targets = Limited, append(a.Targets, Target{Group, fmt.Sprint(n), fmt.Sprint("group ", n)})
	}
	a.Targets = ordered(a.Targets)
	return a
}

func prints(rt *rapid.T, m *Map, id okta.UserID, at int64) map[string]string {
	all, err := m.At(context.Background(), store.Moment(at))
	if err != nil {
		rt.Fatal(err)
	}
	out := map[string]string{}
	for _, a := range slices.DeleteFunc(all, func(a Assignment) bool { return a.Person.ID != id }) {
		if _, twice := out[a.Key()]; twice {
			rt.Fatalf("%s is there twice at %d", a.Key(), at)
		}
		out[a.Key()] = a.Print()
	}
	return out
}
