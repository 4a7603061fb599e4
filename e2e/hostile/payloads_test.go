// Package hostile shows in Chromium that text from Okta stays text: whatever names,
// labels and error messages hold, nothing of it runs, is asked for, or cannot be
// read as it is.
package hostile

import "testing"

// vectors run hit() or ask evil.localhost where they become markup.
func vectors() []string {
	return []string{
		`<script>hit()</script>`, `<img src=x onerror=hit()>`, `<svg onload=hit()>`, `<svg><script>hit()</script></svg>`, `<svg><animate onbegin=hit() attributeName=x dur=1s>`,
		`<iframe srcdoc="<script>parent.hit()</script>">`, `<iframe src="javascript:parent.hit()">`, `<details open ontoggle=hit()>`, `<input autofocus onfocus=hit()>`,
		`<a autofocus href="javascript:hit()">x</a>`, `<object data="javascript:hit()">`, `<embed src="//evil.localhost/x">`, `<video><source onerror=hit()></video>`,
		`<audio src=x onerror=hit()>`, `<body onload=hit()>`, `<base href="//evil.localhost/">`, `<meta http-equiv=refresh content="0;url=//evil.localhost/">`,
		`<link rel=stylesheet href="//evil.localhost/x.css">`, `<style>@import "//evil.localhost/x.css";</style>`, `<form action="//evil.localhost/"><button autofocus>x</button></form>`,
		`<div hx-get="//evil.localhost/" hx-trigger="load">x</div>`, `<div hx-on:load="hit()" hx-get="/" hx-trigger="load">x</div>`,
		`<hx-partial hx-target="body"><img src=x onerror=hit()></hx-partial>`, `<template><img src=x onerror=hit()></template>`, `<math><mtext><img src=x onerror=hit()></math>`,
		`<input type=image src=x onerror=hit()>`, `<dialog open onfocus=hit() autofocus tabindex=0>x</dialog>`, `<img srcset="//evil.localhost/x 1x">`,
	}
}

// before closes what the text might stand in.
func before() []string {
	return []string{``, `">`, `'>`, `-->`, `]]>`, `</title>`, `</textarea>`, `</script>`, `</style></option></select>`, "`>"}
}

// others are no markup by themselves.
func others() []string {
	return []string{
		`" autofocus onfocus=hit() x="`, `' autofocus onfocus=hit() x='`, `" onmouseover="hit()`, `x" hx-get="//evil.localhost/" hx-trigger="load" y="`, `" style="background:url(//evil.localhost/x)`,
		`javascript:hit()`, `JaVaScRiPt:hit()`, "java\tscript:hit()", `javascript://%0ahit()`, `data:text/html,<script>hit()</script>`, `vbscript:hit()`, `//evil.localhost/x`, `\\evil.localhost\x`,
		`https://evil.localhost/x`, `${hit()}`, "`${hit()}`", `'-hit()-'`, `";hit();//`, `');hit();//`, `{{hit()}}`, `{{constructor.constructor("hit()")()}}`, `<%= hit() %>`, `#{hit()}`,
		`\u003cscript\u003ehit()\u003c/script\u003e`, `\x3cimg src=x onerror=hit()\x3e`, `%3Cscript%3Ehit()%3C/script%3E`, `&lt;script&gt;hit()&lt;/script&gt;`, `&#60;img src=x onerror=hit()&#62;`,
		`＜script＞hit()＜/script＞`, `<scr` + `<script>ipt>hit()</scr</script>ipt>`, `<<script>hit()//<</script>`, `<img/src=x/onerror=hit()//`, `<IMG SRC=x ONERROR=hit()>`,
	}
}

func payloads() []string {
	all := others()
	for _, v := range vectors() {
		for _, b := range before() {
			all = append(all, b+v)
		}
	}
	return all
}

func TestPayloadsAreMany(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, p := range payloads() {
		if seen[p] {
			t.Errorf("%q stands twice", p)
		}
		seen[p] = true
	}
	if len(seen) < 300 {
		t.Errorf("%d payloads", len(seen))
	}
}
