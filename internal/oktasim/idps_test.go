package oktasim

import (
	"strings"
	"testing"
)

func TestIdentityProviders(t *testing.T) {
	o := New(Options{Start: begin(), Limit: 1 << 30})
	kinds, none := map[string]int{}, 0
	for _, p := range o.people {
		r := get(t, o, userPath(p.id, "/idps")).wantCode(200)
		list := r.decoded().([]any)
		if len(list) != len(p.idps) {
			t.Fatalf("%d of %d", len(list), len(p.idps))
		}
		if len(list) == 0 {
			none++
		}
		for i, e := range list {
			v := e.(map[string]any)
			kinds[v["type"].(string)]++
			if v["id"] != p.idps[i].id || v["name"] != p.idps[i].name || v["status"] != p.idps[i].status {
				t.Errorf("%v", v)
			}
		}
		if federated := p.provider.kind == "FEDERATION"; federated != (r.text("0/type") == "SAML2") {
			t.Errorf("%s: provider %s, identities %s", p.login(), p.provider.kind, r.body)
		}
	}
	if kinds["SAML2"] == 0 || kinds["MICROSOFT"] == 0 || kinds["GOOGLE"] == 0 || none < 1500 {
		t.Errorf("%v, none %d", kinds, none)
	}
}

func TestIdentityProviderLinks(t *testing.T) {
	o := New(Options{Start: begin()})
	for _, in := range o.idps {
		links := string(encode(nil, in.object(&call{base: "https://x.example"}, o.people[0])))
		act := map[string]string{"ACTIVE": "deactivate", "INACTIVE": "activate"}[in.status]
		if !strings.Contains(links, `"`+act+`":{"href":"https://x.example/api/v1/idps/`+in.id+`/lifecycle/`+act) {
			t.Errorf("%s", links)
		}
		if !strings.HasPrefix(in.id, "0oa") || in.created.After(begin()) {
			t.Errorf("%+v", in)
		}
	}
}
