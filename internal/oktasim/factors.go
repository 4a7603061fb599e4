package oktasim

import (
	"net/http"
	"slices"
)

func factorsRoutes() []route {
	return []route{
		reading("ListFactors", under+"/factors", bucketUnder, (*Org).listFactors),
		changing("UnenrollFactor", "DELETE", under+"/factors/{factorId}", (*Org).unenroll),
		reading("ListUserBlocks", under+"/blocks", bucketUnder, (*Org).listBlocks),
	}
}

// listFactors serves the enrolled factors of a person.
func (o *Org) listFactors(c *call, p *person) (answer, error) {
	list := make([]object, len(p.factors))
	for i, f := range p.factors {
		list[i] = factorObject(c, p, f)
	}
	return answer{status: http.StatusOK, body: list}, nil
}

// unenroll resets one factor.
func (o *Org) unenroll(c *call, p *person) (answer, error) {
	id := c.params["factorId"]
	i := slices.IndexFunc(p.factors, func(f factor) bool { return f.id == id })
	if i < 0 {
		return answer{}, errNotFound(id, "UserFactor")
	}
	p.factors = slices.Delete(slices.Clone(p.factors), i, i+1)
	return answer{status: http.StatusNoContent}, nil
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
