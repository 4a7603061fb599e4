package views

import (
	"crypto/sha256"
	"encoding/hex"

	"keydesk/internal/desk"
	"keydesk/internal/okta"
)

// linkPanel is the id of a relationship's panel; its name may hold what a selector
// would have to escape.
func linkPanel(name okta.LinkName) string {
	sum := sha256.Sum256([]byte(name.String()))
	return "link-" + hex.EncodeToString(sum[:4])
}

// endName is one end of a relationship as Okta titles it, else its name.
func endName(e okta.LinkEnd) string {
	if e.Title != "" {
		return e.Title
	}
	return e.Name.String()
}

// linkWords says what a relationship is, with Okta's own descriptions.
func linkWords(d okta.LinkDefinition) string {
	words := "A person has one at most."
	if other := endName(d.Associated); other != "" {
		words += " The other way round Okta calls it “" + other + "”."
	}
	return joined(" ", ended(d.Primary.Description), words, ended(d.Associated.Description))
}

// offers are all that the page may do: to link at all, and what it shows of each
// link.
func (p LinksProps) offers() []desk.Offer {
	var out []desk.Offer
	set, _ := desk.SpecOf("links.set")
	for _, k := range p.Kinds.Value {
		out = append(out, desk.Offer{Spec: set, Decision: k.Set})
		if k.Remove.Spec.Action != "" {
			out = append(out, k.Remove)
		}
	}
	return out
}

// dialogs are the offers of the page that have one.
func (p LinksProps) dialogs() []desk.Offer {
	var out []desk.Offer
	for _, k := range p.Kinds.Value {
		out = append(out, k.Remove)
	}
	for _, c := range p.Found.Value {
		out = append(out, c.Set)
	}
	return out
}

// unlisted reports whether relationships have to be asked for by name: their list
// cannot be read, or what is shown was asked for so.
func (p LinksProps) unlisted() bool {
	if p.Kinds.Err != nil {
		return true
	}
	for _, k := range p.Kinds.Value {
		if k.Def.Associated.Name.IsZero() {
			return true
		}
	}
	return false
}
