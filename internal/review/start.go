package review

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base32"
	"encoding/json"
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
	if v, err := r.get(ctx, r.db.R, started, id); err == nil { // the button was pressed twice
		return v, nil
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
	if v, err := r.get(ctx, r.db.R, started, id); err == nil {
		return v, nil
	}
	v = Review{ID: id, Plan: p, Owner: me(who), State: Filling, Started: r.moment()}
	for _, i := range items {
		v.AsOf = latest(v.AsOf, moment(i.Evidence.ReadAt))
		v.Count.Carried += flag(i.Carried != "")
	}
	if err := r.fill(ctx, v, items); err != nil {
		return v, failed(started, err)
	}
	row := r.row(who, started, v.Plan.Name, words{Review: v.ID, Scope: p.Scope.words(), Items: len(items), Carried: v.Count.Carried, Due: stamp(p.Due)})
	_, err = r.record.Along(ctx, row, func(ctx context.Context, tx *sql.Tx, seq int64) error {
		v.First, v.State = seq, Open
		_, err := tx.ExecContext(ctx, `update review set state = 'open', first_seq = $1 where id = $2`, seq, v.ID)
		return err
	})
	if err != nil {
		return v, failed(started, err)
	}
	v.Count.All = len(items)
	r.stir()
	return v, nil
}

// idOf is the id of a review that is about to begin: the same plan, from one form, gives
// the same one however often it is sent.
func (r *Reviews) idOf(who desk.Actor, p Plan) string {
	once := p.Once
	if once == "" {
		once = rand.Text()
	}
	plan, _ := json.Marshal(p) // texts and moments alone
	sum := sha256.Sum256([]byte(store.Mac(r.key, "review id", who.ID, once, string(plan))))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:])[:12])
}

// moment is now, as exactly as the database keeps it.
func (r *Reviews) moment() time.Time { return r.now().UTC().Truncate(time.Millisecond) }

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

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

// How many rows one statement writes, and one transaction.
const (
	fillRows = 20
	fillTx   = 500
)

// fill writes a review and its items. Until the record has its start it is not there
// for anybody.
func (r *Reviews) fill(ctx context.Context, v Review, items []Item) error {
	plan, err := json.Marshal(v.Plan)
	if err != nil {
		return err
	}
	_, err = r.db.W.ExecContext(ctx, `insert into review (`+reviewColumns+`) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, '', '', 0, 0, '')`,
		v.ID, v.Plan.Name, string(plan), v.Owner.ID, v.Owner.Name, string(v.State), store.Milli(v.AsOf), store.Milli(v.Started), store.Milli(v.Plan.Due))
	if err != nil {
		return fmt.Errorf("keep a review: %w", err)
	}
	for part := range slices.Chunk(items, fillTx) {
		if err := r.fillPart(ctx, v.ID, part); err != nil {
			return fmt.Errorf("keep the items of a review: %w", err)
		}
	}
	return nil
}

func (r *Reviews) fillPart(ctx context.Context, id string, items []Item) error {
	tx, err := r.db.W.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // after Commit it does nothing
	for part := range slices.Chunk(items, fillRows) {
		if err := r.insert(ctx, tx, id, part); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func (r *Reviews) insert(ctx context.Context, tx *sql.Tx, id string, items []Item) error {
	const columns = 27
	var rows []string
	var args []any
	for _, i := range items {
		i.Review = id
		b, err := json.Marshal(i.Evidence)
		if err != nil {
			return err
		}
		i.evidence = string(b)
		i = r.vouched(i)
		marks := make([]string, columns)
		for c := range marks {
			marks[c] = fmt.Sprintf("$%d", len(args)+c+1)
		}
		rows = append(rows, "("+strings.Join(marks, ",")+")")
		args = append(args, i.Review, i.N, i.Key, i.Evidence.Person.ID, i.evidence, i.mac, i.Reviewer.ID, i.Reviewer.Name, i.Fallback, flag(i.Asking), string(i.Verdict), i.Note,
			i.decider, i.By.ID, i.By.Name, store.Milli(i.At), i.Seq, i.Carried, i.wordMac, i.Version, "", "", "", 0, 0, 0, 0)
	}
	_, err := tx.ExecContext(ctx, `insert into review_item (`+itemColumns+`) values `+strings.Join(rows, ","), args...) //nolint:gosec // placeholders alone
	return err
}
