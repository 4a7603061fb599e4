package review

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"keydesk/internal/desk"
	"keydesk/internal/okta"
	"keydesk/internal/store"
)

// Bounds of a plan.
const (
	maxName  = 100
	maxDue   = 366 * 24 * time.Hour
	maxCarry = 366 * 24 * time.Hour
	maxOpen  = 20 // reviews of one owner

	// MaxNamed is how many reviewers a plan may name, and for how many roles.
	MaxNamed = 100
)

// Preview is what a plan would come to.
type Preview struct {
	Items, People, Carried int
	Nobody                 int     // items that nobody is asked about: about the only ones there are to ask
	Each                   []Share // of what is to be decided
}

// Share is how many items somebody would get.
type Share struct {
	Reviewer Person
	Role     desk.Role // of theirs in the console
	Items    int
}

// Preview counts what a plan would come to, and changes nothing.
func (r *Reviews) Preview(ctx context.Context, who desk.Actor, p Plan) (v Preview, err error) {
	if dec := r.desk.MayRunReviews(who); !dec.Allowed {
		return v, r.desk.Deny(ctx, who, started, dec)
	}
	roles, err := r.lookUp(ctx, &p.Reviewers)
	if err != nil {
		return v, unreadable(started, err)
	}
	roles[who.OktaID.String()] = who.Tier()
	items, err := r.freeze(ctx, who, p)
	if err != nil {
		return v, unreadable(started, err)
	}
	people, each := map[string]bool{}, map[Person]int{}
	for _, i := range items {
		people[i.Evidence.Person.ID] = true
		v.Carried += flag(i.Carried != "")
		switch {
		case i.Carried != "", i.Asking:
		case i.Reviewer.ID == "":
			v.Nobody++
		default:
			each[i.Reviewer]++
		}
	}
	v.Items, v.People = len(items), len(people)
	for who, n := range each {
		v.Each = append(v.Each, Share{who, roles[who.ID], n})
	}
	slices.SortFunc(v.Each, func(a, b Share) int {
		return strings.Compare(a.Reviewer.Name+a.Reviewer.ID, b.Reviewer.Name+b.Reviewer.ID)
	})
	return v, nil
}

// Start freezes what the map holds now of the plan's scope and asks the reviewers. The
// actor owns the review.
func (r *Reviews) Start(ctx context.Context, who desk.Actor, p Plan) (v Review, err error) {
	if dec := r.desk.MayRunReviews(who); !dec.Allowed {
		return v, r.desk.Deny(ctx, who, started, dec)
	}
	id := r.idOf(who, p)
	if v, err := r.begun(ctx, id); v.ID != "" || err != nil { // the button was pressed twice
		return v, unreadable(started, err)
	}
	if err := r.check(ctx, who, &p); err != nil {
		return v, unreadable(started, err)
	}
	items, err := r.freeze(ctx, who, p)
	if err != nil {
		return v, unreadable(started, err)
	}
	if len(items) == 0 {
		return v, fault(desk.Invalid, started, "Nothing in the role map fits, so there is nothing to review. Nothing was started.")
	}
	r.fills.Lock()
	defer r.fills.Unlock()
	if v, err := r.begun(ctx, id); v.ID != "" || err != nil {
		return v, unreadable(started, err)
	}
	v = Review{ID: id, Plan: p, Owner: me(who), State: Filling, Started: r.moment()}
	for _, i := range items {
		v.AsOf = earlier(v.AsOf, moment(i.Evidence.ReadAt))
		v.Count.Carried += flag(i.Carried != "")
	}
	sum, err := frozen(&v, items)
	if err == nil {
		err = r.fill(ctx, v, items)
	}
	if err != nil {
		return v, failed(started, err)
	}
	row := r.row(who, started, v.Plan.Name, words{Review: v.ID, Scope: p.Scope.words(), Items: len(items), Carried: v.Count.Carried, Due: stamp(p.Due), SHA256: sum})
	_, err = r.record.Along(ctx, row, func(ctx context.Context, tx *sql.Tx, seq int64) error {
		v.First, v.State = seq, Open
		v.startMac = r.startMacOf(v)
		res, err := tx.ExecContext(ctx, `update review set state = 'open', first_seq = $1, start_mac = $2 where id = $3 and state = 'filling'`, seq, v.startMac, v.ID)
		return store.MetOne(res, err, errors.New("what was written of the review is not there"))
	})
	if err != nil {
		r.abandon(ctx, v.ID)
		return v, failed(started, err)
	}
	v.Count.All = len(items)
	r.stir()
	return v, nil
}

// moment is now, as exactly as the database keeps it.
func (r *Reviews) moment() time.Time { return r.now().UTC().Truncate(time.Millisecond) }

