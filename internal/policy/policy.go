// Package policy reads the file in which an organisation says who may do what in
// its console. It is strict: what it does not know it refuses, with the line.
package policy

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"keydesk/internal/desk"
)

// most is how large a file may be.
const most = 256 << 10

// Fault is one place in the file that does not do.
type Fault struct {
	Line int
	Msg  string
}

// Faults are all of them, in the order of their lines.
type Faults []Fault

// told is how many faults are told at once.
const told = 30

// Error has a line for each.
func (f Faults) Error() string {
	var lines []string
	for _, x := range f[:min(len(f), told)] {
		lines = append(lines, fmt.Sprintf("line %d: %s", x.Line, x.Msg))
	}
	if more := len(f) - told; more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(lines, "\n")
}

// Load reads the policy of a file, or the default where there is none.
func Load(path string) (desk.Policy, error) {
	if path == "" {
		return desk.DefaultPolicy(), nil
	}
	b, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return desk.Policy{}, fmt.Errorf("the policy: %w", err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o022 != 0 {
		return desk.Policy{}, errors.Join(err, fmt.Errorf("the policy: others than its owner may write %s; run chmod go-w on it", path))
	}
	p, err := Parse(b)
	if err != nil {
		return desk.Policy{}, fmt.Errorf("the policy %s:\n%w", path, err)
	}
	return p, nil
}

// Parse reads a policy. What the file leaves out is as in the default; a role that
// it leaves out of its roles is held by nobody. An error of its content is Faults.
func Parse(b []byte) (desk.Policy, error) {
	if len(b) > most {
		return desk.Policy{}, fmt.Errorf("more than %d KiB", most>>10)
	}
	var doc, second yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(b))
	if err := dec.Decode(&doc); err != nil && !errors.Is(err, io.EOF) {
		return desk.Policy{}, errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if err := dec.Decode(&second); !errors.Is(err, io.EOF) {
		return desk.Policy{}, errors.New("more than one document")
	}
	if len(doc.Content) == 0 {
		return desk.Policy{}, errors.New("it is empty; keydesk policy print writes one to begin with")
	}
	r := reader{p: desk.DefaultPolicy()}
	r.whole(doc.Content[0])
	if len(r.faults) > 0 {
		slices.SortStableFunc(r.faults, func(a, b Fault) int { return a.Line - b.Line })
		return desk.Policy{}, r.faults
	}
	sum := sha256.Sum256(b)
	r.p.Name = hex.EncodeToString(sum[:])[:12]
	return r.p, nil
}

// reader walks a file and fills a policy.
type reader struct {
	p      desk.Policy
	faults Faults
}

func (r *reader) fault(n *yaml.Node, format string, args ...any) {
	r.faults = append(r.faults, Fault{n.Line, fmt.Sprintf(format, args...)})
}

func (r *reader) whole(n *yaml.Node) {
	var grants []scoped
	r.mapping(n, keys{
		"roles":     func(n *yaml.Node) { grants = r.roles(n) },
		"scopes":    r.scopes,
		"protected": r.protected,
		"require":   r.require,
		"limits":    r.limits,
	})
	for _, g := range grants {
		if _, known := r.p.Scopes[g.scope]; !known {
			r.fault(g.at, "there is no scope %q under scopes", g.scope)
		}
	}
	r.approvable(n)
}

// approvable refuses a policy that asks for a second person where nobody can be one.
func (r *reader) approvable(n *yaml.Node) {
	for _, s := range desk.Catalog() {
		if r.p.NeedsSecond(s) && len(r.p.Approvers(s)) == 0 && len(r.p.Holders(s)) > 0 {
			r.fault(n, "%s needs a second person, and no role carries both it and approvals.act", s.Action)
		}
	}
}

// scoped is a place that names a scope.
type scoped struct {
	at    *yaml.Node
	scope string
}

func (r *reader) roles(n *yaml.Node) (grants []scoped) {
	r.p.Roles = map[desk.Role]desk.RoleRule{}
	of := keys{}
	for _, role := range []desk.Role{desk.Auditor, desk.Helpdesk, desk.Admin, desk.Owner} {
		of[string(role)] = func(n *yaml.Node) {
			rule, named := r.role(n, role)
			r.p.Roles[role] = rule
			grants = append(grants, named...)
		}
	}
	r.mapping(n, of)
	if len(r.p.Roles) == 0 {
		r.fault(n, "there is no role here: nobody could do anything")
	}
	return grants
}

func (r *reader) role(n *yaml.Node, role desk.Role) (rule desk.RoleRule, grants []scoped) {
	r.mapping(n, keys{
		"groups": func(n *yaml.Node) {
			for _, item := range r.list(n) {
				g := r.grant(item)
				if g.Scope != "" {
					grants = append(grants, scoped{item, g.Scope})
				}
				if g.Scope != "" && role == desk.Owner {
					r.fault(item, "owners have no scope: they are who is asked when nobody else may")
				}
				if slices.Contains(rule.Groups, g) {
					r.fault(item, "the group %q stands here twice", g.Group)
				}
				rule.Groups = append(rule.Groups, g)
			}
		},
		"may":    func(n *yaml.Node) { rule.May = r.words(n) },
		"except": func(n *yaml.Node) { rule.Except = r.words(n) },
	})
	if len(rule.Groups) == 0 {
		r.fault(n, "nobody holds the role %s: give it groups, or leave it out", role)
	}
	if len(rule.May) == 0 {
		r.fault(n, "the role %s carries nothing: give it may", role)
	}
	return rule, grants
}

// grant is the name of a group, or of one with the scope within which it counts.
func (r *reader) grant(n *yaml.Node) (g desk.Grant) {
	if n.Kind == yaml.ScalarNode {
		return desk.Grant{Group: r.text(n)}
	}
	r.mapping(n, keys{
		"group": func(n *yaml.Node) { g.Group = r.text(n) },
		"scope": func(n *yaml.Node) { g.Scope = r.text(n) },
	})
	if g.Group == "" {
		r.fault(n, "a group needs a name")
	}
	return g
}

func (r *reader) protected(n *yaml.Node) {
	r.mapping(n, keys{
		"break_glass": func(n *yaml.Node) { r.p.BreakGlass = r.texts(n) },
		"vip": func(n *yaml.Node) {
			r.p.VIP = desk.VIP{}
			r.mapping(n, keys{
				"people":        func(n *yaml.Node) { r.p.VIP.People = r.texts(n) },
				"needs":         func(n *yaml.Node) { r.p.VIP.Needs = r.tier(n) },
				"second_person": func(n *yaml.Node) { r.p.VIP.Second = r.truth(n) },
			})
			if len(r.p.VIP.People) > 0 && r.p.VIP.Needs == "" && !r.p.VIP.Second {
				r.fault(n, "these accounts are as any other: give needs or second_person")
			}
		},
	})
}

func (r *reader) tier(n *yaml.Node) desk.Role {
	t := desk.Role(r.text(n))
	if !slices.Contains([]desk.Role{desk.Helpdesk, desk.Admin, desk.Owner}, t) {
		r.fault(n, "%q is none of helpdesk, admin and owner", t)
	}
	return t
}

func (r *reader) require(n *yaml.Node) {
	r.mapping(n, keys{
		"reason":        func(n *yaml.Node) { r.p.Require.Reason = r.words(n) },
		"ticket":        func(n *yaml.Node) { r.p.Require.Ticket = r.words(n) },
		"second_person": func(n *yaml.Node) { r.p.Require.Second = r.words(n) },
		"fresh_sign_in": func(n *yaml.Node) { r.p.Require.Fresh = r.fresh(n) },
	})
}
