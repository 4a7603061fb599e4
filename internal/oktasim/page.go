package oktasim

import (
	"net/url"
	"strconv"
	"strings"
)

// Okta's largest page of people and of a person's groups, and its default.
const pageMax = 200

// limitOf reads the limit parameter. More than the largest page gets the
// largest page. What Okta says to a limit that is no positive number is not
// established; refusing it finds the client's mistake.
func (c *call) limitOf(missing int) (int, error) { return c.limitUpTo(missing, pageMax) }

func (c *call) limitUpTo(missing, most int) (int, error) {
	v := c.query.Get("limit")
	if v == "" {
		return missing, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 {
		return 0, errInvalid("limit", "limit: must be a positive number")
	}
	return min(n, most), nil
}

// A pair is a query parameter that keeps its place.
type pair struct{ name, value string }

// href builds an address with the parameters that have a value, in order.
func href(address string, params ...pair) string {
	var b strings.Builder
	b.WriteString(address)
	sep := byte('?')
	for _, p := range params {
		if p.value != "" {
			b.WriteByte(sep)
			b.WriteString(p.name + "=" + url.QueryEscape(p.value))
			sep = '&'
		}
	}
	return b.String()
}

// links writes the Link header: one line for each relation. Okta does so, and
// readers look for "next" in a line and take its first address.
func (o *Org) links(c *call, self, next string) {
	lines := []string{"<" + self + `>; rel="self"`}
	if next != "" {
		lines = append(lines, "<"+next+`>; rel="next"`)
	}
	if o.opts.Unkind && len(lines) == 2 {
		lines[0], lines[1] = lines[1], lines[0]
	}
	c.head["Link"] = lines
}

// cut returns the page of list that begins after the first n, and whether a
// next page has to be announced. In unkind mode a page may be smaller than
// asked for, and a full last page announces one that turns out empty.
func cut[T any](o *Org, list []T, limit, unkindest int) (page []T, more bool) {
	if o.opts.Unkind {
		limit = min(limit, unkindest)
		return list[:min(limit, len(list))], len(list) >= limit
	}
	return list[:min(limit, len(list))], len(list) > limit
}
