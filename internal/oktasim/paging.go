package oktasim

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// A listing says how a list is paged: what its address repeats, and how much a
// page holds. Lists that are paged so are in the order of their keys.
type listing struct {
	address   string
	kind      string // marks its cursors: another list's are refused
	missing   int    // the limit of a call that names none
	most      int
	unkindest int
	also      []pair // repeated behind the limit
	placed    bool   // the page's own address carries a cursor too
}

// paged cuts out of all the page that a call asks for and writes the Link
// header. It goes by key, not by place, so nothing is left out when something
// goes between two pages.
func paged[T any](o *Org, c *call, l listing, all []T, key func(T) string) ([]T, error) {
	limit, err := c.limitUpTo(l.missing, l.most)
	if err != nil {
		return nil, err
	}
	given := c.query.Get("after")
	if given == "" && l.placed {
		given = l.cursor("")
	}
	last, err := l.read(given)
	if err != nil {
		return nil, err
	}
	at, here := slices.BinarySearchFunc(all, last, func(v T, last string) int { return strings.Compare(key(v), last) })
	page, more := cut(o, all[at+boolInt(here):], limit, l.unkindest)
	address := func(after string) string {
		return href(l.address, append([]pair{{"after", after}, {"limit", strconv.Itoa(limit)}}, l.also...)...)
	}
	next := ""
	if more && len(page) > 0 {
		next = address(l.cursor(key(page[len(page)-1])))
	}
	o.links(c, address(given), next)
	return page, nil
}

// cursor is opaque to clients: the key of the last item of the page before.
func (l listing) cursor(last string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(l.kind + " " + last))
}

func (l listing) read(cursor string) (last string, err error) {
	if cursor == "" {
		return "", nil
	}
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	last, ok := strings.CutPrefix(string(b), l.kind+" ")
	if err != nil || !ok {
		return "", errSearch("Invalid cursor.")
	}
	return last, nil
}

// api is an address below the organisation's own, with ids in its path.
func (c *call) api(parts ...string) string {
	address := c.base + "/api/v1"
	for _, p := range parts {
		address += "/" + url.PathEscape(p)
	}
	return address
}
