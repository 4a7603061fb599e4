package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"keydesk/internal/config"
	"keydesk/internal/desk"
	"keydesk/internal/okta"
	"keydesk/internal/policy"
)

// CheckPolicy says whether a policy file holds, and what it gives to whom.
func CheckPolicy(c config.PolicyCheck, w io.Writer) error {
	p, err := policy.Load(c.File)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(w, "the policy holds; its version is %s\n", p.Name)
	for _, r := range desk.Roles() {
		var groups []string
		for _, g := range p.Roles[r].Groups {
			name := g.Group
			if g.Scope != "" {
				name += " (within " + g.Scope + ")"
			}
			groups = append(groups, name)
		}
		if len(groups) == 0 {
			groups = []string{"nobody"}
		}
		changes := slices.DeleteFunc(desk.Catalog(), func(s desk.Spec) bool { return s.Risk == desk.Reading || !slices.Contains(p.Holders(s), r) })
		_, _ = fmt.Fprintf(w, "%-9s %2d of the operations that change something; held by %s\n", r, len(changes), strings.Join(groups, ", "))
	}
	for _, r := range desk.SystemRoles() {
		names := make([]string, 0, 5)
		for _, s := range desk.SystemMay(r) {
			names = append(names, string(s.Action))
		}
		_, _ = fmt.Fprintf(w, "%s, Keydesk's own and not for a policy to change: %s\n", r, strings.Join(names, " "))
	}
	return nil
}

// PrintPolicy writes the default policy as a file.
func PrintPolicy(w io.Writer) error {
	_, err := io.WriteString(w, policy.Print(desk.DefaultPolicy()))
	return err
}

// ExplainPolicy says what a policy decides: of roles and kinds of target by itself,
// of people by what the organisation says of them now.
func ExplainPolicy(ctx context.Context, e config.PolicyExplain, w io.Writer) error {
	p, err := policy.Load(e.PolicyFile)
	if err != nil {
		return err
	}
	s, known := desk.SpecOf(desk.Action(e.Action))
	if !known {
		return fmt.Errorf("there is no action %q; docs/OPERATIONS.md lists them", e.Action)
	}
	kind, isKind := desk.KindOf(e.On)
	role, isRole := p.RoleOf(e.As)
	var x desk.Explanation
	switch {
	case isRole && isKind:
		x = p.ExplainKind(role, s, kind)
	case isKind:
		return fmt.Errorf("--as %s: there is no such role; there are %s, and role@scope. Whoever is named by a login acts on somebody who is", e.As, list(desk.Roles()))
	default:
		if x, err = explainIn(ctx, e, p, s); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintln(w, strings.Join(x.Lines(), "\n"))
	return err
}

func list[T ~string](items []T) string {
	out := make([]string, len(items))
	for i, v := range items {
		out[i] = string(v)
	}
	return strings.Join(out, ", ")
}

// explainIn asks the organisation about the people. It changes and records nothing.
func explainIn(ctx context.Context, e config.PolicyExplain, p desk.Policy, s desk.Spec) (x desk.Explanation, err error) {
	settings, err := e.Organisation()
	if err != nil {
		return x, err
	}
	c, err := credential(settings)
	if err != nil {
		return x, err
	}
	client, err := okta.New(c)
	if err != nil {
		return x, err
	}
	d := desk.New(desk.Config{Okta: client, ServiceApp: c.ClientID != "", Policy: p, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	x, err = d.Explain(ctx, e.As, s, e.On)
	var de *desk.Error
	if errors.As(err, &de) {
		return x, errors.New(de.Msg)
	}
	return x, err
}
