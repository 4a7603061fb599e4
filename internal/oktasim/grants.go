package oktasim

import (
	"net/http"
	"slices"
	"strings"
)

func grantsRoutes() []route {
	const (
		grants  = under + "/grants"
		grant   = grants + "/{grantId}"
		clients = under + "/clients"
		granted = clients + "/{clientId}/grants"
		tokens  = clients + "/{clientId}/tokens"
		token   = tokens + "/{tokenId}"
	)
	return []route{
		reading("ListUserGrants", grants, bucketUnder, (*Org).listGrants),
		reading("GetUserGrant", grant, bucketUnder, (*Org).getGrant),
		changing("RevokeUserGrant", "DELETE", grant, (*Org).revokeGrant),
		changing("RevokeUserGrants", "DELETE", grants, (*Org).revokeGrants),
		reading("ListUserClients", clients, bucketUnder, (*Org).listClients),
		reading("ListGrantsForUserAndClient", granted, bucketUnder, (*Org).listGrants),
		changing("RevokeGrantsForUserAndClient", "DELETE", granted, (*Org).revokeGrants),
		reading("ListRefreshTokensForUserAndClient", tokens, bucketUnder, (*Org).listTokens),
		reading("GetRefreshTokenForUserAndClient", token, bucketUnder, (*Org).getToken),
		changing("RevokeTokenForUserAndClient", "DELETE", token, (*Org).revokeToken),
		changing("RevokeTokensForUserAndClient", "DELETE", tokens, (*Org).revokeTokens),
	}
}

// Grants and refresh tokens are two things: revoking a client's grants leaves
// its tokens, and the reverse. What Okta does is not established; its having
// calls for both speaks for it. What was revoked is gone, not listed as REVOKED.

// granted reads the path: whose grants are meant, all or those of one client.
func (o *Org) granted(c *call) (meant func(consent) bool, err error) {
	if _, one := c.params["clientId"]; !one {
		return func(consent) bool { return true }, nil
	}
	cl, err := o.client(c)
	return func(g consent) bool { return g.client == cl }, err
}

// listGrants serves ListUserGrants and ListGrantsForUserAndClient.
func (o *Org) listGrants(c *call, p *person) (answer, error) {
	meant, err := o.granted(c)
	if err != nil {
		return answer{}, err
	}
	below := ""
	if id := c.params["clientId"]; id != "" {
		below = "/clients/" + id
	}
	scopeID, expand := c.query.Get("scopeId"), c.query.Get("expand")
	all := slices.DeleteFunc(slices.Clone(p.consents), func(g consent) bool {
		return !meant(g) || scopeID != "" && g.scope.id != scopeID
	})
	page, err := paged(o, c, listing{
		address: c.userHref(p) + below + "/grants", kind: "oag", missing: 20, most: pageMax, unkindest: unkindOthers,
		also: []pair{{"scopeId", scopeID}, {"expand", expand}},
	}, all, func(g consent) string { return g.id })
	return answer{status: http.StatusOK, body: objects(page, func(g consent) object { return c.grantObject(p, g) })}, err
}

// getGrant serves GetUserGrant.
func (o *Org) getGrant(c *call, p *person) (answer, error) {
	i, err := p.grant(c)
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusOK, body: c.grantObject(p, p.consents[i])}, nil
}

// grant finds the grant of the path; the word of the refusal is not established.
func (p *person) grant(c *call) (int, error) {
	id := c.params["grantId"]
	i := slices.IndexFunc(p.consents, func(g consent) bool { return g.id == id })
	if i < 0 {
		return 0, errNotFound(id, "OAuth2ScopeConsentGrant")
	}
	return i, nil
}

// revokeGrant serves RevokeUserGrant. A second time there is nothing to revoke,
// which is an error: it names one thing.
func (o *Org) revokeGrant(c *call, p *person) (answer, error) {
	i, err := p.grant(c)
	if err != nil {
		return answer{}, err
	}
	p.consents = slices.Delete(slices.Clone(p.consents), i, i+1)
	return answer{status: http.StatusNoContent}, nil
}

// revokeGrants serves RevokeUserGrants and RevokeGrantsForUserAndClient, also
// where there is nothing to revoke.
func (o *Org) revokeGrants(c *call, p *person) (answer, error) {
	meant, err := o.granted(c)
	if err != nil {
		return answer{}, err
	}
	p.consents = slices.DeleteFunc(slices.Clone(p.consents), meant)
	return answer{status: http.StatusNoContent}, nil
}

// expands reports whether the call asked for what is embedded under name.
func (c *call) expands(name string) bool {
	return slices.Contains(strings.Split(c.query.Get("expand"), ","), name)
}

// grantObject is a grant as lists and readers see it. People give theirs
// themselves; none here was given by an administrator for all.
func (c *call) grantObject(p *person, g consent) object {
	self := c.userHref(p) + "/grants/" + g.id
	links := object{
		{"app", titled(c.api("apps", g.client.id), g.client.label)},
		{"client", titled(c.base+"/oauth2/v1/clients/"+g.client.id, g.client.label)},
		{"self", hint(self, "GET", "DELETE")},
		{"user", titled(c.userHref(p), p.display())},
	}
	if sv := g.scope.server; sv.name != "" { // the organisation's own server is no resource
		links = append(links,
			member{"scope", titled(c.scopeHref(g.scope), g.scope.label)},
			member{"authorizationServer", titled(c.serverHref(sv), sv.label)})
	}
	o := object{
		{"id", g.id},
		{"status", "ACTIVE"},
		{"created", g.created},
		{"lastUpdated", g.created},
		{"issuer", c.issuer(g.scope.server)},
		{"clientId", g.client.id},
		{"userId", p.id},
		{"scopeId", g.scope.id},
		{"source", "END_USER"},
		{"createdBy", object{{"id", p.id}, {"type", "User"}}},
	}
	if c.expands("scope") {
		o = append(o, member{"_embedded", object{{"scope", c.scopeObject(g.scope)}}})
	}
	return append(o, member{"_links", links})
}

// scopeObject is what is embedded where the call expands it.
func (c *call) scopeObject(sc *scope) object {
	o := object{{"id", sc.id}, {"name", sc.name}, {"displayName", sc.label}, {"description", sc.label + "."}}
	if sc.server.name == "" {
		return o
	}
	return append(o, member{"_links", object{{"scope", titled(c.scopeHref(sc), sc.name)}}})
}

// issuer is how tokens name the server: the organisation's own is its address.
func (c *call) issuer(sv *server) string {
	if sv.name == "" {
		return c.base
	}
	return c.base + "/oauth2/" + sv.name
}

func (c *call) serverHref(sv *server) string { return c.api("authorizationServers", sv.name) }

func (c *call) scopeHref(sc *scope) string { return c.serverHref(sc.server) + "/scopes/" + sc.id }

func titled(href, title string) object { return object{{"href", href}, {"title", title}} }
