package oktasim

import "net/http"

// listFactors serves the enrolled factors of a person.
func (o *Org) listFactors(c *call, p *person) (answer, error) {
	list := make([]object, len(p.factors))
	for i, f := range p.factors {
		list[i] = factorObject(c, p, f)
	}
	return answer{status: http.StatusOK, body: list}, nil
}

// factorObject: a question has a link to the questions, whatever sends or
// computes a code has one to verify it.
func factorObject(c *call, p *person, f factor) object {
	self := c.userHref(p) + "/factors/" + f.id
	var links object
	if f.kind == "question" {
		links = append(links, member{"questions", hint(c.userHref(p)+"/factors/questions", "GET")})
	}
	links = append(links, member{"self", hint(self, "GET", "DELETE")})
	if f.kind != "question" && f.kind != "signed_nonce" {
		links = append(links, member{"verify", hint(self+"/verify", "POST")})
	}
	links = append(links, member{"user", hint(c.userHref(p), "GET")})
	return object{
		{"id", f.id},
		{"factorType", f.kind},
		{"provider", f.provider},
		{"vendorName", f.vendor},
		{"status", f.status},
		{"created", f.created},
		{"lastUpdated", f.created},
		{"profile", f.profile},
		{"_links", links},
	}
}
