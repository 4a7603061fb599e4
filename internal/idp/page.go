package idp

import (
	"bytes"
	"html/template"
	"net/http"
	"strings"
)

// page is what the issuer shows: people to choose from, or a sentence.
type page struct {
	Title, Text, Action, Stylesheet, Icon string
	People                                []Person
}

// The classes are the console's own; there is no script and no inline style, so
// the console's Content-Security-Policy holds here too.
const layout = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Title}} · Keydesk demo</title>
{{with .Stylesheet}}<link rel="stylesheet" href="{{.}}">{{end}}
{{with .Icon}}<link rel="icon" href="{{.}}" type="image/svg+xml">{{end}}
</head>
<body class="bare">
<header class="top"><span class="brand">Keydesk</span><span class="tag tag-warn demo">Demo organisation</span></header>
<div class="content"><main id="main">
{{if .People}}<div class="title"><h1>{{.Title}}</h1><p class="dim">{{.Text}}</p></div>
<form class="pair" method="post" action="{{.Action}}">
{{range .People}}<button class="door" type="submit" name="person" value="{{.Key}}">
<span class="face" aria-hidden="true">{{initials .Name}}</span>
<span>{{.Name}} <small>{{.Note}}</small></span>
</button>
{{end}}</form>
{{else}}<section class="card problem"><h1>{{.Title}}</h1><p>{{.Text}}</p><div class="ways"><a class="btn" href="/">Back to the console</a></div></section>
{{end}}</main></div>
</body>
</html>
`

func picker(people []Person, action string) page {
	return page{
		Title: "Who are you today?", People: people, Action: action,
		Text: "This is the sign-in page of the demo organisation. Nobody here is real and nobody has a password: choose a person to see the console as they do.",
	}
}

func sorry(text string) page { return page{Title: "This did not work", Text: text} }

func (i *Issuer) page(w http.ResponseWriter, status int, p page) {
	p.Stylesheet, p.Icon = i.cfg.Stylesheet, i.cfg.Icon
	t, err := template.New("page").Funcs(template.FuncMap{"initials": initials}).Parse(layout)
	if err != nil {
		http.Error(w, "the page is broken", http.StatusInternalServerError)
		return
	}
	var b bytes.Buffer
	if err := t.Execute(&b, p); err != nil {
		http.Error(w, "the page is broken", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the reader is gone; there is nobody to tell
}

func initials(name string) string {
	var b strings.Builder
	words := strings.Fields(name)
	for n, word := range words {
		if n == 0 || n == len(words)-1 {
			b.WriteRune([]rune(word)[0])
		}
	}
	return b.String()
}
