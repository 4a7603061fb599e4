package oktasim

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// trusting is an active person with grants at both authorization servers.
func trusting(t *testing.T, o *Org) *person {
	t.Helper()
	both := func(p *person) bool {
		at := func(name string) bool {
			return slices.ContainsFunc(p.consents, func(g consent) bool { return g.scope.server.name == name })
		}
		return p.status == active && at("") && at("default") && len(p.refresh) > 1
	}
	i := slices.IndexFunc(o.people, both)
	if i < 0 {
		t.Fatal("nobody trusts clients of both servers")
	}
	return o.people[i]
}

func large() *Org { return New(Options{Start: begin(), Limit: 1 << 30}) }

func TestGrantShape(t *testing.T) {
	o := large()
	p := trusting(t, o)
	r := get(t, o, userPath(p.id, "/grants?expand=scope")).wantCode(200)
	for _, raw := range r.decoded().([]any) {
		g := raw.(map[string]any)
		if id := g["id"].(string); len(id) != 20 || !strings.HasPrefix(id, "oag") {
			t.Errorf("id %s", id)
		}
		scope := g["_embedded"].(map[string]any)["scope"].(map[string]any)
		links := g["_links"].(map[string]any)
		custom := strings.HasSuffix(g["issuer"].(string), "/oauth2/default")
		if custom != strings.HasPrefix(g["scopeId"].(string), "scp") || custom != (links["authorizationServer"] != nil) || custom != (links["scope"] != nil) {
			t.Errorf("%v", g)
		}
		if !custom && (g["scopeId"] != scope["name"] || !strings.HasPrefix(g["scopeId"].(string), "okta.") || g["issuer"] != "https://brightwater.okta.example") {
			t.Errorf("%v", g)
		}
		if g["userId"] != p.id || g["status"] != "ACTIVE" || g["source"] != "END_USER" || scope["id"] != g["scopeId"] || scope["displayName"] == "" {
			t.Errorf("%v", g)
		}
		client := get(t, o, strings.TrimPrefix(links["app"].(map[string]any)["href"].(string), "https://brightwater.okta.example")).wantCode(200)
		if client.text("id") != g["clientId"] || client.text("label") != links["client"].(map[string]any)["title"] {
			t.Errorf("%s", client.body)
		}
	}
	plain := get(t, o, userPath(p.id, "/grants?limit=1")).wantCode(200)
	want := strings.Fields("id status created lastUpdated issuer clientId userId scopeId source createdBy _links")
	if got := keys(t, plain.body[1:len(plain.body)-1]); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
}

func TestOneGrant(t *testing.T) {
	o := large()
	p := trusting(t, o)
	id := p.consents[0].id
	r := get(t, o, userPath(p.id, "/grants/"+id+"?expand=scope")).wantCode(200)
	if r.text("id") != id || r.text("_embedded/scope/name") != p.consents[0].scope.name {
		t.Errorf("%s", r.body)
	}
	other := o.FirstWith(lockedOut).ID
	for _, path := range []string{userPath(p.id, "/grants/oagnone"), userPath(other, "/grants/"+id)} {
		get(t, o, path).wantError(404, "E0000007")
		call1(t, o, "DELETE", path).wantError(404, "E0000007")
	}
	call1(t, o, "DELETE", userPath(p.id, "/grants/"+id)).wantCode(204)
	get(t, o, userPath(p.id, "/grants/"+id)).wantError(404, "E0000007")
	if after, _ := o.Person(p.id); after.Grants != len(p.consents)-1 || after.Tokens != len(p.refresh) {
		t.Errorf("%+v", after)
	}
}

func TestGrantsByScope(t *testing.T) {
	o := large()
	p := trusting(t, o)
	want := p.consents[0]
	r := get(t, o, userPath(p.id, "/grants?expand=scope&scopeId="+want.scope.id)).wantCode(200)
	if got := r.ids(); !slices.Contains(got, want.id) || len(got) == len(p.consents) {
		t.Errorf("%v", got)
	}
	if self := r.rel("self"); self != userPath(p.id, "/grants?limit=20&scopeId="+want.scope.id+"&expand=scope") {
		t.Errorf("self %s", self)
	}
	if body := get(t, o, userPath(p.id, "/grants?scopeId=scpnone")).wantCode(200).body; string(body) != "[]" {
		t.Errorf("%s", body)
	}
}

