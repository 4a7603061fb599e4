package policy

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"keydesk/internal/desk"
)

// Print writes a policy as a file with comments; reading it gives the policy back.
func Print(p desk.Policy) string {
	var b strings.Builder
	b.WriteString(`# Who may do what in this console. docs/POLICY.md explains every line;
# keydesk policy check FILE says whether it holds. What is left out here is as in
# the default; a role that is left out of roles is held by nobody.

# A role is held by the members of the issuer's groups. Under may stand classes
# (reading, restoring, destructive, takeover, privilege; changing for all but the
# first), permissions (users.edit) and single operations (unlock); except takes some
# of that away. Whoever may change something may read.
roles:
`)
	for _, role := range []desk.Role{desk.Auditor, desk.Helpdesk, desk.Admin, desk.Owner} {
		rule, held := p.Roles[role]
		if !held {
			continue
		}
		fmt.Fprintf(&b, "  %s:\n    groups:\n", role)
		for _, g := range rule.Groups {
			if g.Scope == "" {
				fmt.Fprintf(&b, "      - %s\n", quoted(g.Group))
			} else {
				fmt.Fprintf(&b, "      - {group: %s, scope: %s}\n", quoted(g.Group), g.Scope)
			}
		}
		fmt.Fprintf(&b, "    may: %s\n", flow(rule.May))
		if len(rule.Except) > 0 {
			fmt.Fprintf(&b, "    except: %s\n", flow(rule.Except))
		}
	}
	printSystem(&b)
	printScopes(&b, p)
	printProtected(&b, p)
	printRequire(&b, p)
	return b.String()
}

// printSystem says what the console does as itself, which no policy changes.
func printSystem(b *strings.Builder) {
	b.WriteString("\n# What Keydesk does as itself is not for a policy to change:\n")
	for _, r := range desk.SystemRoles() {
		words := make([]string, 0, 5)
		for _, s := range desk.SystemMay(r) {
			words = append(words, string(s.Action))
		}
		fmt.Fprintf(b, "#   %s: %s\n", r, strings.Join(words, ", "))
	}
}

func printScopes(b *strings.Builder, p desk.Policy) {
	b.WriteString(`
# A part of the organisation: members of any of the groups, or people whose
# attribute has one of the values. A group above counts within it alone when it is
# written {group: Helpdesk Berlin, scope: berlin}; who else there is does not exist
# for its members.
#
# scopes:
#   berlin:
#     says: the people in Berlin
#     groups: [Staff Berlin]
#   austria:
#     attribute: {name: countryCode, is: [AT]}
`)
	if len(p.Scopes) == 0 {
		return
	}
	b.WriteString("scopes:\n")
	for _, name := range p.ScopeNames() {
		s := p.Scopes[name]
		fmt.Fprintf(b, "  %s:\n", name)
		if s.Says != "" {
			fmt.Fprintf(b, "    says: %s\n", quoted(s.Says))
		}
		if s.Attribute != "" {
			fmt.Fprintf(b, "    attribute: {name: %s, is: %s}\n", s.Attribute, flow(s.Values))
		} else {
			fmt.Fprintf(b, "    groups: %s\n", flow(s.Groups))
		}
	}
}

func printProtected(b *strings.Builder, p desk.Policy) {
	fmt.Fprintf(b, `
# Beside the accounts of administrators and of colleagues, which are always
# protected. Accounts are named by login or id. Nobody changes a break-glass account
# from here; a VIP's takes the tier, or a second person, or both.
protected:
  break_glass: %s
  vip:
    people: %s
`, flow(p.BreakGlass), flow(p.VIP.People))
	if p.VIP.Needs != "" {
		fmt.Fprintf(b, "    needs: %s\n", p.VIP.Needs)
	}
	fmt.Fprintf(b, "    second_person: %t\n", p.VIP.Second)
}

func printRequire(b *strings.Builder, p desk.Policy) {
	fmt.Fprintf(b, `
# What acts take beside the right to them. Changes to organization and super
# administrators always take a second owner.
require:
  reason: %s
  ticket: %s
  second_person: %s
  fresh_sign_in: {`, flow(p.Require.Reason), flow(p.Require.Ticket), flow(p.Require.Second))
	var fresh []string
	for _, w := range slices.Sorted(maps.Keys(p.Require.Fresh)) {
		fresh = append(fresh, fmt.Sprintf("%s: %s", w, short(p.Require.Fresh[w])))
	}
	b.WriteString(strings.Join(fresh, ", ") + `}

# How much of a class one operator may do.
limits:`)
	if len(p.Limits) == 0 {
		b.WriteString(" {}")
	}
	b.WriteString("\n")
	for _, class := range slices.Sorted(maps.Keys(p.Limits)) {
		var parts []string
		if n := p.Limits[class].Hour; n > 0 {
			parts = append(parts, fmt.Sprintf("hour: %d", n))
		}
		if n := p.Limits[class].Day; n > 0 {
			parts = append(parts, fmt.Sprintf("day: %d", n))
		}
		fmt.Fprintf(b, "  %s: {%s}\n", class, strings.Join(parts, ", "))
	}
}

func short(d time.Duration) string {
	switch {
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d%time.Minute == 0:
		return fmt.Sprintf("%dm", d/time.Minute)
	}
	return d.String()
}

// flow is a list on one line.
func flow[T ~string](items []T) string {
	out := make([]string, len(items))
	for i, v := range items {
		out[i] = quoted(string(v))
	}
	return "[" + strings.Join(out, ", ") + "]"
}

// plain is a text that needs no quotes.
var plain = regexp.MustCompile(`^[A-Z]?[a-z][a-z]+([ ._@-][A-Za-z]+)*$`)

func quoted(s string) string {
	if plain.MatchString(s) && !slices.Contains([]string{"true", "false", "null", "yes", "no", "on", "off"}, strings.ToLower(s)) {
		return s
	}
	b, _ := json.Marshal(s) // a text always can
	return string(b)
}
