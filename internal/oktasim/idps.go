package oktasim

import (
	"net/http"
	"time"
)

// An identityProvider is another organisation or a social network that people
// may sign in through.
type identityProvider struct {
	id, kind, name string
	protocol       string // SAML2, OIDC or OAUTH2
	status         string
	created        time.Time
}

func (o *Org) foundProviders(start time.Time) {
	made := &ids{rnd: o.stream(streamIdentities)}
	for i, p := range []identityProvider{
		{kind: "SAML2", name: "Northgate Logistics", protocol: "SAML2", status: "ACTIVE"},
		{kind: "MICROSOFT", name: "Microsoft", protocol: "OIDC", status: "ACTIVE"},
		{kind: "GOOGLE", name: "Google", protocol: "OIDC", status: "ACTIVE"},
		{kind: "OIDC", name: "Harbour Union", protocol: "OIDC", status: "INACTIVE"},
	} {
		p.id, p.created = made.next("0oa"), start.Add(-time.Duration(5-i)*year)
		o.idps = append(o.idps, &p)
	}
}

// listProviders serves ListUserIdentityProviders. What is set about trust and
// routing is left out: no reader here has a use for it.
func (o *Org) listProviders(c *call, p *person) (answer, error) {
	list := make([]object, len(p.idps))
	for i, in := range p.idps {
		list[i] = in.object(c, p)
	}
	return answer{status: http.StatusOK, body: list}, nil
}

func (i *identityProvider) object(c *call, p *person) object {
	self := c.base + "/api/v1/idps/" + i.id
	lifecycle, act := "deactivate", self+"/lifecycle/deactivate"
	if i.status != "ACTIVE" {
		lifecycle, act = "activate", self+"/lifecycle/activate"
	}
	return object{
		{"id", i.id},
		{"type", i.kind},
		{"name", i.name},
		{"status", i.status},
		{"created", i.created},
		{"lastUpdated", i.created},
		{"protocol", object{{"type", i.protocol}}},
		{"policy", object{
			{"accountLink", object{{"filter", nil}, {"action", "AUTO"}}},
			{"provisioning", object{{"action", "DISABLED"}}},
			{"subject", object{{"userNameTemplate", object{{"template", "idpuser.email"}}}, {"matchType", "USERNAME"}}},
		}},
		{"_links", object{
			{"self", hint(self, "GET", "PUT", "DELETE")},
			{"users", hint(self+"/users", "GET")},
			{"user", hint(self+"/users/"+p.id, "GET", "DELETE")},
			{lifecycle, hint(act, "POST")},
		}},
	}
}