// words are a scope for the record.
func (s Scope) words() (out []string) {
	if s.Role != "" {
		out = append(out, "role "+s.Role)
	}
	if s.Department != "" {
		out = append(out, "department "+s.Department)
	}
	if s.Changed {
		out = append(out, "changed")
	}
	if s.Risky {
		out = append(out, "risky")
	}
	return out
}

// Words say what a scope is about.
func (s Scope) Words() string {
	var out []string
	if s.Role != "" {
		out = append(out, "the role "+label(s.Role))
	}
	if s.Department != "" {
		out = append(out, "the department "+s.Department)
	}
	switch {
	case s.Changed && s.Risky:
		out = append(out, "what changed or is risky")
	case s.Changed:
		out = append(out, "what changed")
	case s.Risky:
		out = append(out, "what is risky")
	}
	if len(out) == 0 {
		return "every assignment"
	}
	return strings.Join(out, ", ")
}

func label(role string) string {
	if l := okta.RoleType(role).Label(); l != "" {
		return l
	}
	return role
}

// check refuses a plan that cannot be carried out, and looks the reviewers up.
func (r *Reviews) check(ctx context.Context, who desk.Actor, p *Plan) error {
	wrong := func(field, msg string) error {
		return &desk.Error{Kind: desk.Invalid, Action: started, Field: field, Msg: msg}
	}
	p.Name = strings.TrimSpace(p.Name)
	now := r.now()
	switch {
	case len(p.Name) > maxName || p.Name == "" || desk.Legible(started, p.Name, true) != nil:
		return wrong("name", fmt.Sprintf("Give the review a name of three letters or more, %d at most.", maxName))
	case !p.Due.After(now) || p.Due.Sub(now) > maxDue:
		return wrong("due", "The review has to be due after now, and within a year.")
	case p.Carry < 0 || p.Carry > maxCarry:
		return wrong("carry", "Decisions are carried forward for a year at most.")
	case len(p.Reviewers.Named) > MaxNamed || len(p.Reviewers.Roles) > MaxNamed:
		return wrong("reviewers", fmt.Sprintf("Name %d reviewers at most.", MaxNamed))
	}
	if reason, _ := r.desk.RevokesNeed(); reason && !slices.Contains(p.Reasons, Revoke) {
		p.Reasons = append(slices.Clone(p.Reasons), Revoke)
	}
	for _, v := range p.Reasons {
		if !slices.Contains(Verdicts(), v) {
			return wrong("reasons", "There is no such decision.")
		}
	}
	if _, err := okta.ParseLinkName(p.Reviewers.Manager); p.Reviewers.Manager != "" && err != nil {
		return wrong("manager", "This is no name of a relation between people.")
	}
	open, err := all(ctx, r.db.R, store.Text, `select id from review where owner_id = $1 and state in ('open', 'filling')`, who.OktaID.String())
	if err == nil && len(open) >= maxOpen {
		err = wrong("", fmt.Sprintf("%d reviews of yours are open. Close or stop one first.", len(open)))
	}
	if err != nil {
		return err
	}
	_, err = r.lookUp(ctx, &p.Reviewers)
	return err
}

// lookUp completes the reviewers that a rule names, who have to be able to decide, each
// looked up once, and says which role each has in the console.
func (r *Reviews) lookUp(ctx context.Context, rule *Rule) (map[string]desk.Role, error) {
	known, roles := map[string]Person{}, map[string]desk.Role{}
	look := func(p Person, field string) (Person, error) {
		if p.ID == "" {
			return p, nil
		}
		if was, ok := known[p.ID]; ok {
			return was, nil
		}
		c, err := r.colleague(ctx, p.ID)
		if err == nil && c.No != "" {
			err = &desk.Error{Kind: desk.Invalid, Action: started, Field: field, Msg: c.No + " Choose another reviewer."}
		}
		known[p.ID], roles[p.ID] = Person{p.ID, c.Name, c.Login}, c.Role
		return known[p.ID], err
	}
	var err error
	for i := range rule.Named {
		if rule.Named[i], err = look(rule.Named[i], "reviewers"); err != nil {
			return nil, err
		}
	}
	for _, role := range slices.Sorted(maps.Keys(rule.Roles)) {
		if rule.Roles[role], err = look(rule.Roles[role], "owner."+role); err != nil {
			return nil, err
		}
	}
	rule.Fallback, err = look(rule.Fallback, "fallback")
	return roles, err
}

func (r *Reviews) colleague(ctx context.Context, id string) (desk.Colleague, error) {
	uid, err := okta.ParseUserID(id)
	if err != nil {
		return desk.Colleague{}, &desk.Error{Kind: desk.Invalid, Action: started, Field: "reviewers", Msg: "This is nobody's id.", Err: err}
	}
	return r.desk.Colleague(ctx, uid)
}
