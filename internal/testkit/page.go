package testkit

import (
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// Form is a form of a page with the values it would send as it stands.
type Form struct {
	Action, Method string
	Values         url.Values
}

// Root is the parsed page.
func (p *Page) Root() *html.Node {
	p.t.Helper()
	if p.doc == nil {
		doc, err := html.Parse(strings.NewReader(p.Body))
		if err != nil {
			p.t.Fatal(err)
		}
		p.doc = doc
	}
	return p.doc
}

// Form returns the first form whose action ends in suffix, or nil.
func (p *Page) Form(suffix string) *Form {
	p.t.Helper()
	for _, f := range p.Forms() {
		if path, _, _ := strings.Cut(f.Action, "?"); strings.HasSuffix(path, suffix) {
			return &f
		}
	}
	return nil
}

// Forms are all forms of the page, in its order.
func (p *Page) Forms() (out []Form) {
	p.t.Helper()
	for n := range p.Root().Descendants() {
		if n.Type == html.ElementNode && n.Data == "form" {
			action, _ := Attr(n, "action")
			method, _ := Attr(n, "method")
			out = append(out, Form{Action: action, Method: method, Values: values(n)})
		}
	}
	return out
}

// values are the fields of a form that a browser would send untouched.
func values(form *html.Node) url.Values {
	v := url.Values{}
	for n := range form.Descendants() {
		name, ok := Attr(n, "name")
		if n.Type != html.ElementNode || !ok {
			continue
		}
		switch n.Data {
		case "input":
			kind, _ := Attr(n, "type")
			_, checked := Attr(n, "checked")
			if val, _ := Attr(n, "value"); kind != "checkbox" && kind != "radio" || checked {
				v.Add(name, val)
			}
		case "textarea":
			var b strings.Builder
			text(&b, n)
			v.Add(name, strings.TrimPrefix(b.String(), " "))
		case "select":
			v.Add(name, chosen(n))
		}
	}
	return v
}

// chosen is the value of the option that is selected, or else of the first.
func chosen(list *html.Node) (value string) {
	first := true
	for n := range list.Descendants() {
		if n.Type != html.ElementNode || n.Data != "option" {
			continue
		}
		val, _ := Attr(n, "value")
		if _, selected := Attr(n, "selected"); selected || first {
			value, first = val, false
		}
	}
	return value
}

// Has reports whether the page's text holds s, white space counted as one.
func (p *Page) Has(s string) bool { return strings.Contains(p.Text(), s) }

// Text is what a reader sees, without what is hidden by its element.
func (p *Page) Text() string {
	p.t.Helper()
	var b strings.Builder
	text(&b, p.Root())
	return strings.Join(strings.Fields(b.String()), " ")
}

func text(b *strings.Builder, n *html.Node) {
	if n.Type == html.ElementNode && (n.Data == "script" || n.Data == "style" || n.Data == "head") {
		return
	}
	if n.Type == html.TextNode {
		b.WriteString(n.Data)
	}
	if n.Type == html.ElementNode {
		b.WriteByte(' ')
	}
	for c := range n.ChildNodes() {
		text(b, c)
	}
}

// Attr is an attribute of an element, and whether it is there.
func Attr(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// Part is a part of a page as a page.
func (p *Page) Part(n *html.Node) *Page { return &Page{t: p.t, doc: n} }
