package idp

import (
	"bytes"
	"html/template"
	"net/http"
	"strings"
)

// page is what the issuer shows: people to choose from, or a sentence.
type page struct {
	Title, Text, Action, Stylesheet string
	People                          []Person
}

// The classes are the console's own; there is no script and no inline style, so
// the console's Content-Security-Policy holds here too.
const layout = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>{{.Title}} · Keydesk demo</title>
{{with .Stylesheet}}<link rel="stylesheet" href="{{.}}">{{end}}
</head>
<body class="plain">
<main id="main" class="narrow">
<header class="intro">
<h1>{{.Title}}</h1>
<p class="dim">{{.Text}}</p>
</header>
{{with .People}}<form method="post" action="{{$.Action}}">
<ul class="card people">
{{range .}}<li><button class="person" type="submit" name="person" value="{{.Key}}">
<span class="face" aria-hidden="true">{{initials .Name}}</span>
<span><strong>{{.Name}}</strong> <small>{{.Note}}</small> <small class="dim">{{.Login}}</small></span>
</button></li>
{{end}}</ul>
</form>
{{else}}<p><a class="btn" href="/">Back to the console</a></p>
{{end}}</main>
</body>
</html>
`

func picker(people []Person, action string) page {
	return page{Title: "Who are you today?", Text: "This is the sign-in page of the demo organisation. Nobody here is real and nobody has a password: choose a person to see the console as they do.",
		People: people, Action: action}
}

func sorry(text string) page { return page{Title: "This did not work", Text: text} }

func (i *Issuer) page(w http.ResponseWriter, status int, p page) {
	p.Stylesheet = i.cfg.Stylesheet
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
