package policy

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"keydesk/internal/desk"
	"keydesk/internal/okta"
)

// keys are what a mapping may have, each with what reads its value.
type keys map[string]func(*yaml.Node)

// mapping reads every key of a mapping once, and refuses what it does not know.
func (r *reader) mapping(n *yaml.Node, known keys) {
	if n.Kind != yaml.MappingNode {
		r.fault(n, "here must be keys with values, and is %s", kindWord(n))
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		read, ok := known[key.Value]
		switch {
		case key.Kind != yaml.ScalarNode || !ok:
			r.fault(key, "there is no key %q here; there are %s", key.Value, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		case seen[key.Value]:
			r.fault(key, "the key %q stands here twice", key.Value)
		default:
			seen[key.Value] = true
			read(value)
		}
	}
}

func kindWord(n *yaml.Node) string {
	switch n.Kind {
	case yaml.SequenceNode:
		return "a list"
	case yaml.MappingNode:
		return "keys with values"
	case yaml.AliasNode:
		return "an alias, which is not taken"
	case yaml.ScalarNode:
		if n.Tag == "!!null" {
			return "nothing"
		}
		return "one value"
	}
	return "something else"
}

func (r *reader) list(n *yaml.Node) []*yaml.Node {
	if n.Kind != yaml.SequenceNode {
		r.fault(n, "here must be a list, and is %s", kindWord(n))
		return nil
	}
	return n.Content
}

// text is a value that is a text. A number or a truth value in its place is a
// mistake, which quotes mend.
func (r *reader) text(n *yaml.Node) string {
	switch {
	case n.Kind != yaml.ScalarNode || n.Tag != "!!str":
		r.fault(n, "here must be a text, and is %s; quotes make a text of it", described(n))
	case strings.TrimSpace(n.Value) != n.Value || n.Value == "" || len(n.Value) > 255:
		r.fault(n, "this text is empty, too long, or has space around it")
	}
	return n.Value
}

func described(n *yaml.Node) string {
	if n.Kind == yaml.ScalarNode && n.Tag != "!!null" {
		return strconv.Quote(n.Value)
	}
	return kindWord(n)
}

func (r *reader) texts(n *yaml.Node) (out []string) {
	for _, item := range r.list(n) {
		t := r.text(item)
		if slices.Contains(out, t) {
			r.fault(item, "%q stands here twice", t)
		}
		out = append(out, t)
	}
	return out
}

func (r *reader) truth(n *yaml.Node) bool {
	if n.Kind != yaml.ScalarNode || n.Tag != "!!bool" {
		r.fault(n, "here must be true or false, and is %s", described(n))
	}
	return n.Value == "true"
}

func (r *reader) number(n *yaml.Node) int {
	v, err := strconv.Atoi(n.Value)
	if n.Kind != yaml.ScalarNode || n.Tag != "!!int" || err != nil || v < 1 || v > 1_000_000 {
		r.fault(n, "here must be a number from 1 to 1000000, and is %s", described(n))
		return 1
	}
	return v
}

// words name operations.
func (r *reader) words(n *yaml.Node) (out []desk.Word) {
	for _, item := range r.list(n) {
		w := r.word(item)
		if slices.Contains(out, w) {
			r.fault(item, "%q stands here twice", w)
		}
		out = append(out, w)
	}
	return out
}

func (r *reader) word(n *yaml.Node) desk.Word {
	w := desk.Word(r.text(n))
	if !slices.Contains(desk.Words(), w) {
		r.fault(n, "%q is no class, permission or operation; docs/POLICY.md lists them", w)
	}
	return w
}

// fresh is how fresh a sign-in operations take, by their words.
func (r *reader) fresh(n *yaml.Node) map[desk.Word]time.Duration {
	out := map[desk.Word]time.Duration{}
	known := keys{}
	for _, w := range desk.Words() {
		known[string(w)] = func(n *yaml.Node) {
			d, err := time.ParseDuration(n.Value)
			if n.Kind != yaml.ScalarNode || err != nil || d < time.Minute || d > 12*time.Hour {
				r.fault(n, "here must be a time from 1m to 12h, such as 15m, and is %s", described(n))
			}
			out[w] = d
		}
	}
	if n.Kind == yaml.MappingNode {
		for i := 0; i < len(n.Content); i += 2 { // the list of all words would be long
			if known[n.Content[i].Value] == nil {
				r.fault(n.Content[i], "%q is no class, permission or operation; docs/POLICY.md lists them", n.Content[i].Value)
				return out
			}
		}
	}
	r.mapping(n, known)
	return out
}

func (r *reader) limits(n *yaml.Node) {
	of := keys{}
	for _, class := range []desk.Risk{desk.Restoring, desk.Destructive, desk.Takeover, desk.Privilege} {
		of[string(class)] = func(n *yaml.Node) {
			var l desk.Limit
			r.mapping(n, keys{
				"hour": func(n *yaml.Node) { l.Hour = r.number(n) },
				"day":  func(n *yaml.Node) { l.Day = r.number(n) },
			})
			switch {
			case l == desk.Limit{}:
				r.fault(n, "a limit needs hour or day")
			case l.Day > 0 && l.Day < l.Hour:
				r.fault(n, "the day's limit is lower than the hour's")
			}
			r.p.Limits[class] = l
		}
	}
	r.mapping(n, of)
}

var (
	scopeName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)
	attribute = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,99}$`)
)

func (r *reader) scopes(n *yaml.Node) {
	r.p.Scopes = map[string]desk.Scope{}
	of := keys{}
	if n.Kind == yaml.MappingNode {
		for i := 0; i < len(n.Content); i += 2 {
			key := n.Content[i]
			if !scopeName.MatchString(key.Value) {
				r.fault(key, "a scope's name has small letters, digits and dashes, 40 at most")
			}
			of[key.Value] = func(n *yaml.Node) { r.p.Scopes[key.Value] = r.scope(n) }
		}
	}
	r.mapping(n, of)
}

func (r *reader) scope(n *yaml.Node) (s desk.Scope) {
	r.mapping(n, keys{
		"says":   func(n *yaml.Node) { s.Says = r.text(n) },
		"groups": func(n *yaml.Node) { s.Groups = r.texts(n) },
		"attribute": func(n *yaml.Node) {
			r.mapping(n, keys{
				"name": func(n *yaml.Node) { s.Attribute = r.attribute(n) },
				"is":   func(n *yaml.Node) { s.Values = r.texts(n) },
			})
		},
	})
	if byGroup, byAttribute := len(s.Groups) > 0, s.Attribute != "" && len(s.Values) > 0; byGroup == byAttribute || !byAttribute && s.Attribute+strings.Join(s.Values, "") != "" {
		r.fault(n, "a scope has either groups, or an attribute with name and is")
	}
	for _, v := range s.Values {
		if _, err := okta.ParseValue(v); err != nil {
			r.fault(n, "Okta cannot search for the value %q", v)
		}
	}
	return s
}

func (r *reader) attribute(n *yaml.Node) string {
	name := r.text(n)
	if !attribute.MatchString(name) {
		r.fault(n, "%q cannot be the name of an attribute", name)
	}
	return name
}
