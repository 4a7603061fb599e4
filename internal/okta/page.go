package okta

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strings"
)

// Page is a part of a list. The list has ended when Next is zero, and not when
// Items is short or empty.
type Page[T any] struct {
	Items []T
	Next  Cursor
}

// Cursor says where the next page begins. It means something to Okta alone, and
// only for the query it came from.
type Cursor struct{ after string }

const (
	maxCursor = 512
	maxPages  = 1000 // 200,000 people; a list that goes on is going in circles
)

var (
	errBadCursor = errors.New("not a cursor")
	errCircle    = errors.New("the list leads back to the page it came from")
	errEndless   = fmt.Errorf("the list does not end within %d pages", maxPages)
	errNoCursor  = errors.New("the link to the next page has no cursor")
)

// ParseCursor reads a cursor that String wrote, out of an address, say. It
// takes visible ASCII of up to 512 characters.
func ParseCursor(s string) (Cursor, error) {
	if s == "" || len(s) > maxCursor || !allOf(s, visible) {
		return Cursor{}, errBadCursor
	}
	return Cursor{s}, nil
}

// String returns the cursor as Okta wrote it; the zero value is "".
func (c Cursor) String() string { return c.after }

// IsZero reports whether there is no further page.
func (c Cursor) IsZero() bool { return c.after == "" }

// page reads one page of a list whose every item must be right; nil takes any.
func page[T any](ctx context.Context, c *Client, r request, after Cursor, right func(T) error) (Page[T], error) {
	if !after.IsZero() {
		r.set("after", after.after)
	}
	var p Page[T]
	a, err := c.get(ctx, r, &p.Items)
	if err != nil {
		return Page[T]{}, err
	}
	p.Next, err = nextCursor(parseLinks(a.header.Values("Link"))["next"], after)
	for i := 0; err == nil && right != nil && i < len(p.Items); i++ {
		err = right(p.Items[i])
	}
	if err != nil {
		return Page[T]{}, c.unreadable(r.op, a, err)
	}
	return p, nil
}

// sized reads one page of at most limit items.
func sized[T any](ctx context.Context, c *Client, r request, after Cursor, limit int, right func(T) error) (Page[T], error) {
	r, err := r.sized(limit)
	if err != nil {
		return Page[T]{}, err
	}
	return page(ctx, c, r, after, right)
}

// every walks a list page by page. After an error it ends.
func every[T any](op opName, read func(Cursor) (Page[T], error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		var at Cursor
		for range maxPages {
			p, err := read(at)
			if err != nil {
				yield(none, err)
				return
			}
			for _, item := range p.Items {
				if !yield(item, nil) {
					return
				}
			}
			if at = p.Next; at.IsZero() {
				return
			}
		}
		yield(none, &Error{Op: string(op), Status: http.StatusOK, Err: errEndless})
	}
}

// whole reads a list to its end.
func whole[T any](ctx context.Context, c *Client, r request) ([]T, error) {
	var all []T
	for item, err := range every(r.op, func(at Cursor) (Page[T], error) { return page[T](ctx, c, r, at, nil) }) {
		if err != nil {
			return nil, err
		}
		all = append(all, item)
	}
	return all, nil
}

// nextCursor takes the cursor out of the link to the next page, and nothing
// else: the rest of the address is Okta's word for what we asked, and could
// name any host.
func nextCursor(link string, at Cursor) (Cursor, error) {
	if link == "" {
		return Cursor{}, nil
	}
	u, err := url.Parse(link)
	if err != nil {
		return Cursor{}, errNoCursor
	}
	next, err := ParseCursor(u.Query().Get("after"))
	switch {
	case err != nil:
		return Cursor{}, errNoCursor
	case next == at:
		return Cursor{}, errCircle
	}
	return next, nil
}

// parseLinks reads Link headers (RFC 8288) into relation -> address. Okta sends
// a line for each link; a proxy may join them by commas.
func parseLinks(lines []string) map[string]string {
	links := map[string]string{}
	for _, line := range lines {
		for line != "" {
			var link, params string
			if link, params, line = cutLink(line); link == "" {
				continue
			}
			for _, rel := range relations(params) {
				if _, ok := links[rel]; !ok {
					links[rel] = link
				}
			}
		}
	}
	return links
}

// cutLink takes the first <address>; parameters off a line.
func cutLink(line string) (link, params, rest string) {
	_, line, ok := strings.Cut(line, "<")
	if !ok {
		return "", "", ""
	}
	link, line, ok = strings.Cut(line, ">")
	if !ok {
		return "", "", ""
	}
	params, rest = cutOutside(line, ',')
	return strings.TrimSpace(link), params, rest
}

// relations returns what the first rel parameter says, in lower case.
func relations(params string) []string {
	for params != "" {
		var param string
		param, params = cutOutside(params, ';')
		name, value, _ := strings.Cut(param, "=")
		if strings.EqualFold(strings.TrimSpace(name), "rel") {
			return strings.Fields(strings.ToLower(strings.Trim(strings.TrimSpace(value), `"`)))
		}
	}
	return nil
}

// cutOutside cuts s at the first sep that does not stand between quotes.
func cutOutside(s string, sep byte) (before, after string) {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && quoted:
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == sep && !quoted:
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}