// Grants and tokens are revoked apart, by client and altogether, and again when
// there is nothing left.
func TestRevokingByClientAndAltogether(t *testing.T) {
	o := large()
	p := trusting(t, o)
	client := p.refresh[0].client
	under := userPath(p.id, "/clients/"+client.id)
	mine := get(t, o, under+"/grants").wantCode(200).ids()
	if len(mine) == 0 {
		t.Fatal("a token without a grant")
	}
	for range 2 {
		call1(t, o, "DELETE", under+"/grants").wantCode(204)
		if got := get(t, o, under+"/grants").ids(); len(got) != 0 {
			t.Errorf("%v", got)
		}
	}
	after, _ := o.Person(p.id)
	if after.Grants != len(p.consents)-len(mine) || after.Tokens != len(p.refresh) {
		t.Errorf("%+v", after)
	}
	for range 2 {
		call1(t, o, "DELETE", userPath(p.id, "/grants")).wantCode(204)
	}
	for range 2 {
		call1(t, o, "DELETE", under+"/tokens").wantCode(204)
	}
	after, _ = o.Person(p.id)
	if after.Grants != 0 || after.Tokens >= len(p.refresh) || slices.Contains(o.ClientsOf(p.id), client.id) {
		t.Errorf("%+v", after)
	}
}

func TestUnknownClientsAreRefused(t *testing.T) {
	o := small(t)
	id := o.FirstWith(active).ID
	for _, path := range []string{"/grants", "/tokens", "/tokens/oarnone"} {
		for _, method := range []string{"GET", "DELETE"} {
			r := call1(t, o, method, userPath(id, "/clients/0oanone"+path))
			r.wantError(404, "E0000007")
			if !strings.HasSuffix(r.text("errorSummary"), "0oanone (PublicClientApp)") {
				t.Errorf("%s", r.body)
			}
		}
	}
}

func TestClients(t *testing.T) {
	o := large()
	p := trusting(t, o)
	r := get(t, o, userPath(p.id, "/clients")).wantCode(200)
	var ids []string
	for _, raw := range r.decoded().([]any) {
		c := raw.(map[string]any)
		ids = append(ids, c["client_id"].(string))
		if c["client_name"] == "" || c["clientName"] != nil || c["_links"].(map[string]any)["grants"] == nil || c["_links"].(map[string]any)["tokens"] == nil {
			t.Errorf("%v", c)
		}
	}
	if !slices.Equal(ids, o.ClientsOf(p.id)) || len(ids) < 2 || r.head["Link"] != nil {
		t.Errorf("%v, want %v", ids, o.ClientsOf(p.id))
	}
	if body := get(t, o, userPath(o.FirstWith(staged).ID, "/clients")).wantCode(200).body; string(body) != "[]" {
		t.Errorf("%s", body)
	}
}

func TestTokens(t *testing.T) {
	o := large()
	p := trusting(t, o)
	first := p.refresh[0]
	list := userPath(p.id, "/clients/"+first.client.id+"/tokens")
	r := get(t, o, list+"?expand=scope&limit=1").wantCode(200)
	want := strings.Fields("id status created lastUpdated expiresAt issuer clientId userId scopes _embedded _links")
	if got := keys(t, r.body[1:len(r.body)-1]); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	if !regexp.MustCompile(`^oar[0-9A-Za-z]{17}$`).MatchString(r.text("0/id")) || r.text("0/_links/revoke/href") != "https://brightwater.okta.example"+list+"/"+first.id {
		t.Errorf("%s", r.body)
	}
	one := get(t, o, list+"/"+first.id).wantCode(200)
	if one.text("id") != first.id || one.at("_embedded") != nil || one.text("expiresAt") <= one.text("lastUpdated") || one.text("lastUpdated") < one.text("created") {
		t.Errorf("%s", one.body)
	}
	scopes := one.at("scopes").([]any)
	if !slices.Contains(scopes, any("offline_access")) || len(scopes) != len(first.client.scopes) {
		t.Errorf("%v", scopes)
	}
	other := o.clients[0]
	if other == first.client {
		other = o.clients[1]
	}
	for _, path := range []string{list + "/oarnone", userPath(p.id, "/clients/"+other.id+"/tokens/"+first.id)} {
		get(t, o, path).wantError(404, "E0000007")
		call1(t, o, "DELETE", path).wantError(404, "E0000007")
	}
	call1(t, o, "DELETE", list+"/"+first.id).wantCode(204)
	get(t, o, list+"/"+first.id).wantError(404, "E0000007")
	if after, _ := o.Person(p.id); after.Tokens != len(p.refresh)-1 || after.Grants != len(p.consents) {
		t.Errorf("%+v", after)
	}
}

// Whoever is deactivated trusts nobody any more; sessions end with tokens only
// when the caller says so.
func TestWhatEndsConsents(t *testing.T) {
	o := large()
	p := trusting(t, o)
	call1(t, o, "DELETE", userPath(p.id, "/sessions?oauthTokens=true")).wantCode(204)
	if after, _ := o.Person(p.id); after.Tokens != 0 || after.Grants != len(p.consents) {
		t.Errorf("%+v", after)
	}
	post(t, o, userPath(p.id, "/lifecycle/deactivate")).wantCode(200)
	if after, _ := o.Person(p.id); after.Tokens != 0 || after.Grants != 0 || len(o.ClientsOf(p.id)) != 0 {
		t.Errorf("%+v", after)
	}
}

