package oktasim

import (
	"net/http"
	"slices"
	"time"
)

// idle is how long a refresh token lives unused. Here it dies by revocation
// alone: the organisation expires nothing.
const idle = 90 * day

// listTokens serves ListRefreshTokensForUserAndClient.
func (o *Org) listTokens(c *call, p *person) (answer, error) {
	cl, err := o.client(c)
	if err != nil {
		return answer{}, err
	}
	all := slices.DeleteFunc(slices.Clone(p.refresh), func(t refreshToken) bool { return t.client != cl })
	page, err := paged(o, c, listing{
		address: c.userHref(p) + "/clients/" + cl.id + "/tokens", kind: "oar", missing: 20, most: pageMax, unkindest: unkindOthers,
		also: []pair{{"expand", c.query.Get("expand")}},
	}, all, func(t refreshToken) string { return t.id })
	return answer{status: http.StatusOK, body: objects(page, func(t refreshToken) object { return c.tokenObject(p, t) })}, err
}

// tokenOf finds the token of the path: of this person and this client.
func (o *Org) tokenOf(c *call, p *person) (int, error) {
	cl, err := o.client(c)
	if err != nil {
		return 0, err
	}
	id := c.params["tokenId"]
	i := slices.IndexFunc(p.refresh, func(t refreshToken) bool { return t.id == id && t.client == cl })
	if i < 0 {
		return 0, errNotFound(id, "Token")
	}
	return i, nil
}

// getToken serves GetRefreshTokenForUserAndClient.
func (o *Org) getToken(c *call, p *person) (answer, error) {
	i, err := o.tokenOf(c, p)
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusOK, body: c.tokenObject(p, p.refresh[i])}, nil
}

// revokeToken serves RevokeTokenForUserAndClient.
func (o *Org) revokeToken(c *call, p *person) (answer, error) {
	i, err := o.tokenOf(c, p)
	if err != nil {
		return answer{}, err
	}
	p.refresh = slices.Delete(slices.Clone(p.refresh), i, i+1)
	return answer{status: http.StatusNoContent}, nil
}

// revokeTokens serves RevokeTokensForUserAndClient, also where there are none.
func (o *Org) revokeTokens(c *call, p *person) (answer, error) {
	cl, err := o.client(c)
	if err != nil {
		return answer{}, err
	}
	p.refresh = slices.DeleteFunc(slices.Clone(p.refresh), func(t refreshToken) bool { return t.client == cl })
	return answer{status: http.StatusNoContent}, nil
}

// tokenObject writes clientId, as the schema does; examples of the reference
// have client_id. The token itself is never shown.
func (c *call) tokenObject(p *person, t refreshToken) object {
	sv, self := t.client.server, c.userHref(p)+"/clients/"+t.client.id+"/tokens/"+t.id
	links := object{
		{"app", titled(c.api("apps", t.client.id), t.client.label)},
		{"self", hint(self, "GET")},
		{"revoke", hint(self, "DELETE")},
		{"client", titled(c.base+"/oauth2/v1/clients/"+t.client.id, t.client.label)},
		{"user", titled(c.userHref(p), p.display())},
	}
	if sv.name != "" {
		links = append(links, member{"authorizationServer", titled(c.serverHref(sv), sv.label)})
	}
	names := make([]string, len(t.client.scopes))
	for i, sc := range t.client.scopes {
		names[i] = sc.name
	}
	o := object{
		{"id", t.id},
		{"status", "ACTIVE"},
		{"created", t.created},
		{"lastUpdated", t.used},
		{"expiresAt", t.used.Truncate(time.Second).Add(idle)},
		{"issuer", c.issuer(sv)},
		{"clientId", t.client.id},
		{"userId", p.id},
		{"scopes", names},
	}
	if c.expands("scope") {
		o = append(o, member{"_embedded", object{{"scopes", objects(t.client.scopes, c.scopeObject)}}})
	}
	return append(o, member{"_links", links})
}