// What people consented to fits them: it began after they came, lists are in
// order of id, and a token is never without its grants.
func TestConsentsAreBelievable(t *testing.T) {
	o := large()
	if len(o.clients) < 8 {
		t.Errorf("%d clients", len(o.clients))
	}
	withGrantOnly := 0
	for _, p := range o.people {
		if len(p.consents)+len(p.refresh) > 0 && p.sessions == 0 {
			t.Errorf("%s %s trusts clients", p.status, p.id)
		}
		for i, g := range p.consents {
			if g.scope.silent || g.created.Before(p.activated) || i > 0 && g.id <= p.consents[i-1].id {
				t.Errorf("%s: %+v", p.id, g)
			}
		}
		granted := func(c *client) bool {
			return slices.ContainsFunc(p.consents, func(g consent) bool { return g.client == c })
		}
		for i, tok := range p.refresh {
			if !granted(tok.client) || tok.used.Before(tok.created) || tok.used.After(begin()) || i > 0 && tok.id <= p.refresh[i-1].id {
				t.Errorf("%s: %+v", p.id, tok)
			}
		}
		withGrantOnly += boolInt(len(p.consents) > 0 && len(p.refresh) == 0)
	}
	if withGrantOnly == 0 {
		t.Error("no grant outlived its token")
	}
}

func TestSnapshotShowsRevocations(t *testing.T) {
	o := large()
	p := trusting(t, o)
	client := p.refresh[0].client
	for _, path := range []string{
		"/grants/" + p.consents[0].id, "/clients/" + client.id + "/tokens/" + p.refresh[0].id,
		"/clients/" + p.consents[1].client.id + "/grants", "/grants",
	} {
		before := o.Snapshot()
		call1(t, o, "DELETE", userPath(p.id, path)).wantCode(204)
		if o.Snapshot() == before {
			t.Errorf("%s does not show", path)
		}
	}
}

// In whatever order grants and tokens are revoked: what a list shows is what is
// left, and neither kind takes the other along.
func TestRevokingInAnyOrder(t *testing.T) {
	o := large()
	start := trusting(t, o)
	rapid.Check(t, func(rt *rapid.T) {
		p := *start
		o.put(&p)
		grants, tokens := slices.Clone(p.consents), slices.Clone(p.refresh)
		client := func(rt *rapid.T) *client { return rapid.SampledFrom(o.clientsOf(start)).Draw(rt, "client") }
		revoke := func(path string, code int) {
			call1(t, o, "DELETE", userPath(p.id, path)).wantCode(code)
		}
		rt.Repeat(map[string]func(*rapid.T){
			"grant": func(rt *rapid.T) {
				g := rapid.SampledFrom(start.consents).Draw(rt, "grant")
				i := slices.IndexFunc(grants, func(h consent) bool { return h.id == g.id })
				revoke("/grants/"+g.id, []int{404, 204}[boolInt(i >= 0)])
				grants = slices.DeleteFunc(grants, func(h consent) bool { return h.id == g.id })
			},
			"grants of a client": func(rt *rapid.T) {
				c := client(rt)
				revoke("/clients/"+c.id+"/grants", 204)
				grants = slices.DeleteFunc(grants, func(g consent) bool { return g.client == c })
			},
			"token": func(rt *rapid.T) {
				tok := rapid.SampledFrom(start.refresh).Draw(rt, "token")
				i := slices.IndexFunc(tokens, func(u refreshToken) bool { return u.id == tok.id })
				revoke("/clients/"+tok.client.id+"/tokens/"+tok.id, []int{404, 204}[boolInt(i >= 0)])
				tokens = slices.DeleteFunc(tokens, func(u refreshToken) bool { return u.id == tok.id })
			},
			"tokens of a client": func(rt *rapid.T) {
				c := client(rt)
				revoke("/clients/"+c.id+"/tokens", 204)
				tokens = slices.DeleteFunc(tokens, func(u refreshToken) bool { return u.client == c })
			},
			"": func(rt *rapid.T) {
				got := get(t, o, userPath(p.id, "/grants?limit=200")).ids()
				now, _ := o.Person(p.id)
				if len(got) != len(grants) || now.Grants != len(grants) || now.Tokens != len(tokens) {
					rt.Fatalf("%d grants listed, %+v, want %d and %d", len(got), now, len(grants), len(tokens))
				}
			},
		})
	})
}
